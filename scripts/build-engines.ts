/** Builds the programs of the suite `engines` that are not there yet. Exits with 1 if one of the project's own does not compile. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  ENGINE_PROGRAMS,
  type EngineProgram,
  type EngineSource,
  ENGINES,
  explainNoProgram,
  reasonFileOf,
} from "../test/support/engines/programs.ts";

/** Kubernetes takes ten minutes on a busy machine with two processors. */
const TIMEOUT_MS = 40 * 60_000;

const FLAGS = ["-trimpath", "-ldflags=-s -w", "-buildvcs=false"];
const GO = ["go", "/usr/local/go/bin/go"].find((path) => run(path, ["version"]).isGood);

mkdirSync(ENGINES, { recursive: true });
for (const program of ENGINE_PROGRAMS) {
  if (!existsSync(program.path)) makeProgram(program);
  console.log(`${program.name}: ${explainNoProgram(program) ?? "good"}`);
}

/** A program that cannot be made is skipped with the reason, except for a program of the project that does not compile. */
function makeProgram(program: EngineProgram): void {
  const { name, source } = program;
  if ("python" in source) return makeEnvironment(program, source.python);
  if (GO === undefined) return giveUp(program, `${name} needs Go, which is not installed`);
  if ("installed" in source) return installProgram(program, source.installed, GO);
  if ("module" in source) return buildOver(program, source, GO);
  buildIn(program, source, GO);
}

/** `load` is Go's command that downloads the modules. */
function buildIn(
  program: EngineProgram,
  source: { readonly folder: string; readonly package: string },
  go: string,
  load: readonly string[] = ["mod", "download"],
): void {
  const { folder } = source;
  const loaded = run(go, ["-C", folder, ...load]);
  if (!loaded.isGood) return giveUpProxy(program, loaded.output);
  const { isGood, output } = run(go, ["-C", folder, "build", ...FLAGS, "-o", program.path, source.package]);
  if (isGood) return;
  console.log(output);
  process.exitCode = 1;
}

/** Builds in a copy, because Go's cache of modules is read-only. */
function buildOver(
  program: EngineProgram,
  source: Extract<EngineSource, { readonly module: string }>,
  go: string,
): void {
  const loaded = run(go, ["mod", "download", "-json", source.module]);
  const [, original] = /"Dir": "(.*)"/.exec(loaded.output) ?? [];
  if (!loaded.isGood || original === undefined) return giveUpProxy(program, loaded.output);
  const folder = mkdtempSync(join(ENGINES, "source-"));
  for (const path of source.kept) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    run("cp", ["-r", "--no-preserve=mode", join(original, path), join(folder, path)]);
  }
  run("cp", ["-r", `${source.over}/.`, folder]);
  // Only what is built: External Secrets requires every cloud's modules.
  buildIn(program, { folder, package: "." }, go, ["list", "-deps", "."]);
  rmSync(folder, { recursive: true, force: true });
}

function installProgram(program: EngineProgram, source: string, go: string): void {
  const folder = mkdtempSync(join(ENGINES, "bin-"));
  const { isGood, output } = run(go, ["install", ...FLAGS, source], { GOBIN: folder });
  if (isGood) renameSync(join(folder, basename(source.split("@", 1)[0] ?? "")), program.path);
  else giveUp(program, `${program.name} could not be built: ${lastLine(output)}`);
  rmSync(folder, { recursive: true, force: true });
}

function makeEnvironment(program: EngineProgram, packages: readonly string[]): void {
  const { name, path } = program;
  const made = run("python3", ["-m", "venv", path]);
  const { isGood, output } = made.isGood ? run(`${path}/bin/pip`, ["install", "-q", ...packages]) : made;
  if (isGood) return;
  rmSync(path, { recursive: true, force: true });
  giveUp(program, `${name} could not be installed: ${lastLine(output)}`);
}

interface Run {
  readonly isGood: boolean;
  readonly output: string;
}

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Run {
  const { status, stdout, stderr } = spawnSync(command, args, {
    env: { ...process.env, CGO_ENABLED: "0", ...env },
    encoding: "utf8",
    timeout: TIMEOUT_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  return { isGood: status === 0, output: `${stdout ?? ""}${stderr ?? ""}` };
}

function giveUpProxy(program: EngineProgram, output: string): void {
  giveUp(program, `${program.name} needs Go's module proxy: ${lastLine(output)}`);
}

function giveUp(program: EngineProgram, reason: string): void {
  writeFileSync(reasonFileOf(program), `${reason}\n`);
}

function lastLine(output: string): string {
  return output.trim().split("\n").at(-1) ?? "no output";
}
