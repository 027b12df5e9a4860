/** The process and the machine as the program sees them. With main.ts, the only file that names `process`. */
import { fstatSync } from "node:fs";
import type { Environment, Machine } from "../core/machine.ts";
import type { Moment } from "../core/lifetime.ts";
import type { Secret, Sha256 } from "../core/secret.ts";
import type { NodeBinding } from "../stores/keychain/bus-socket.ts";
import type { AddonHost } from "../stores/keychain/keytar.ts";
import { OUTPUT_TIMEOUT_MS } from "../response-cache/shared/limits.ts";
import { errorCodeOf } from "../system/errno.ts";
import { createPendingCalls, type PendingCalls } from "../system/pending-calls.ts";
import { readRegularFile } from "../system/regular-file.ts";
import { createOutput } from "../system/stdout.ts";
import type { Streams } from "../terminal/streams.ts";
import { leave, onInterrupt } from "./process/exit.ts";
import { heldEnvironment, takeEnvironment } from "./process/own-environment.ts";
import { sha256 } from "./startup/sha256.ts";
import { findOwnProgram, ownCommandOf } from "./process/own-command.ts";
import { tetherTo } from "./process/tether.ts";
import { isPacked } from "./version.ts";

/** How long to wait for the reader of a full stderr. Shorter than for stdout, because the response comes first. */
const STDERR_TIMEOUT_MS = 2_000;

export interface Host extends Machine, AddonHost {
  readonly pid: number;
  /** The path of the running executable: docr, or Node if docr runs from source. */
  readonly executable: string;
  /** The path of the launcher. There may be none. */
  readonly launcher: string;
  /** The versions of Node and of the libraries inside it. */
  readonly versions: Readonly<Record<string, string | undefined>>;
  /** Whether the program was called as docker-credential-docr. main.ts knows it from the arguments. */
  readonly isHelper: boolean;
  /** The process that the client started docr from. For the trace. */
  readonly clientPid: () => number;
  /** Nanoseconds of the monotonic clock, which all processes of this machine share. */
  readonly monotonicNs: () => bigint;
  /** The same in whole milliseconds. */
  readonly monotonicMs: () => number;
  /** Returns a name that is unique on this machine: the process id, a hyphen and a number. */
  readonly uniqueName: () => string;
  readonly clock: () => Moment;
  readonly sha256: Sha256;
  readonly isRunning: (pid: number) => boolean;
  /** Node's internal modules. */
  readonly binding: NodeBinding;
  /** Calls that are still inside a system library. */
  readonly pendingCalls: PendingCalls;
  /** Starts docr again, detached, with the arguments and with `input` as its stdin. Resolves when it has the input. Never rejects. */
  readonly startSelf: (args: readonly string[], input?: Secret) => Promise<void>;
  /** Starts docr again in the same way with these arguments, when `startPostponed` is called. */
  readonly startSelfLater: (args: readonly string[]) => void;
  readonly startPostponed: () => void;
  /** Words before a command that make it end with this process, however that ends. */
  readonly tether: () => readonly string[];
  /** Ends the process. */
  readonly exit: (code: number) => never;
  /** Lifts the launcher's time limit for the whole request. */
  readonly liftTimeLimit: () => void;
  /** Leaves ctrl-C to a program in the foreground. Returns a function that ends this. */
  readonly ignoreInterrupts: () => () => void;
  readonly writeStdout: (text: string) => void;
  /** Why some of stdout could not be written: a system error's code. */
  readonly stdoutFailure: () => string | undefined;
  readonly writeStderr: (text: string) => void;
  readonly isTerminal: (fd: 0 | 1 | 2) => boolean;
  /** The width of the terminal on stdout, in columns. */
  readonly columns: () => number | undefined;
  /** The streams for prompts, opened at the first prompt. */
  readonly streams: () => Streams;
}

const own = ownCommandOf(process, isPacked ? undefined : process.argv[1]);

export function createHost(): Host {
  // Not `performance.now()`, which loads more of Node (startup/README.md).
  const startedNs = process.hrtime.bigint();
  const env = takeEnvironment(process.env);
  const pendingCalls = createPendingCalls();
  const postponed: (readonly string[])[] = [];
  const stdout = createOutput(1, OUTPUT_TIMEOUT_MS);
  const exit = (code: number, isStuck: boolean): never =>
    leave(process, own, code, { isStuck, elapsedNs: process.hrtime.bigint() - startedNs });
  return {
    env,
    platform: process.platform,
    uid: process.getuid?.(),
    pid: process.pid,
    executable: own.executable,
    launcher: own.launcher,
    versions: process.versions,
    isHelper: false,
    // The launcher has become docr, so the parent is the client.
    clientPid: () => process.ppid,
    temporaryDir: () => process.getBuiltinModule("node:os").tmpdir(),
    monotonicNs: () => process.hrtime.bigint(),
    monotonicMs: () => Number(process.hrtime.bigint() / 1_000_000n),
    uniqueName: () => `${process.pid}-${process.hrtime.bigint()}`,
    clock: () => ({ now: Date.now(), uptime: uptimeMs() }),
    sha256,
    isRunning,
    asset,
    binding: nodeBinding,
    dlopen: (module, path) => process.dlopen(module, path),
    pendingCalls,
    startSelf: (args, input) => startSelf(env, args, input),
    startSelfLater: (args) => void postponed.push(args),
    startPostponed: () => postponed.splice(0).forEach((args) => void startSelf(env, args)),
    tether: () => tetherTo(process.pid, own.launcher, process.platform),
    exit: (code) => exit(code, pendingCalls.count > 0),
    liftTimeLimit() {
      // The launcher's alarm survives its exec. Without a handler, it would end this process.
      if (process.platform !== "win32") process.on("SIGALRM", ignoreSignal);
    },
    ignoreInterrupts() {
      process.on("SIGINT", ignoreSignal);
      return () => void process.off("SIGINT", ignoreSignal);
    },
    writeStdout: stdout.write,
    stdoutFailure: stdout.failure,
    writeStderr: createOutput(2, STDERR_TIMEOUT_MS).write,
    isTerminal: (fd) => mayBeTerminal(fd) && process.getBuiltinModule("node:tty").isatty(fd),
    columns: () => process.stdout.columns,
    streams: () => ({
      stdin: process.stdin,
      stderr: process.stderr,
      onInterrupt: (restore) => onInterrupt(process, restore, (code) => exit(code, true)),
    }),
  };
}

/** A file that the build put into the executable. */
function asset(name: string): Uint8Array | undefined {
  return isPacked ? new Uint8Array(process.getBuiltinModule("node:sea").getRawAsset(name)) : undefined;
}

/** `process.binding`, which has no types. */
export const nodeBinding: NodeBinding = (name) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Node's internals have no types
  const { binding: find } = process as unknown as { readonly binding: NodeBinding };
  return find(name);
};

/** Milliseconds since the machine started, sleep included. Only Linux has a clock for this that cannot be set. */
function uptimeMs(): number | undefined {
  const text = process.platform === "linux" ? readKernelText("/proc/uptime") : undefined;
  return text === undefined ? undefined : Math.round(Number.parseFloat(text) * 1000);
}

/** Undefined without /proc. */
function readKernelText(path: string): string | undefined {
  const file = readRegularFile(path, { limitKib: 4 });
  return file.kind === "content" ? file.bytes.toString("latin1") : undefined;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCodeOf(error) !== "ESRCH";
  }
}

/** Whether it is a device, or unknown. Loading node:tty, which knows more, costs a `get` some milliseconds. */
function mayBeTerminal(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice();
  } catch {
    return true;
  }
}

function ignoreSignal(): void {}

/** In a new session, without this process's streams: a client waits until every process that holds its pipes has ended. */
async function startSelf(env: Environment, args: readonly string[], input?: Secret): Promise<void> {
  try {
    const { spawn } = process.getBuiltinModule("node:child_process");
    const stdin = input ? "pipe" : "ignore";
    const child = spawn(findOwnProgram(own) ?? own.program, [...own.args, ...args], {
      detached: true,
      env: heldEnvironment(env),
      stdio: [stdin, "ignore", "ignore"],
    });
    child.unref();
    await new Promise<void>((resolve) => {
      child.on("error", () => resolve());
      child.stdin?.on("error", () => resolve());
      if (input) child.stdin?.end(input.reveal(), resolve);
      else resolve();
    });
  } catch {
    // The work stays undone: it was best effort.
  }
}
