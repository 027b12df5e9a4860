import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { LAUNCHER, explainNoLauncher } from "../support/lab/executable.ts";
import { explainMissing } from "../support/lab/parts.ts";
import { HOST, openBench } from "./launcher-bench.ts";

describeUnless(explainNoLauncher(), "the launcher", () => {
  describeUnless(explainMissing(["strace"]), "on a cached get", () => {
    it("opens the C library, the private folder, the cached response and the uptime, and starts no program", () => {
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
          "/etc/ld.so.cache",
          "/lib/x86_64-linux-gnu/libm.so.6",
          "/lib/x86_64-linux-gnu/libc.so.6",
          bench.responses,
          path,
          "/proc/uptime",
        ]);
      } finally {
        bench.close();
      }
    });
  });

  it("needs no library except the C library and its mathematics", () => {
    const needed = Array.from(
      execFileSync("ldd", [LAUNCHER], { encoding: "utf8" }).matchAll(/^\s*(?:\S*\/)?([^\s/]+)/gm),
      ([, name]) => name ?? "",
    );
    expect(needed.toSorted()).toEqual(["ld-linux-x86-64.so.2", "libc.so.6", "libm.so.6", "linux-vdso.so.1"]);
  });
});
