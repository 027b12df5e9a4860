import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir, uptime } from "node:os";
import { join } from "node:path";
import type { Host } from "../../../src/app/host.ts";
import { run } from "../../../src/app/run.ts";
import { sha256 } from "../../../src/app/startup/sha256.ts";
import { createPendingCalls } from "../../../src/system/pending-calls.ts";
import type { Environment, Outcome } from "../lab/run.ts";
import { HOST, readTrace, secretOf, type TraceLine } from "../requests.ts";
import { createStandIn, type StandIn, type StandInOptions } from "./digitalocean-api.ts";
import { createFakeKeytar, type FakeKeytar } from "./fake-keytar.ts";

/**
 * One user's machine with the whole program in this process: real files and a real network, DigitalOcean's API on loopback,
 * a keychain in memory, and clocks that tests move. Two machines share nothing.
 */
export interface TestMachine {
  readonly folder: string;
  readonly home: string;
  /** docr's private files in the runtime directory. */
  readonly privateFolder: string;
  readonly standIn: StandIn;
  /** An API token with every scope. */
  readonly token: string;
  /** A home and a runtime directory, the API's address, and the API token. */
  readonly env: Environment;
  readonly keytar: FakeKeytar;
  /** From now on there is neither a keychain nor a session bus. */
  readonly removeKeychain: () => void;
  /** Time passes on all clocks. */
  readonly pass: (ms: number) => void;
  /** Sets the wall clock forward, or back for a negative number. */
  readonly setWallBy: (ms: number) => void;
  /** Runs docr as a process of its own would. */
  readonly docr: (args: string | readonly string[], options?: TestRunOptions) => Promise<Outcome>;
  /** `get` of DigitalOcean's registry. */
  readonly get: (changes?: EnvironmentChanges) => Promise<Outcome>;
  /** The number of the credential that a `get` answers. Undefined if it is none of the stand-in's. */
  readonly idOf: (outcome: Outcome) => number | undefined;
  /** Makes docr trace to a file of this machine. */
  readonly traced: Environment;
  /** The lines of that file. */
  readonly trace: () => readonly TraceLine[];
  /** Resolves when all background processes have ended. */
  readonly settle: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Added to the environment. Undefined removes a variable. */
export type EnvironmentChanges = Readonly<Record<string, string | undefined>>;

export interface TestRunOptions {
  readonly stdin?: string;
  readonly env?: EnvironmentChanges;
}

export async function createTestMachine(options: StandInOptions = {}): Promise<TestMachine> {
  const folder = mkdtempSync(join(tmpdir(), "docr-m-"));
  const home = join(folder, "home");
  const runtime = join(folder, "run");
  for (const path of [home, runtime]) mkdirSync(path, { mode: 0o700 });
  const standIn = await createStandIn(options);
  const token = standIn.account.addToken();
  const env = {
    HOME: home,
    XDG_RUNTIME_DIR: runtime,
    DIGITALOCEAN_API_URL: standIn.url,
    DIGITALOCEAN_OAUTH_URL: standIn.url,
    DIGITALOCEAN_ACCESS_TOKEN: token,
  };
  const keytar = createFakeKeytar();
  const log = join(folder, "trace.jsonl");
  const background: Promise<unknown>[] = [];
  let hasKeychain = true;
  let passedMs = 0;
  let wallOffsetMs = 0;
  let lastPid = LARGEST_PID;
  let lastName = 0;
  const monotonicNs = (): bigint => process.hrtime.bigint() + BigInt(passedMs) * 1_000_000n;
  const createHost = (runEnv: Host["env"], printed: Printed, pid = (lastPid += 1)): Host => ({
    env: runEnv,
    platform: "linux",
    uid: process.getuid?.(),
    pid,
    isHelper: true,
    clientPid: () => process.pid,
    temporaryDir: () => folder,
    monotonicNs,
    monotonicMs: () => Number(monotonicNs() / 1_000_000n),
    uniqueName: () => `${pid}-${(lastName += 1)}`,
    clock: () => ({
      now: Date.now() + passedMs + wallOffsetMs,
      uptime: Math.round(uptime() * 1000) + passedMs,
    }),
    sha256,
    isRunning: (other) => other > LARGEST_PID || isRunning(other),
    asset: () => undefined,
    dlopen: unexpected,
    keytar: hasKeychain ? keytar : undefined,
    pendingCalls: createPendingCalls(),
    async startSelf(args, input) {
      const stdin = Buffer.from(input?.reveal() ?? "");
      background.push(run(createHost(runEnv, newPrinted()), args, async () => stdin));
    },
    exit: unexpected,
    writeStdout: (text) => void printed.stdout.push(text),
    writeStderr: (text) => void printed.stderr.push(text),
    isTerminal: () => false,
    columns: () => undefined,
    streams: unexpected,
  });
  const docr: TestMachine["docr"] = async (args, { stdin = "", env: changes = {} } = {}) => {
    const started = performance.now();
    const printed = newPrinted();
    const runEnv = Object.fromEntries(
      Object.entries({ ...env, ...changes }).filter(([, value]) => value !== undefined),
    );
    const words = typeof args === "string" ? [args] : args;
    const outcome = await run(createHost(runEnv, printed), words, async () => Buffer.from(stdin));
    return {
      code: outcome.exitCode,
      signal: null,
      stdout: printed.stdout.join("") + outcome.stdout,
      stderr: printed.stderr.join("") + outcome.stderr,
      ms: Math.round(performance.now() - started),
    };
  };
  let isOpen = true;
  return {
    folder,
    home,
    privateFolder: join(runtime, "docr"),
    standIn,
    token,
    env,
    keytar,
    removeKeychain() {
      hasKeychain = false;
    },
    pass(ms) {
      passedMs += ms;
    },
    setWallBy(ms) {
      wallOffsetMs += ms;
    },
    docr,
    get: (changes = {}) => docr("get", { stdin: HOST, env: changes }),
    idOf: (outcome) => standIn.account.findMinted(secretOf(outcome))?.id,
    traced: { DOCR_LOG: log },
    trace: () => (existsSync(log) ? readTrace(readFileSync(log, "utf8")) : []),
    async settle() {
      for (let count = -1; count !== background.length;) {
        count = background.length;
        await Promise.all(background);
      }
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      await standIn.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A test on a machine of its own, which is closed with its background processes at the end. */
export function onMachine(
  body: (machine: TestMachine) => Promise<void>,
  options: StandInOptions = {},
): () => Promise<void> {
  return async () => {
    const machine = await createTestMachine(options);
    try {
      await body(machine);
      await machine.settle();
    } finally {
      await machine.close();
    }
  };
}

/** No process of Linux has a larger id. The processes of a test machine do. */
const LARGEST_PID = 4_194_304;

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

interface Printed {
  readonly stdout: string[];
  readonly stderr: string[];
}

const newPrinted = (): Printed => ({ stdout: [], stderr: [] });

function unexpected(): never {
  throw new Error("this test did not expect that call");
}
