import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createPassStore } from "../../../src/stores/pass.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docr-pass-"));
  const entries = join(folder, "docker-credential-docr");
  mkdirSync(entries);
  writeFileSync(join(folder, ".gpg-id"), "key-id");
  writeFileSync(join(entries, `${Buffer.from("login:a.test").toString("base64url")}.gpg`), "");
  vi.stubEnv("PATH", `${folder}:/usr/bin:/bin`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe.skipIf(process.platform === "win32")("pass", () => {
  it("times out if gpg waits for a passphrase that no user enters", async () => {
    writeFileSync(join(folder, "pass"), "#!/bin/sh\nexec sleep 3\n");
    chmodSync(join(folder, "pass"), 0o755);
    const started = performance.now();
    const store = createPassStore({ PASSWORD_STORE_DIR: folder }, 200);
    expect(await failureOf(() => store.read("login:a.test"))).toEqual({
      code: "pass-failed",
      message: "pass did not respond within 0.2 s",
    });
    expect(performance.now() - started).toBeLessThan(2_500);
  });
});
