import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRunHelper } from "../../../src/client-config/helper-client.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "docr-helper-"))));
afterEach(() => rmSync(folder, { recursive: true }));

/** Asks a helper that is this shell script. */
async function ask(script: string, timeoutMs?: number) {
  const path = join(folder, "docker-credential-other");
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return createRunHelper({ PATH: `${folder}:/usr/bin:/bin` }, timeoutMs)("other", "get", "ghcr.io");
}

describe.skipIf(process.platform === "win32")("another helper", () => {
  it("gets the verb and the input, and answers with its output and exit code", async () => {
    expect(await ask('echo "$1 $(cat)"; exit 3')).toEqual({ stdout: "get ghcr.io\n", exitCode: 3 });
  });

  it("that does not end is given up in time, also where what it started lives on", async () => {
    const started = performance.now();
    expect(await failureOf(() => ask("exec 2>/dev/null; sleep 3; echo late", 200))).toEqual({
      code: "other-helper",
      message: "docker-credential-other gave no answer",
    });
    expect(performance.now() - started).toBeLessThan(2_500);
  });

  it("that is not there is named", async () => {
    const env = { PATH: folder };
    expect(await failureOf(() => createRunHelper(env)("missing", "get", ""))).toEqual({
      code: "other-helper",
      message: "docker-credential-missing cannot be run",
    });
  });
});
