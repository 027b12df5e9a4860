import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { LAUNCHER, explainNoLauncher } from "../support/lab/executable.ts";
import { explainMissing } from "../support/lab/parts.ts";
import { HOST, openBench } from "./launcher-bench.ts";

describeUnless(explainNoLauncher(), "the launcher", () => {
  describeUnless(explainMissing(["strace"]), "on a cached get", () => {
    it("opens the core file filter, the private folder and the cached response, and starts no program", () => {
      const bench = openBench();
      try {
        const path = bench.cacheResponse();
        const log = join(bench.folder, "log");
        const command = [
          "-f",
          "-o",
          log,
          "-e",
          "trace=open,openat,openat2,creat,execve,fork,vfork,clone,clone3,socket",
        ];
        execFileSync("strace", [...command, bench.launcher, "get"], { env: bench.env, input: HOST });
        const calls = readFileSync(log, "utf8")
          .split("\n")
          .filter((line) => !/ENOENT|exited with/.test(line) && line !== "");
        expect(calls.map((line) => /"([^"]+)"/.exec(line)?.[1] ?? line)).toEqual([
          bench.launcher,
          "/proc/self/coredump_filter",
          bench.responses,
          path,
        ]);
      } finally {
        bench.close();
      }
    });
  });

  it("is static: it names no loader and no library", () => {
    const { stdout, stderr } = spawnSync("ldd", [LAUNCHER], { encoding: "utf8" });
    expect(stdout + stderr).toMatch(/not a dynamic executable|statically linked/);
  });

  it("takes at most 0.4 MB on disk", () => {
    expect(statSync(LAUNCHER).size).toBeLessThan(400_000);
  });
});
