import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir, uptime } from "node:os";
import { join } from "node:path";
import type { Host } from "../../../src/app/host.ts";
import { run } from "../../../src/app/run.ts";
import { sha256 } from "../../../src/app/startup/sha256.ts";
import { createPendingCalls } from "../../../src/system/pending-calls.ts";
import type { Environment, Outcome } from "../lab/run.ts";
import { createStandIn, type StandIn, type StandInOptions } from "./digitalocean-api.ts";
import { createFakeKeytar, type FakeKeytar } from "./fake-keytar.ts";

/**
 * One user's machine with the whole program in this process: real files and a real network, DigitalOcean's API on loopback,
 * a keychain in memory, and clocks that tests move. Two machines share nothing.
 */
export interface TestMachine {
  readonly folder: string;
  /** docr's private files in the runtime directory. */
  readonly privateFolder: string;
  readonly standIn: StandIn;
  /** An API token with every scope. */
  readonly token: string;
  /** A home and a runtime directory, the API's address, and the API token. */
  readonly env: Environment;
  readonly keytar: FakeKeytar;
  /** From now on there is neither a keychain nor a session bus. */
  removeKeychain(): void;
  /** Time passes on all clocks. */
  pass(ms: number): void;
  /** Runs docr as a process of its own would. */
  docr(action: string, options?: TestRunOptions): Promise<Outcome>;
  /** Resolves when all background processes have ended. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export interface TestRunOptions {
  readonly stdin?: string;
  /** The whole environment. The machine's own by default. */
  readonly env?: Environment;
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
  const background: Promise<unknown>[] = [];
  let hasKeychain = true;
  let passedMs = 0;
  let lastPid = 1_000;
  let lastName = 0;
  const monotonicNs = (): bigint => process.hrtime.bigint() + BigInt(passedMs) * 1_000_000n;
  const createHost = (hostEnv: Environment, printed: Printed, pid = (lastPid += 1)): Host => ({
    env: hostEnv,
    platform: "linux",
    uid: process.getuid?.(),
    pid,
    clientPid: () => process.pid,
    temporaryDir: () => folder,
    monotonicNs,
    monotonicMs: () => Number(monotonicNs() / 1_000_000n),
    uniqueName: () => `${pid}-${(lastName += 1)}`,
    clock: () => ({
      now: Date.now() + passedMs,
      uptime: Math.round(uptime() * 1000) + passedMs,
    }),
    sha256,
    isRunning: () => true,
    asset: () => undefined,
    dlopen: unexpected,
    keytar: hasKeychain ? keytar : undefined,
    pendingCalls: createPendingCalls(),
    startSelf: (args) =>
      void background.push(run(createHost(hostEnv, printToNothing()), args, async () => new Uint8Array())),
    exit: unexpected,
    writeStdout: (text) => void printed.stdout.push(text),
    writeStderr: (text) => void printed.stderr.push(text),
    isTerminal: () => false,
    columns: () => undefined,
    streams: unexpected,
  });
  let isOpen = true;
  return {
    folder,
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
    async docr(action, { stdin = "", env: runEnv = env } = {}) {
      const started = performance.now();
      const printed = printToNothing();
      const host = createHost(runEnv, printed);
      const { stdout, stderr, exitCode } = await run(host, [action], async () => Buffer.from(stdin));
      return {
        code: exitCode,
        signal: null,
        stdout: printed.stdout.join("") + Buffer.from(stdout).toString(),
        stderr: printed.stderr.join("") + stderr,
        ms: Math.round(performance.now() - started),
      };
    },
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

interface Printed {
  readonly stdout: string[];
  readonly stderr: string[];
}

const printToNothing = (): Printed => ({ stdout: [], stderr: [] });

function unexpected(): never {
  throw new Error("this test did not expect that call");
}
