/** Many requests at the same time never crash a user's daemon. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { attributesOf } from "../../src/secret-service/attributes.ts";
import { ReadPlan } from "../../src/secret-service/plans/read-plan.ts";
import { converse } from "../../src/stores/keychain/bus-connection.ts";
import { accessToBus } from "../support/bus-access.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable, explainNoLauncher, LAUNCHER } from "../support/lab/executable.ts";
import { startKeePassXc } from "../support/lab/keepassxc.ts";
import { startKeyring } from "../support/lab/keyring.ts";
import { startKWallet } from "../support/lab/kwallet.ts";
import { explainMissing, KEYRING } from "../support/lab/parts.ts";
import { type Environment, run } from "../support/lab/run.ts";
import { type BusProgram, explainNoBus, startSessionBus } from "../support/lab/session-bus.ts";
import { inFolder, requestsOn, resultOf } from "./requests.ts";

const CALLS = 10_000;
const AT_ONCE = 8;
/** Calls that a launcher of its own makes. The others are conversations of this process. */
const OF_LAUNCHERS = 2_000;
/** Requests that change something, each from a process of its own. */
const CHANGES = 120;
const STORES = 48;

/** Starts a daemon with an open keyring. `isRunning`: whether it is still the same process. */
type Start = (
  folder: string,
  program: BusProgram,
  atEnd: (stop: () => Promise<void>) => void,
) => Promise<{ readonly env: Environment; readonly isRunning: () => boolean }>;

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const startGnomeKeyring: Start = async (folder, program, atEnd) => {
  const keyring = await startKeyring(folder, { program });
  atEnd(() => keyring.stop());
  const pid = keyring.pid();
  return { env: keyring.env, isRunning: () => pid !== undefined && isAlive(pid) };
};

const startOther =
  (start: (bus: Awaited<ReturnType<typeof startSessionBus>>) => ReturnType<typeof startKWallet>): Start =>
  async (folder, program, atEnd) => {
    const bus = await startSessionBus(folder, program);
    atEnd(() => bus.stop());
    const daemon = await start(bus);
    atEnd(() => daemon.kill());
    return { env: bus.env, isRunning: () => isAlive(daemon.pid) };
  };

const DAEMONS = [
  {
    name: "gnome-keyring",
    parts: KEYRING,
    program: "dbus-daemon",
    start: startGnomeKeyring,
  },
  {
    // KeePassXC 2.7.4 can crash if anything changes while it saves, even by one client (docs/decisions.md).
    name: "KeePassXC that does not save",
    parts: ["keepassxc"],
    program: "dbus-daemon",
    start: startOther((bus) =>
      startKeePassXc(bus, { database: "open", confirms: false, savesChanges: false }),
    ),
  },
  {
    name: "KWallet",
    parts: ["kwalletd5", "perl"],
    program: "dbus-broker",
    start: startOther((bus) => startKWallet(bus, "open")),
  },
] as const;

/** Runs the work with the numbers from 0. */
async function inParallel(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work((next += 1) - 1);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Reads by a conversation of this process. */
async function read(env: Environment, name: string): Promise<string> {
  const plan = new ReadPlan(attributesOf(name), true);
  await converse(plan, accessToBus(join(env["XDG_RUNTIME_DIR"] ?? "", "bus")), {
    machineMs: 30_000,
    personMs: undefined,
  });
  return plan.outcome.state;
}

for (const { name, parts, program, start } of DAEMONS) {
  const reason =
    explainNoExecutable() ?? explainNoLauncher() ?? explainMissing(parts) ?? explainNoBus(program);

  describeUnless(reason, `${name} on ${program}`, () => {
    it(`answers ${CALLS} calls, ${AT_ONCE} at once, and is still the same process`, () =>
      inFolder(async (folder, atEnd) => {
        const { env, isRunning } = await start(folder, program, atEnd);
        const docr = requestsOn(env);
        for (const host of ["one.test", "two.test"]) expect(await docr.store(host)).toBe("done");
        const wrong = new Map<string, number>();
        const note = (text: string): void => void wrong.set(text, (wrong.get(text) ?? 0) + 1);
        await inParallel(CALLS, AT_ONCE, async (index) => {
          const host = ["one.test", "missing.test"][index % 2] ?? "";
          const expected = index % 2 === 0 ? "found" : "none";
          const isLauncher = index % (CALLS / OF_LAUNCHERS) === 0;
          const result = isLauncher
            ? resultOf(await run(LAUNCHER, ["get"], { env, stdin: host }))
            : await read(env, `login:${host}`);
          if (result !== expected) note(`${host}: ${result}`);
        });
        expect([...wrong]).toEqual([]);
        expect(isRunning()).toBe(true);
      }));

    it(`makes ${CHANGES} changes, ${AT_ONCE} at once, and is still the same process`, () =>
      inFolder(async (folder, atEnd) => {
        const { env, isRunning } = await start(folder, program, atEnd);
        const docr = requestsOn(env);
        const launcher = requestsOn(env, LAUNCHER);
        const results = new Map<string, number>();
        await inParallel(CHANGES, AT_ONCE, async (index) => {
          const round = Math.floor(index / 3);
          const host = `h${round % 6}.test`;
          // Every second get and erase is the launcher's.
          const { get, erase } = round % 2 === 0 ? docr : launcher;
          const work = [docr.store, get, erase][index % 3] ?? get;
          const result = await work(host);
          results.set(result, (results.get(result) ?? 0) + 1);
        });
        expect([...results.keys()].filter((result) => !["done", "found", "none"].includes(result))).toEqual(
          [],
        );
        expect(isRunning()).toBe(true);
        for (const host of await docr.list()) expect(await docr.get(host)).toBe("found");
      }));

    it(`stores one login ${STORES} times, ${AT_ONCE} at once, and is still the same process`, () =>
      inFolder(async (folder, atEnd) => {
        const { env, isRunning } = await start(folder, program, atEnd);
        const docr = requestsOn(env);
        await inParallel(STORES, AT_ONCE, async () => expect(await docr.store("one.test")).toBe("done"));
        expect(isRunning()).toBe(true);
        expect(await docr.list()).toEqual(["one.test"]);
      }));
  });
}
