import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createPassStore } from "../../../src/stores/pass.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";
import { describeUnless } from "../../support/lab/describe.ts";
import { explainWindows } from "../../support/lab/parts.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docr-pass-"));
  const entries = join(folder, "docker-credential-docr");
  mkdirSync(entries);
  writeFileSync(join(folder, ".gpg-id"), "key-id");
  writeFileSync(join(entries, `${Buffer.from("login:a.test").toString("base64url")}.gpg`), "");
});
afterEach(() => rmSync(folder, { recursive: true }));

const envOf = () => ({ PASSWORD_STORE_DIR: folder, PATH: `${folder}:/usr/bin:/bin` });

/** A pass whose script is in the folder. */
function install(script: string): void {
  writeFileSync(join(folder, "pass"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

describeUnless(explainWindows(), "pass", () => {
  it("times out if gpg waits for a passphrase that no user enters", async () => {
    install("exec sleep 3");
    const started = performance.now();
    const store = createPassStore(envOf(), undefined, undefined, 200);
    expect(await failureOf(() => store.read("login:a.test"))).toEqual({
      code: "pass-failed",
      message: "pass did not respond within 0.2 s",
    });
    expect(performance.now() - started).toBeLessThan(2_500);
  });

  it("lists the other entries if one cannot be decrypted; that one is empty", async () => {
    addEntries("login:b.test", "login:c.test");
    install(`case "$2" in *${encode("login:a.test")}) exit 2;; *) echo text;; esac`);
    const found = await createPassStore(envOf(), undefined).entries("login:");
    expect(new Map([...found].map(([name, value]) => [name, value.reveal()]))).toEqual(
      new Map([
        ["login:a.test", ""],
        ["login:b.test", "text"],
        ["login:c.test", "text"],
      ]),
    );
  });

  it("fails if it can decrypt no entry, and does not ask for the passphrase for each of them", async () => {
    addEntries("login:b.test", "login:c.test", "login:d.test", "login:e.test");
    install(`echo call >> ${folder}/calls; exit 2`);
    expect(await failureOf(() => createPassStore(envOf(), undefined).entries("login:"))).toEqual({
      code: "pass-failed",
      message: "pass failed (exit code 2)",
    });
    expect(readFileSync(join(folder, "calls"), "utf8")).toBe("call\n".repeat(3));
  });
});

const encode = (name: string): string => Buffer.from(name).toString("base64url");

function addEntries(...names: readonly string[]): void {
  for (const name of names) writeFileSync(join(folder, "docker-credential-docr", `${encode(name)}.gpg`), "");
}
