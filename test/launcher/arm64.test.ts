import { spawnSync } from "node:child_process";
import { mkdtempSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { checkMachine } from "../../scripts/build/elf.ts";
import { buildLauncher } from "../../scripts/build/launcher.ts";
import { ARM64_SYSROOT, explainNoArm64 } from "../support/lab/arm64.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { call, type Outcome, type Request } from "./call.ts";
import { type Bench, HOST, openBench } from "./launcher-bench.ts";
import { explainNoStub, stubOutput } from "./stub.ts";

const PROJECT = resolve(import.meta.dirname, "../..");
const EMULATOR = "/usr/bin/qemu-aarch64-static";

describeUnless(explainNoArm64() ?? explainNoStub(), "the launcher for arm64, under qemu", () => {
  let folder: string;
  let launcher: string;
  let bench: Bench;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "docr-arm64-"));
    const built = buildLauncher(PROJECT, folder, { arch: "arm64", sysroot: ARM64_SYSROOT });
    if (built === undefined) throw new Error("the build for arm64 failed");
    launcher = built;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(() => {
    bench = openBench(launcher);
  });
  afterEach(() => bench.close());

  const ask = (request: Request): Promise<Outcome> =>
    call(EMULATOR, { ...request, args: [bench.launcher, ...request.args] });
  const get = (input: string, env = bench.env): Promise<Outcome> =>
    ask({ args: ["get"], input: Buffer.from(input), env });

  it("is a static program for arm64", () => {
    checkMachine(launcher, "arm64");
    const { stdout } = spawnSync("readelf", ["--program-headers", launcher], { encoding: "utf8" });
    expect(stdout).not.toContain("INTERP");
  });

  it("responds from the response cache: it reads the owner and the mode of files", async () => {
    bench.putStub(7);
    bench.cacheResponse();
    expect(await get(HOST)).toMatchObject({ ending: 0, stdout: bench.response, stderr: "" });
  });

  it("does not follow a symlink to the private folder", async () => {
    bench.putStub(7);
    bench.cacheResponse();
    renameSync(bench.responses, join(bench.folder, "elsewhere"));
    symlinkSync(join(bench.folder, "elsewhere"), bench.responses);
    expect((await get(HOST)).ending).toBe(7);
  });

  it("becomes docr and the fallback helper with arguments, environment and stdin unchanged", async () => {
    bench.putStub(7);
    const request: Request = {
      args: ["store", "ü日本", ""],
      input: Buffer.from("some\0 input"),
      env: bench.env,
    };
    const answer = await ask(request);
    expect([answer.ending, answer.stdout === stubOutput("docr", request)]).toEqual([7, true]);
    expect((await get("ghcr.io", bench.noteFallback(3))).ending).toBe(3);
  });
});
