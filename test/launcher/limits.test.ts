import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { release, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeUnless, itUnless } from "../support/lab/describe.ts";
import { explainNoLauncher, LAUNCHER } from "../support/lab/executable.ts";
import { explainMissing, explainNotRoot, SYSTEM_PATH } from "../support/lab/parts.ts";
import { type Outcome, run } from "../support/lab/run.ts";
import { CLEAN_FAILURE, summarizeFailure } from "../support/failure.ts";

/** Forbids the program that follows to execute memory that it has written, as systemd's MemoryDenyWriteExecute does. */
const DENY = `
#include <sys/prctl.h>
#include <unistd.h>
int main(int count, char **args) {
  if (prctl(65 /* PR_SET_MDWE */, 1, 0, 0, 0) != 0) return 99;
  execv(args[1], args + 1);
  return 98;
}
`;

function explainOldKernel(): string | undefined {
  const [major = 0, minor = 0] = release().split(".").map(Number);
  return major > 6 || (major === 6 && minor >= 3) ? undefined : "this kernel has no PR_SET_MDWE (Linux 6.3)";
}

const reason = explainNoLauncher() ?? explainMissing(["clang-19", "prlimit", "setpriv"]);

describeUnless(reason, "the launcher, where docr cannot start,", () => {
  let folder: string;
  let deny: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "docr-limits-"));
    deny = join(folder, "deny");
    writeFileSync(`${deny}.c`, DENY);
    spawnSync("clang-19", ["-o", deny, `${deny}.c`]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const store = (...command: readonly string[]): Promise<Outcome> => {
    const [program, ...args] = [...command, LAUNCHER, "store"];
    return run(program, args, { env: { PATH: SYSTEM_PATH, HOME: folder }, stdin: "{" });
  };

  it.each([
    ["--as=1000000000", "raise ulimit -v"],
    ["--nofile=16", "raise ulimit -n"],
  ])("says in one line which limit prevents it: %s", async (limit, advice) => {
    const outcome = await store("prlimit", limit);
    expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
    expect(outcome.stderr).toContain(advice);
  });

  itUnless(explainNotRoot(), "says in one line that the user may start no thread", async () => {
    const outcome = await store("setpriv", "--reuid=65533", "--clear-groups", "prlimit", "--nproc=1");
    expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
    expect(outcome.stderr).toContain("raise ulimit -u");
  });

  itUnless(explainOldKernel(), "says in one line that memory cannot be written and executed", async () => {
    const outcome = await store(deny);
    expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
    expect(outcome.stderr).toContain("MemoryDenyWriteExecute");
  });

  it.each([[], ["prlimit", "--as=1300000000"], ["prlimit", "--nofile=64"]])(
    "starts docr with %j, which reports the request's own error",
    async (...command) => {
      expect((await store(...command)).stderr).toMatch(/^docr: .*JSON/);
    },
  );
});
