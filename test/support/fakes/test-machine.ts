import { uptime } from "node:os";
import { join } from "node:path";
import { type Host, nodeBinding } from "../../../src/app/host.ts";
import { providerStateDir } from "../../../src/app/invocation.ts";
import { run } from "../../../src/app/run.ts";
import { runKubelet } from "../../../src/app/kubelet/run-kubelet.ts";
import { sha256 } from "../../../src/app/startup/sha256.ts";
import { createPendingCalls } from "../../../src/system/pending-calls.ts";
import type { Outcome } from "../lab/run.ts";
import { createMachine, type Machine, withMachine } from "../machine.ts";
import { HOST } from "../requests.ts";
import type { StandInOptions } from "./digitalocean-api.ts";
import { FakeKeychain } from "./fake-keychain.ts";

/**
 * A machine with the whole program in this process: real files and a real network, a keychain in memory, and clocks that tests
 * move. The API token is in the environment.
 */
export interface TestMachine extends Machine {
  readonly keychain: FakeKeychain;
  /** From now on there is neither a keychain nor a session bus. */
  readonly removeKeychain: () => Promise<void>;
  /** Time passes on all clocks. */
  readonly pass: (ms: number) => void;
  /** Sets the wall clock forward, or back for a negative number. */
  readonly setWallBy: (ms: number) => void;
  /** Runs docr as a process of its own would. */
  readonly docr: (args: string | readonly string[], options?: TestRunOptions) => Promise<Outcome>;
  /** `get` of DigitalOcean's registry. */
  readonly get: (changes?: EnvironmentChanges) => Promise<Outcome>;
  /** Resolves when all background processes have ended. */
  readonly settle: () => Promise<void>;
}

/** Added to the environment. Undefined removes a variable. */
export type EnvironmentChanges = Readonly<Record<string, string | undefined>>;

export interface TestRunOptions {
  readonly stdin?: string;
  readonly env?: EnvironmentChanges;
}

export async function createTestMachine(options: StandInOptions = {}): Promise<TestMachine> {
  const machine = await createMachine(options);
  const env = { ...machine.env, DIGITALOCEAN_ACCESS_TOKEN: machine.token };
  const keychain = await new FakeKeychain().listen(join(machine.folder, "run", "bus"));
  const background: Promise<unknown>[] = [];
  let passedMs = 0;
  let wallOffsetMs = 0;
  let lastPid = LARGEST_PID;
  let lastName = 0;
  const monotonicNs = (): bigint => process.hrtime.bigint() + BigInt(passedMs) * 1_000_000n;
  const createHost = (runEnv: Host["env"], printed: Printed, pid = (lastPid += 1)): Host => ({
    env: runEnv,
    tether: () => [],
    platform: "linux",
    uid: process.getuid?.(),
    pid,
    executable: process.execPath,
    launcher: "",
    versions: process.versions,
    isHelper: true,
    clientPid: () => process.pid,
    temporaryDir: () => machine.folder,
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
    binding: nodeBinding,
    pendingCalls: createPendingCalls(),
    async startSelf(args, input) {
      const stdin = Buffer.from(input?.reveal() ?? "");
      background.push(run(createHost(runEnv, newPrinted()), args, async () => stdin));
    },
    startSelfLater(args) {
      void this.startSelf(args);
    },
    startPostponed: () => undefined,
    exit: unexpected,
    liftTimeLimit: () => undefined,
    ignoreInterrupts: () => () => undefined,
    writeStdout: (text) => void printed.stdout.push(text),
    stdoutFailure: () => undefined,
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
    const [host, readInput] = [createHost(runEnv, printed), async () => Buffer.from(stdin)];
    const stateDir = providerStateDir(words);
    const outcome =
      stateDir === undefined
        ? await run(host, words, readInput)
        : await runKubelet(host, stateDir, readInput);
    return {
      code: outcome.exitCode,
      signal: null,
      stdout: printed.stdout.join("") + outcome.stdout,
      stderr: printed.stderr.join("") + outcome.stderr,
      ms: Math.round(performance.now() - started),
    };
  };
  const settle = async (): Promise<void> => {
    for (let count = -1; count !== background.length;) {
      count = background.length;
      await Promise.all(background);
    }
  };
  return {
    ...machine,
    env,
    keychain,
    removeKeychain: () => keychain.close(),
    pass(ms) {
      passedMs += ms;
    },
    setWallBy(ms) {
      wallOffsetMs += ms;
    },
    docr,
    get: (changes = {}) => docr("get", { stdin: HOST, env: changes }),
    settle,
    async close() {
      await settle();
      await keychain.close();
      await machine.close();
    },
  };
}

/** A test on a machine of its own, which is closed at the end. */
export function onMachine(
  body: (machine: TestMachine) => Promise<void>,
  options: StandInOptions = {},
): () => Promise<void> {
  return withMachine(() => createTestMachine(options), body);
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
