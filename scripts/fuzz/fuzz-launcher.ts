/**
 * The stage `launcher`: the launcher under AddressSanitizer, guided by coverage. An input that takes a new branch is kept, and later
 * inputs are made from those. docr is a stub.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { attributesOf } from "../../src/secret-service/attributes.ts";
import { call } from "../../test/launcher/call.ts";
import {
  cachedResponse,
  noteNameFor,
  responseNameFor,
  validAround,
} from "../../test/launcher/cached-response.ts";
import { startSecretBus } from "../../test/support/fakes/secret-bus-server.ts";
import { FakeSecretDaemon } from "../../test/support/fakes/secret-daemon.ts";
import { explainMissing, SYSTEM_PATH } from "../../test/support/lab/parts.ts";
import { buildLauncher } from "../build/launcher.ts";
import { findClang } from "../build/musl.ts";
import { PROJECT } from "../steps.ts";
import { createCoverage } from "./launcher/coverage.ts";
import { anyLauncherInput, changed, type LauncherInput } from "./launcher/input.ts";
import { parseFuzzOptions, reproduce } from "./options.ts";
import { MOST_VIOLATIONS, printReport, type Violation } from "./report.ts";

/** The exit codes of the stubs and of AddressSanitizer. */
const RAN_DOCR = 47;
const RAN_FALLBACK = 48;
const FAULT = 99;
const ASAN = `exitcode=${FAULT}:detect_leaks=0:detect_stack_use_after_return=1:strict_string_checks=1`;
/** The launcher alone takes at most its time limits for stdin and the keychain. */
const SLOW_MS = 20_000;

const { minutes, seed, only } = parseFuzzOptions(process.argv.slice(2), Date.now());
// The stages run at the same time, so the build counts.
const until = performance.now() + minutes * 60_000;
const missing = explainMissing([
  "clang-19",
  "/usr/lib/llvm-19/lib/clang/19/lib/linux/libclang_rt.asan-x86_64.a",
]);
const folder = mkdtempSync(join(tmpdir(), "docr-fl-"));
const violations: Violation[] = [];
const coverage = createCoverage();
const kept: LauncherInput[] = [];
let cases = 0;
try {
  if (missing === undefined) await fuzz(build());
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const notes =
  missing === undefined
    ? [`${coverage.branches()} branches, ${kept.length} inputs kept`]
    : [`skipped: ${missing}`];
printReport({ stage: "launcher", cases, processes: cases, violations, notes });

function build(): string {
  const object = join(folder, "coverage.o");
  execFileSync(findClang(), ["-O1", "-c", join(import.meta.dirname, "launcher/coverage.c"), "-o", object]);
  const launcher = buildLauncher(PROJECT, folder, { sanitize: true, coverage: object });
  if (launcher === undefined) throw new Error("the sanitized launcher cannot be built");
  writeFileSync(join(folder, "docr"), `#!/bin/sh\nexit ${RAN_DOCR}\n`, { mode: 0o755 });
  mkdirSync(join(folder, "path"));
  writeFileSync(join(folder, "path/docker-credential-other"), `#!/bin/sh\nexit ${RAN_FALLBACK}\n`, {
    mode: 0o755,
  });
  return launcher;
}

/** Case I depends on the cases before it, so that `--case I` runs all of them up to I. */
async function fuzz(launcher: string): Promise<void> {
  const bus = await startSecretBus(join(folder, "bus"));
  const daemon = new FakeSecretDaemon();
  const login = daemon.add("login");
  bus.daemon = daemon;
  const fresh = anyLauncherInput(cachedResponse("cached", validAround(Date.now())));
  for (let index = 0; performance.now() < until && violations.length < MOST_VIOLATIONS; index += 1) {
    const [made, choice, from] = sample(fresh, index);
    const base = kept[from % Math.max(1, kept.length)];
    const input = base === undefined || index % 4 === 0 ? made : changed(base, made, choice);
    for (const { path } of login.items) daemon.remove(path);
    daemon.put(login, attributesOf("login:ghcr.io"), input.record);
    let written = 0;
    bus.change = (bytes) => {
      for (const [write, offset, byte] of input.busChanges)
        if (write === written && bytes.length > 0) bytes[offset % bytes.length] = byte;
      written += 1;
      return bytes;
    };
    await run(launcher, input, index, bus.address);
    if (index === only) break;
  }
  await bus.close();
}

function sample(fresh: fc.Arbitrary<LauncherInput>, index: number): readonly [LauncherInput, number, number] {
  const [one] = fc.sample(fc.tuple(fresh, fc.nat({ max: 255 }), fc.nat()), {
    seed: seed * 1_000_003 + index,
    numRuns: 1,
  });
  if (one === undefined) throw new Error("fast-check made no input");
  return one;
}

async function run(launcher: string, input: LauncherInput, index: number, bus: string): Promise<void> {
  const env = arrange(input, bus);
  const trace = join(folder, "branches");
  const args = input.args.map(withoutNul);
  const outcome = await call(launcher, {
    args,
    input: Buffer.from(input.stdin, "latin1"),
    env: { ...env, DOCR_COVERAGE: trace },
  });
  cases += 1;
  const isNew = coverage.add(trace);
  const isExpected = [0, 1, RAN_DOCR, RAN_FALLBACK].includes(Number(outcome.ending));
  const isClean = !/AddressSanitizer|runtime error|scriptc|RangeError/.test(outcome.stderr);
  if (isExpected && isClean && outcome.ms < SLOW_MS) {
    if (isNew) kept.push(input);
    return;
  }
  violations.push({
    what: `the launcher ended with ${outcome.ending} after ${Math.round(outcome.ms)} ms: ${outcome.stderr.slice(0, 600)}`,
    again: reproduce("launcher", seed, index),
    entry: { target: "launcher", input },
  });
}

/** Makes the input's files. Returns the environment. */
function arrange(input: LauncherInput, bus: string): Readonly<Record<string, string>> {
  const site = join(folder, "site");
  rmSync(site, { recursive: true, force: true });
  for (const name of ["home/.config/docr", "run/docr"])
    mkdirSync(join(site, name), { recursive: true, mode: 0o700 });
  const given = Object.entries(input.variables).map(([name, value]) => [name, withoutNul(value)]);
  const env = {
    ASAN_OPTIONS: ASAN,
    PATH: `${join(folder, "path")}:${SYSTEM_PATH}`,
    HOME: join(site, "home"),
    XDG_RUNTIME_DIR: join(site, "run"),
    DBUS_SESSION_BUS_ADDRESS: bus,
    ...Object.fromEntries(given),
  };
  if (input.config !== undefined)
    writeFileSync(join(site, "home/.config/docr/config.json"), input.config, "latin1");
  const config = input.config === undefined ? "" : `=${Buffer.from(input.config, "latin1").toString()}`;
  const store = (name: string, text: string): void =>
    writeFileSync(join(site, "run/docr", name), text, { encoding: "latin1", mode: 0o600 });
  store(responseNameFor(env, config), input.response);
  if (input.note !== undefined) store(noteNameFor(env, config), input.note);
  return env;
}

function withoutNul(text: string): string {
  return text.replaceAll("\0", "0").toWellFormed();
}
