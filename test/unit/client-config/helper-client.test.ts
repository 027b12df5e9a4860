import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRunHelper, parseAnswer } from "../../../src/client-config/helper-client.ts";
import { answerWith } from "../../support/fakes/client-home.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";
import { describeUnless } from "../../support/lab/describe.ts";
import { explainWindows } from "../../support/lab/parts.ts";

const open = (text: string): readonly unknown[] => {
  const answer = parseAnswer(text);
  return [answer?.username.reveal(), answer?.secret.reveal()];
};

describe("a helper's response", () => {
  it("yields every user name and secret unchanged", () => {
    const text = fc.string({ unit: "binary" }).map((one) => one.toWellFormed());
    fc.assert(
      fc.property(text, text, (username, secret) => {
        expect(open(answerWith(username, secret))).toEqual([username, secret]);
      }),
    );
  });

  it("has fields in any case; missing ones are empty", () => {
    expect(open('{"username":"u","SECRET":"s"}')).toEqual(["u", "s"]);
    expect(open("{}")).toEqual(["", ""]);
  });

  it("that is any text yields a login or none and never throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect([0, 2]).toContain(open(text).filter((one) => typeof one === "string").length);
      }),
    );
  });
});

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "docr-helper-"))));
afterEach(() => rmSync(folder, { recursive: true }));

/** Asks a helper that is this shell script. */
async function ask(script: string, timeoutMs?: number) {
  const path = join(folder, "docker-credential-other");
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  const env = { PATH: `${folder}:/usr/bin:/bin` };
  return createRunHelper(env, env, timeoutMs)("other", "get", "ghcr.io");
}

describeUnless(explainWindows(), "another helper", () => {
  it("gets the action and the input, and returns its output and exit code", async () => {
    expect(await ask('echo "$1 $(cat)"; exit 3')).toEqual({ stdout: "get ghcr.io\n", exitCode: 3 });
  });

  it("is killed after the timeout, even if a process that it started lives on", async () => {
    const started = performance.now();
    expect(await failureOf(() => ask("exec 2>/dev/null; sleep 3; echo late", 200))).toEqual({
      code: "other-helper",
      message: "docker-credential-other was killed or did not respond within 0.2 s",
    });
    expect(performance.now() - started).toBeLessThan(2_500);
  });

  it("is named in the error if it is missing", async () => {
    const env = { PATH: folder };
    expect(await failureOf(() => createRunHelper(env, env)("missing", "get", ""))).toEqual({
      code: "other-helper",
      message: "cannot run docker-credential-missing",
    });
  });
});
