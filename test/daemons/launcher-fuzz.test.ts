import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildLauncher } from "../../scripts/build/launcher.ts";
import { KEY_VARIABLES } from "../../src/response-cache/shared/key.ts";
import { helperNote, NOTE_VARIABLES } from "../../src/response-cache/shared/other-registry-note.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoLauncher } from "../support/lab/executable.ts";
import { explainMissing, SYSTEM_PATH } from "../support/lab/parts.ts";
import type { Environment } from "../support/lab/run.ts";
import { call, inParallel } from "../launcher/call.ts";
import { cachedResponse, noteNameFor, validAround, responseNameFor } from "../launcher/cached-response.ts";
import { holdLock } from "../launcher/lock-holder.ts";
import { HOST } from "../launcher/situation.ts";
import { explainNoStub } from "../launcher/stub.ts";

const SEED = 20261121;
const RUNS = 3000;
const WORKERS = 4;
/** The exit code of docr's stub. */
const RAN_DOCR = 7;
/** The exit code of the fallback helper's stub. */
const RAN_FALLBACK = 3;
/** How long another launcher holds the lock, if the case has one. */
const LOCKED_MS = 30;
/** The exit code of AddressSanitizer. */
const FAULT = 99;
const ASAN = {
  // Leaks do not matter in a process that lives for a millisecond, and containers do not permit looking for them.
  ASAN_OPTIONS: `exitcode=${FAULT}:detect_leaks=0:detect_stack_use_after_return=1:strict_string_checks=1`,
};

const reason =
  explainNoLauncher() ??
  explainNoStub() ??
  explainMissing(["clang-19", "/usr/lib/llvm-19/lib/clang/19/lib/linux/libclang_rt.asan-x86_64.a"]);

type Edit = (bytes: Buffer) => Buffer;

const spot = fc.nat({ max: 300 });
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(spot, fc.nat({ max: 255 })).map(([at, byte]): Edit => (bytes) => {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[at % copy.length] = byte;
    return copy;
  }),
  fc.tuple(spot, fc.uint8Array({ maxLength: 20 })).map(
    ([at, put]): Edit =>
      (bytes) =>
        Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at)]),
  ),
  fc.tuple(spot, fc.nat({ max: 80 })).map(
    ([at, length]): Edit =>
      (bytes) =>
        Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]),
  ),
  spot.map(
    (length): Edit =>
      (bytes) =>
        bytes.subarray(0, length),
  ),
  fc
    .tuple(
      spot,
      fc.constantFrom(" ", "9", "\n", "\0", "x", '"', "ü"),
      fc.constantFrom(1, 100, 5000, 16_300, 70_000),
    )
    .map(
      ([at, text, count]): Edit =>
        (bytes) =>
          Buffer.concat([bytes.subarray(0, at), Buffer.from(text.repeat(count)), bytes.subarray(at)]),
    ),
  fc
    .constantFrom(
      "0",
      "-1",
      "1e99",
      "999999999999999",
      "9999999999999999",
      "99999999999999999999999",
      "NaN",
      "",
    )
    .map(
      (time): Edit =>
        (bytes) =>
          Buffer.from(bytes.toString("latin1").replace(/\d{2,}/, time), "latin1"),
    ),
);
const edits = fc.array(edit, { maxLength: 3 });

function mutated(bytes: Buffer, list: readonly Edit[]): Buffer {
  return list.reduce((before, change) => change(before), bytes);
}

const odd = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom("", "/", "//", "a".repeat(5000), "/".repeat(5000), "é".repeat(3000), "=\n=\n", "%s%n%x"),
);
const variable = fc.constantFrom(...KEY_VARIABLES, ...NOTE_VARIABLES, "XDG_RUNTIME_DIR", "DOCR_LOG", "PATH");

const anyCase = fc.record({
  response: edits,
  config: fc.option(edits, { nil: undefined }),
  note: fc.option(edits, { nil: undefined }),
  input: fc.tuple(fc.constantFrom(HOST, HOST, "ghcr.io", "https://index.docker.io/v1/"), edits),
  added: fc.array(fc.tuple(variable, odd), { maxLength: 3 }),
  args: fc.oneof(
    { weight: 9, arbitrary: fc.constant<string[]>(["get"]) },
    { weight: 1, arbitrary: fc.array(odd, { maxLength: 4 }) },
  ),
  /** Whether another launcher holds the lock for a moment. */
  isLocked: fc.oneof(
    { weight: 30, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
});
type Case = typeof anyCase extends fc.Arbitrary<infer T> ? T : never;

describeUnless(reason, "the launcher under AddressSanitizer", () => {
  let folder: string;
  let launcher: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "docr-asan-"));
    const built = buildLauncher(resolve(import.meta.dirname, "../.."), folder, { sanitize: true });
    if (built === undefined) throw new Error("the sanitized build failed");
    launcher = built;
    writeFileSync(join(folder, "docr"), `#!/bin/sh\nexit ${RAN_DOCR}\n`);
    chmodSync(join(folder, "docr"), 0o755);
    mkdirSync(join(folder, "path"));
    writeFileSync(join(folder, "path", "docker-credential-other"), `#!/bin/sh\nexit ${RAN_FALLBACK}\n`);
    chmodSync(join(folder, "path", "docker-credential-other"), 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is built with AddressSanitizer", async () => {
    const env = { PATH: SYSTEM_PATH, ASAN_OPTIONS: "help=1" };
    const { stdout, stderr } = await call(launcher, { args: ["list"], input: Buffer.from(""), env });
    expect(stdout + stderr).toContain("Available flags for AddressSanitizer");
  });

  /** Makes a case's files in the worker's folders. Returns the environment. */
  const arrange = ({ response, config, note, added }: Case, worker: number): Environment => {
    const site = join(folder, `s${worker}`);
    rmSync(site, { recursive: true, force: true });
    for (const name of ["home/.config/docr", "run/docr"])
      mkdirSync(join(site, name), { recursive: true, mode: 0o700 });
    const plain = added.map(([name, value]) => [name, value.replaceAll("\0", "0").toWellFormed()] as const);
    const env = {
      ...ASAN,
      PATH: `${join(folder, "path")}:${SYSTEM_PATH}`,
      HOME: join(site, "home"),
      XDG_RUNTIME_DIR: join(site, "run"),
      ...Object.fromEntries(plain),
    };
    const configBytes = config && mutated(Buffer.from('{"fallback":"other"}\n'), config);
    if (configBytes) writeFileSync(join(site, "home/.config/docr/config.json"), configBytes);
    const configText = configBytes ? `=${configBytes.toString("utf8")}` : "";
    const store = (name: string, bytes: Buffer): void =>
      writeFileSync(join(site, "run/docr", name), bytes, { mode: 0o600 });
    const stored = Buffer.from(cachedResponse("cached", validAround(Date.now())));
    store(responseNameFor(env, configText), mutated(stored, response));
    if (note) store(noteNameFor(env, configText), mutated(Buffer.from(helperNote("other")), note));
    return env;
  };

  it(`has no fault with ${RUNS} mutated files, inputs and environments`, async () => {
    const cases = fc.sample(anyCase, { numRuns: RUNS, seed: SEED });
    const endings = new Map<number | string, number>();
    const faults: string[] = [];
    await inParallel([...cases.entries()], WORKERS, async ([index, one], worker) => {
      const env = arrange(one, worker);
      const [host, list] = one.input;
      const args = one.args.map((text) => text.replaceAll("\0", "0").toWellFormed());
      const input = mutated(Buffer.from(host), list);
      if (one.isLocked) await holdLock(join(folder, `s${worker}`, "run"), LOCKED_MS);
      const { ending, stderr } = await call(launcher, { args, input, env });
      endings.set(ending, (endings.get(ending) ?? 0) + 1);
      const isClean = !/AddressSanitizer|runtime error|scriptc|RangeError/.test(stderr);
      if (isClean && [0, 1, RAN_DOCR, RAN_FALLBACK].includes(Number(ending))) return;
      faults.push(`#${index} of seed ${SEED} ended with ${ending}: ${stderr.slice(0, 400)}`);
    });
    expect(faults.slice(0, 5)).toEqual([]);
    // Otherwise the launcher would reject the cases too early.
    expect(endings.get(0)).toBeGreaterThan(RUNS / 50);
    expect(endings.get(RAN_DOCR)).toBeGreaterThan(RUNS / 50);
    expect(endings.get(RAN_FALLBACK)).toBeGreaterThan(RUNS / 100);
  });
});
