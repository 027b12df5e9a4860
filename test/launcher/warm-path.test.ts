import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleAssets, bundleMain } from "../../scripts/build/bundle.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, LAUNCHER, explainNoLauncher, explainNoExecutable } from "../support/lab/executable.ts";
import { explainMissing, SYSTEM_PATH } from "../support/lab/parts.ts";
import { type Environment, runWell } from "../support/lab/run.ts";
import { inWorld } from "../system/world.ts";
import { call } from "./call.ts";
import { cachedResponse, responseNameFor } from "./cached-response.ts";
import { HOST, openBench } from "./launcher-bench.ts";

const KEYRING = ["dbus-daemon", "gnome-keyring-daemon", "gdbus"] as const;
const ROOT = resolve(import.meta.dirname, "../..");

/** All that the full program's warm get may load beside what any executable of this kind has loaded: docs/decisions.md tells why. */
const BUILTINS: readonly string[] = [];

const PACK = `
import { packExecutable } from "./scripts/build/pack.ts";
await packExecutable(JSON.parse(process.argv[1]));
`;

/** Prints what was loaded, in lines on stderr, when the process ends. */
const TELL_MODULES = `
process.on("exit", () => {
  require("fs").writeSync(2, process.moduleLoadList.map((name) => "loaded " + name + "\\n").join(""));
});
`;

/** Prints of every script with a code cache whether the cache was taken. */
const TELL_CACHES = `
{
  const vm = require("vm");
  const told = [];
  vm.Script = class extends vm.Script {
    constructor(source, options) {
      super(source, options);
      told.push("cache " + options.filename + (this.cachedDataRejected === false ? " taken" : " rejected") + "\\n");
    }
  };
  process.on("exit", () => require("fs").writeSync(2, told.join("")));
}
`;

describeUnless(explainNoExecutable(), "the packed full program", () => {
  let folder: string;
  let env: Environment;
  /** The same bundle three times: telling what it loads, telling of its caches, and nothing but the telling. */
  let programs: { readonly modules: string; readonly caches: string; readonly empty: string };
  let main: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "docr-packed-"));
    const work = join(folder, "work");
    for (const path of [work, join(folder, "home"), join(folder, "run"), join(folder, "run/docr")])
      mkdirSync(path, { mode: 0o700 });
    env = { PATH: SYSTEM_PATH, HOME: join(folder, "home"), XDG_RUNTIME_DIR: join(folder, "run") };
    const stamp = { packageName: "docker-credential-docr", version: "0.0.0" };
    main = readFileSync(await bundleMain(ROOT, work, stamp), "utf8");
    const assets = await bundleAssets(ROOT, work, stamp);
    const pack = async (name: string, source: string): Promise<string> => {
      const entry = join(work, `${name}.cjs`);
      const output = join(folder, name);
      writeFileSync(entry, source);
      const options = { base: process.execPath, main: entry, assets, output };
      // In a process of its own: pkg tells everything that it does.
      await runWell(process.execPath, ["--input-type=module", "--eval", PACK, JSON.stringify(options)], {
        env: { PATH: SYSTEM_PATH, HOME: join(folder, "home") },
        cwd: ROOT,
      });
      return output;
    };
    programs = {
      modules: await pack("modules", TELL_MODULES + main),
      caches: await pack("caches", TELL_CACHES + main),
      empty: await pack("empty", TELL_MODULES),
    };
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const tell = async (
    program: string,
    input: string,
    added: Environment = {},
  ): Promise<readonly string[]> => {
    const request = { args: ["get"], input: Buffer.from(input), env: { ...env, ...added } };
    const { stderr } = await call(program, request);
    return stderr.split("\n").filter((line) => /^(?:loaded|cache) /.test(line));
  };

  const keepAnswer = (): void =>
    writeFileSync(join(folder, "run/docr", responseNameFor(env)), cachedResponse("finished"), {
      mode: 0o600,
    });

  it("loads no builtin for a warm get but those on the list, and no asset", async () => {
    keepAnswer();
    const answer = await call(programs.modules, { args: ["get"], input: Buffer.from(HOST), env });
    expect(answer.ending).toBe(0);
    const always = await tell(programs.empty, "");
    const loaded = await tell(programs.modules, HOST);
    expect(always.length).toBeGreaterThan(50);
    expect(loaded.filter((line) => !always.includes(line)).toSorted()).toEqual(BUILTINS);
  });

  it("has no function at the main file's top level that V8 would compile at its first call", () => {
    expect(main).not.toMatch(/^(?:async )?function/m);
    expect(main.match(/^var \w+ = \((?:async )?function/gm)?.length).toBeGreaterThan(30);
  });

  it("is not refused the code cache of its main file, of which Node would warn at each start", async () => {
    keepAnswer();
    const { ending, stderr } = await call(DOCR, { args: ["get"], input: Buffer.from(HOST), env });
    expect([ending, stderr]).toEqual([0, ""]);
  });

  it("loads more for any other get, so that the list says something", async () => {
    const always = await tell(programs.empty, "");
    const loaded = await tell(programs.modules, "ghcr.io");
    const more = loaded.filter((line) => !always.includes(line) && !BUILTINS.includes(line));
    expect(more).toContain("loaded NativeModule vm");
  });

  it("takes the code cache of the assets behind a get of another host, and of those of an age vault", async () => {
    const told = [
      ...(await tell(programs.caches, "ghcr.io")),
      ...(await tell(programs.caches, "ghcr.io", { DOCR_STORE: "file" })),
    ];
    expect([...new Set(told)].toSorted()).toEqual(["cache docr:age-vault taken", "cache docr:run taken"]);
  });

  it.skipIf(explainMissing(KEYRING))(
    "takes the code cache of every asset behind a mint with doctl's API token [needs gnome-keyring]",
    inWorld({ keyring: true }, async (world) => {
      const doctl = join(world.home, ".config/doctl");
      mkdirSync(doctl, { recursive: true });
      writeFileSync(join(doctl, "config.yaml"), `access-token: ${world.token}\n`, { mode: 0o600 });
      expect(await tell(programs.caches, HOST, world.env)).toEqual([
        "cache docr:run taken",
        "cache docr:doctl taken",
        "cache docr:network taken",
      ]);
      expect(world.standIn.count("mint")).toBe(1);
    }),
  );
});

describeUnless(explainNoLauncher(), "the native launcher", () => {
  describe.skipIf(explainMissing(["strace"]) !== undefined)("on a warm get [needs strace]", () => {
    it("opens the C library, the private folder, the answer in it and the uptime, and starts nothing", () => {
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

  it("needs no library but the C library and its mathematics", () => {
    const needed = Array.from(
      execFileSync("ldd", [LAUNCHER], { encoding: "utf8" }).matchAll(/^\s*(?:\S*\/)?([^\s/]+)/gm),
      ([, name]) => name ?? "",
    );
    expect(needed.toSorted()).toEqual(["ld-linux-x86-64.so.2", "libc.so.6", "libm.so.6", "linux-vdso.so.1"]);
  });
});
