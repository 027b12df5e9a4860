import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundleMain, makeBundles } from "../../scripts/build/bundle.ts";
import { describeUnless, itUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoExecutable } from "../support/lab/executable.ts";
import { explainMissing, KEYRING, SYSTEM_PATH } from "../support/lab/parts.ts";
import { type Environment, runWell } from "../support/lab/run.ts";
import { HOST } from "../support/requests.ts";
import { inSandbox } from "./sandbox.ts";
import { call } from "../launcher/call.ts";
import { cachedResponse, responseNameFor } from "../launcher/cached-response.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/** The builtins that docr may load for a get with a cached response, in addition to those that every packed executable loads. */
const BUILTINS: readonly string[] = [];

/** Each takes 2 ms or more to load, and brings others with it. No command needs one before it starts its work. */
const SLOW_BUILTINS: readonly string[] = ["child_process", "crypto", "net", "stream", "tls", "tty"];

const PACK = `
import { packExecutable } from "./scripts/build/pack.ts";
await packExecutable(JSON.parse(process.argv[1]));
`;

/** Prints each loaded builtin on stderr when the process ends. */
const REPORT_MODULES = `
process.on("exit", () => {
  require("fs").writeSync(2, process.moduleLoadList.map((name) => "loaded " + name + "\\n").join(""));
});
`;

/** Node compiles these before docr's first bundle, while V8 rejects Node's code cache. */
const COMPILED_BEFORE: ReadonlySet<string> = new Set([
  "internal/main/embedding",
  "internal/test/binding",
  "vm",
]);

/** Prints for each script with a code cache whether V8 accepted it, and each builtin that Node compiled with or without its cache. */
const REPORT_CACHES = `
{
  const vm = require("vm");
  const lines = [];
  vm.Script = class extends vm.Script {
    constructor(source, options) {
      super(source, options);
      lines.push("cache " + options.filename + (this.cachedDataRejected === false ? " accepted" : " rejected") + "\\n");
    }
  };
  process.on("exit", () => {
    const { internalBinding } = process.getBuiltinModule("internal/test/binding");
    const usage = internalBinding("builtins").getCacheUsage();
    for (const name of usage.compiledWithCache) lines.push("cached " + name + "\\n");
    for (const name of usage.compiledWithoutCache) lines.push("compiled " + name + "\\n");
    require("fs").writeSync(2, lines.join(""));
  });
}
`;

describeUnless(explainNoExecutable(), "packed docr", () => {
  let folder: string;
  let env: Environment;
  /** docr reporting its builtins, docr reporting its code caches, and an empty program reporting its builtins. */
  let programs: { readonly modules: string; readonly caches: string; readonly empty: string };
  let main: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "docr-packed-"));
    const work = join(folder, "work");
    for (const path of [work, join(folder, "home"), join(folder, "run"), join(folder, "run/docr")])
      mkdirSync(path, { mode: 0o700 });
    env = { PATH: SYSTEM_PATH, HOME: join(folder, "home"), XDG_RUNTIME_DIR: join(folder, "run") };
    const stamp = {
      packageName: "docker-credential-docr",
      version: "0.0.0",
      commit: "",
      baseIntegrity: "",
    };
    main = readFileSync(await bundleMain(ROOT, work, stamp), "utf8");
    const assets = await makeBundles(ROOT, work, stamp, { kind: "make", node: [process.execPath] });
    const pack = async (name: string, source: string): Promise<string> => {
      const entry = join(work, `${name}.cjs`);
      const output = join(folder, name);
      writeFileSync(entry, source);
      const options = { base: process.execPath, main: entry, assets, output };
      // In its own process, because pkg prints everything that it does.
      await runWell(process.execPath, ["--input-type=module", "--eval", PACK, JSON.stringify(options)], {
        env: { PATH: SYSTEM_PATH, HOME: join(folder, "home") },
        cwd: ROOT,
      });
      return output;
    };
    programs = {
      modules: await pack("modules", REPORT_MODULES + main),
      caches: await pack("caches", REPORT_CACHES + main),
      empty: await pack("empty", REPORT_MODULES),
    };
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const report = async (
    program: string,
    input: string,
    added: Environment = {},
  ): Promise<readonly string[]> => {
    const request = { args: ["get"], input: Buffer.from(input), env: { ...env, ...added } };
    const { stderr } = await call(program, request);
    return stderr.split("\n").filter((line) => /^(?:loaded|cache|cached|compiled) /.test(line));
  };

  const reportBundles = async (input: string, added?: Environment): Promise<readonly string[]> =>
    (await report(programs.caches, input, added)).filter((line) => line.startsWith("cache "));

  const cacheResponse = (): void =>
    writeFileSync(join(folder, "run/docr", responseNameFor(env)), cachedResponse("cached"), {
      mode: 0o600,
    });

  it("loads no bundle, and only the listed builtins, for a get with a cached response", async () => {
    cacheResponse();
    const answer = await call(programs.modules, { args: ["get"], input: Buffer.from(HOST), env });
    expect(answer.ending).toBe(0);
    const always = await report(programs.empty, "");
    const loaded = await report(programs.modules, HOST);
    expect(always.length).toBeGreaterThan(50);
    expect(loaded.filter((line) => !always.includes(line)).toSorted()).toEqual(BUILTINS);
  });

  it("has no function at the main file's top level that V8 would compile lazily", () => {
    expect(main).not.toMatch(/^(?:async )?function/m);
    expect(main.match(/^var \w+ = \((?:async )?function/gm)?.length).toBeGreaterThan(30);
  });

  it("starts with an accepted code cache of its main file; Node would warn otherwise", async () => {
    cacheResponse();
    const { ending, stderr } = await call(DOCR, { args: ["get"], input: Buffer.from(HOST), env });
    expect([ending, stderr]).toEqual([0, ""]);
  });

  it("loads more builtins for another get; otherwise the list would mean nothing", async () => {
    const always = await report(programs.empty, "");
    const loaded = await report(programs.modules, "ghcr.io");
    const more = loaded.filter((line) => !always.includes(line) && !BUILTINS.includes(line));
    expect(more).toContain("loaded NativeModule vm");
  });

  it("prints the help without the builtins that take longest to load", async () => {
    const { ending, stderr } = await call(programs.modules, {
      args: ["--help"],
      input: Buffer.from(""),
      env,
    });
    expect(ending).toBe(0);
    const loaded = stderr.split("\n").map((line) => line.replace("loaded NativeModule ", ""));
    expect(loaded).toContain("vm");
    expect(SLOW_BUILTINS.filter((name) => loaded.includes(name))).toEqual([]);
  });

  it("compiles no builtin of Node's again once a bundle is loaded", async () => {
    const lines = await report(programs.caches, "ghcr.io", { DOCR_STORE: "file" });
    const named = (kind: string): readonly string[] =>
      lines.filter((line) => line.startsWith(kind)).map((line) => line.slice(kind.length));
    expect(named("cached ")).toEqual(expect.arrayContaining(["sea", "sqlite"]));
    expect(named("compiled ").filter((name) => !COMPILED_BEFORE.has(name))).toEqual([]);
  });

  it("accepts the code caches of the bundles for a get of another registry, with and without an age vault", async () => {
    const lines = [
      ...(await reportBundles("ghcr.io")),
      ...(await reportBundles("ghcr.io", { DOCR_STORE: "file" })),
    ];
    expect([...new Set(lines)].toSorted()).toEqual([
      "cache docr:age accepted",
      "cache docr:keychain accepted",
      "cache docr:run accepted",
    ]);
  });

  itUnless(
    explainMissing(KEYRING),
    "accepts the code caches of every bundle for a mint with doctl's API token",
    inSandbox({ keyring: true }, async (sandbox) => {
      const doctl = join(sandbox.home, ".config/doctl");
      mkdirSync(doctl, { recursive: true });
      writeFileSync(join(doctl, "config.yaml"), `access-token: ${sandbox.token}\n`, { mode: 0o600 });
      expect(await reportBundles(HOST, sandbox.env)).toEqual([
        "cache docr:run accepted",
        "cache docr:keychain accepted",
        "cache docr:doctl accepted",
        "cache docr:network accepted",
      ]);
      expect(sandbox.standIn.count("mint")).toBe(1);
    }),
  );
});
