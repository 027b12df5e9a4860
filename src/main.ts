/** Runs the program for this process: its streams, its exit, its clocks. No other file names the process. */
import { readFileSync, readlinkSync } from "node:fs";
import { dirname } from "node:path";
import type { Host } from "./app/compose.ts";
import { prefetchLogin } from "./app/startup/prefetch.ts";
import type { Keytar } from "./stores/keychain/keychain.ts";
import { createPendingCalls } from "./system/pending-calls.ts";
import { writeFully } from "./system/stdout.ts";
import { errorCodeOf } from "./system/errno.ts";
import { withDeadline } from "./core/deadline.ts";
import { once } from "./core/once.ts";
import { readCachedResponse } from "./response-cache/read.ts";
import { sha256 } from "./app/startup/sha256.ts";
import { readStdin } from "./app/startup/stdin.ts";
import { isPacked } from "./app/version.ts";
import { decodeAscii } from "./response-cache/shared/ascii.ts";
import { INPUT_LIMIT_BYTES } from "./response-cache/shared/limits.ts";
import { CACHED_SERVER_URL } from "./response-cache/shared/key.ts";

/** For the input of a cached `get`, in milliseconds. After that, the full program goes on waiting for it. */
const CACHED_INPUT_TIMEOUT_MS = 1_000;
/** After this long, something may still wait inside a system library (see `leave`). */
const SUSPICIOUS_MS = 4_000;
/** Hidden first argument: ends at once with the exit code behind it. */
const LEAVE = "--leave-with";
/** Not `performance.now()`: loading that costs a warm `get` 4 ms. Nanoseconds. */
const started = process.hrtime.bigint();

/** Arguments that start this same program in a process of its own. */
const self = isPacked ? [] : [...process.execArgv, ...process.argv.slice(1, 2)];

const pendingCalls = createPendingCalls();

const host: Host = {
  env: process.env,
  platform: process.platform,
  uid: process.getuid?.(),
  pid: process.pid,
  temporaryDir: () => process.getBuiltinModule("node:os").tmpdir(),
  monotonicNs: () => process.hrtime.bigint(),
  clock: () => ({ now: Date.now(), uptime: uptimeMs() }),
  sha256,
  isRunning,
  asset,
  dlopen: (module, path) => process.dlopen(module, path),
  keytar: undefined,
  pendingCalls,
  startSelf,
  writeStdout: (text) => void writeFully(1, text),
  writeStderr: (text) => void writeFully(2, text),
  isTerminal: (fd) => process.getBuiltinModule("node:tty").isatty(fd),
  columns: () => process.stdout.columns,
  streams: () => ({ stdin: process.stdin, stderr: process.stderr, onInterrupt }),
};

/** What the build put into the executable beside the program. */
function asset(name: string): Uint8Array | undefined {
  return isPacked ? new Uint8Array(process.getBuiltinModule("node:sea").getRawAsset(name)) : undefined;
}

/** Since the machine started, sleep included; Linux alone has it where nobody can set it. */
function uptimeMs(): number | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    // Where the encoding is named, Node opens, reads and closes it in one call.
    return Math.round(Number.parseFloat(readFileSync("/proc/uptime", "utf8")) * 1000);
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCodeOf(error) !== "ESRCH";
  }
}

/** Who asks: our parent, or who started it where it is our own launcher. For the trace. */
function clientPid(): number {
  const parent = process.ppid;
  try {
    const launcher = `${dirname(process.execPath)}/docker-credential-docr`;
    if (process.platform !== "linux" || readlinkSync(`/proc/${parent}/exe`) !== launcher) return parent;
    // Behind the name in brackets, which may hold anything: the state, then the parent.
    const stat = readFileSync(`/proc/${parent}/stat`, "latin1");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return parent;
  }
}

/** In a session of its own and with no stream of ours: clients wait until the last holder of their pipes is gone. */
function startSelf(args: readonly string[]): void {
  const { spawn } = process.getBuiltinModule("node:child_process");
  const child = spawn(process.execPath, [...self, ...args], { detached: true, stdio: "ignore" });
  child.on("error", () => undefined);
  child.unref();
}

/**
 * Ends the process with the code. An orderly exit waits for libuv's threads, and one of them may wait for a
 * keychain or a name server that never answers; replacing the process image waits for nobody.
 */
function leave(code: number, isStuck: boolean): never {
  const elapsedMs = Number((process.hrtime.bigint() - started) / 1_000_000n);
  if ((isStuck || elapsedMs > SUSPICIOUS_MS) && process.execve) {
    process.execve(process.execPath, [process.execPath, ...self, LEAVE, String(code)], {});
  }
  return process.exit(code);
}

function onInterrupt(restore: () => void): () => void {
  const codes = { SIGINT: 130, SIGTERM: 143 } as const;
  const end = (signal: keyof typeof codes): void => {
    restore();
    leave(codes[signal], true);
  };
  process.on("SIGINT", end).on("SIGTERM", end);
  return () => void process.off("SIGINT", end).off("SIGTERM", end);
}

function isBareHost(input: Uint8Array): boolean {
  return decodeAscii(input, input.length)?.trim() === CACHED_SERVER_URL;
}

/** The finished answer for a bare `get` in this environment, the launcher's own way; undefined where the full program is needed. */
function warmAnswer(): string | undefined {
  if (host.platform !== "linux" || host.uid === undefined) return undefined;
  return readCachedResponse({ env: host.env, sha256 }, host.uid, host.clock());
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args[0] === LEAVE && /^\d{1,3}$/.test(args[1] ?? "")) process.exit(Number(args[1]));
  // Node's own warnings (a lax TLS variable, an unreadable CA file) are not ours to print: stderr is the person's.
  process.removeAllListeners("warning");
  const readInput = once(() => readStdin(INPUT_LIMIT_BYTES));
  let keytar: Keytar | undefined;
  if (args.length === 1 && args[0] === "get") {
    const coming = readInput();
    const input =
      coming instanceof Uint8Array
        ? coming
        : await withDeadline(coming, CACHED_INPUT_TIMEOUT_MS, () => new Uint8Array());
    if (!isBareHost(input)) {
      keytar = await prefetchLogin(host, input);
    } else {
      const answer = warmAnswer();
      if (answer !== undefined) leave(writeFully(1, answer) === undefined ? 0 : 1, false);
    }
  }
  // Should nothing be left to wait for before there is an answer (a terminal that went away): that is none.
  process.exitCode = 1;
  // The libraries that ask and spin know the variable alone.
  if (args.includes("--no-color")) process.env["NO_COLOR"] = "1";
  const { run } = await import("./app/run.ts");
  const given = { ...host, keytar };
  const { stdout, stderr, exitCode } = await run(given, args, clientPid(), async () => readInput());
  const failure = writeFully(1, stdout);
  // Nobody need be told of a reader that had enough (`docr man | head`).
  const isLost = failure !== undefined && failure !== "EPIPE";
  writeFully(2, isLost ? `${stderr}docr: stdout did not take all of the answer (${failure})\n` : stderr);
  leave(failure === undefined ? exitCode : 1, pendingCalls.count > 0);
}

void main();
