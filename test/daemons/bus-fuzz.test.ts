/** The launcher under AddressSanitizer, with a session bus whose messages are damaged. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildLauncher } from "../../scripts/build/launcher.ts";
import { attributesOf } from "../../src/secret-service/attributes.ts";
import { call, inParallel, type Outcome } from "../launcher/call.ts";
import { type SecretBusServer, startSecretBus } from "../support/fakes/secret-bus-server.ts";
import { FakeSecretDaemon } from "../support/fakes/secret-daemon.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainMissing, SYSTEM_PATH } from "../support/lab/parts.ts";

const SEED = 20261127;
const RUNS = 3000;
const WORKERS = 6;
/** The exit code of docr's stub. */
const RAN_DOCR = 47;
/** A conversation whose bytes end early would otherwise take the launcher's whole time limit. */
const IDLE_MS = 40;
const ADDRESS = "ghcr.io";
const RECORD = '{"serverUrl":"ghcr.io","username":"me","secret":"s3cr3t","storedAt":1800000000000}';
const ASAN = { ASAN_OPTIONS: "detect_leaks=0:abort_on_error=0:exitcode=99" };

const reason =
  process.arch === "x64"
    ? explainMissing(["clang-19", "/usr/lib/llvm-19/lib/clang/19/lib/linux/libclang_rt.asan-x86_64.a"])
    : "AddressSanitizer is used on x64 only";

/** One change of what the bus writes at a time. */
interface Damage {
  /** The bus writes two or three times. */
  readonly turn: number;
  readonly at: number;
  readonly how: "byte" | "number" | "cut" | "twice" | "insert" | "remove" | "big";
  readonly value: number;
}

const damage: fc.Arbitrary<Damage> = fc.record({
  turn: fc.nat({ max: 2 }),
  at: fc.nat({ max: 2000 }),
  how: fc.constantFrom("byte", "byte", "number", "number", "cut", "twice", "insert", "remove", "big"),
  value: fc.oneof(
    fc.constantFrom(0, 1, 4, 7, 8, 127, 128, 255, 65_535, 65_536, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff),
    fc.nat({ max: 300 }),
  ),
});
const anyCase = fc.record({
  damages: fc.array(damage, { minLength: 1, maxLength: 4 }),
  scene: fc.constantFrom("one login", "two logins", "no login", "locked", "like KWallet"),
  /** Bytes that the socket delivers at a time. */
  piece: fc.constantFrom(undefined, undefined, undefined, 1, 7, 64),
});
type Case = typeof anyCase extends fc.Arbitrary<infer T> ? T : never;

function daemonOf(scene: Case["scene"]): FakeSecretDaemon {
  const isLikeKWallet = scene === "like KWallet";
  const daemon = new FakeSecretDaemon(isLikeKWallet ? { hasSession: false, sessionOutput: "ay" } : {});
  const keyring = daemon.add("login", { isLocked: scene === "locked", unlocking: "silent" });
  if (scene !== "no login") daemon.put(keyring, attributesOf(`login:${ADDRESS}`), RECORD);
  if (scene === "two logins") daemon.put(daemon.add("b"), attributesOf(`login:${ADDRESS}`), RECORD);
  return daemon;
}

function damaged(bytes: Buffer, { at, how, value }: Damage): Buffer {
  const place = at % Math.max(1, bytes.length);
  const copy = Buffer.from(bytes);
  switch (how) {
    case "byte":
      if (copy.length > 0) copy[place] = value & 255;
      return copy;
    case "number":
      // The numbers of a message are at multiples of 4 from its beginning, and the first message follows a line.
      if (copy.length > 8) copy.writeUInt32LE(value, Math.min(place, copy.length - 4));
      return copy;
    case "cut":
      return copy.subarray(0, place);
    case "twice":
      return Buffer.concat([copy, copy]);
    case "insert":
      return Buffer.concat([
        copy.subarray(0, place),
        Buffer.alloc(value % 64, value & 255),
        copy.subarray(place),
      ]);
    case "remove":
      return Buffer.concat([copy.subarray(0, place), copy.subarray(place + (value % 16))]);
    case "big":
      return Buffer.concat([copy, Buffer.alloc(200_000, value & 255)]);
  }
}

/** What is wrong with how the launcher ended. Undefined if nothing is. */
function faultOf({ ending, stdout, stderr }: Outcome): string | undefined {
  if (/AddressSanitizer|runtime error|scriptc|RangeError/.test(stderr)) return stderr.slice(0, 400);
  if (ending === RAN_DOCR) return undefined;
  if (stderr !== "") return `stderr: ${stderr}`;
  if (ending === 1) return stdout === "credentials not found in native keychain\n" ? undefined : "stdout";
  const isResponse = /^\{"ServerURL":"ghcr\.io","Username":"[ -~]*","Secret":"[ -~]*"\}\n$/.test(stdout);
  return ending === 0 && isResponse && isJson(stdout) ? undefined : `ended with ${ending}`;
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}

describeUnless(reason, "the launcher under AddressSanitizer", () => {
  let folder: string;
  let launcher: string;
  const buses: SecretBusServer[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "docr-bus-"));
    const built = buildLauncher(resolve(import.meta.dirname, "../.."), folder, { sanitize: true });
    if (built === undefined) throw new Error("the sanitized build failed");
    launcher = built;
    writeFileSync(join(folder, "docr"), `#!/bin/sh\nexit ${RAN_DOCR}\n`);
    chmodSync(join(folder, "docr"), 0o755);
    mkdirSync(join(folder, "home"));
    for (let worker = 0; worker < WORKERS; worker++)
      buses.push(await startSecretBus(join(folder, `bus${worker}`)));
  });
  afterAll(async () => {
    for (const bus of buses) await bus.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = (bus: SecretBusServer): Promise<Outcome> => {
    const env = {
      ...ASAN,
      PATH: SYSTEM_PATH,
      HOME: join(folder, "home"),
      DBUS_SESSION_BUS_ADDRESS: bus.address,
    };
    return call(launcher, { args: ["get"], input: Buffer.from(ADDRESS), env });
  };

  it("answers a bus without damage", async () => {
    const [bus] = buses;
    if (!bus) throw new Error("no bus");
    bus.daemon = daemonOf("one login");
    expect(await ask(bus)).toMatchObject({
      ending: 0,
      stdout: '{"ServerURL":"ghcr.io","Username":"me","Secret":"s3cr3t"}\n',
    });
  });

  it(`has no fault in ${RUNS} damaged conversations`, { timeout: 600_000 }, async () => {
    const cases = fc.sample(anyCase, { numRuns: RUNS, seed: SEED });
    const endings = new Map<number | string, number>();
    const faults: string[] = [];
    await inParallel([...cases.entries()], WORKERS, async ([index, { damages, scene, piece }], worker) => {
      const bus = buses[worker];
      if (!bus) return;
      let turn = 0;
      bus.daemon = daemonOf(scene);
      bus.idleMs = IDLE_MS;
      bus.pieceBytes = piece;
      bus.change = (bytes) => {
        const changed = damages.filter((one) => one.turn === turn).reduce(damaged, bytes);
        turn += 1;
        return changed;
      };
      const outcome = await ask(bus);
      endings.set(outcome.ending, (endings.get(outcome.ending) ?? 0) + 1);
      const fault = faultOf(outcome);
      if (fault !== undefined) faults.push(`#${index} of seed ${SEED} (${scene}): ${fault}`);
    });
    expect(faults.slice(0, 5)).toEqual([]);
    // Otherwise the launcher would reject the conversations too early.
    for (const ending of [0, 1, RAN_DOCR]) expect(endings.get(ending)).toBeGreaterThan(RUNS / 50);
  });
});
