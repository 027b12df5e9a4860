/** Runs the program for this process: its streams, its exit, its clocks. No other file names the process. */
import { readFileSync } from "node:fs";
import { runProgram } from "./cli/program.ts";
import { compose, type Host } from "./compose.ts";
import { createHelper } from "./helper/helper.ts";
import { INPUT_LIMIT } from "./protocol/requests.ts";
import { BACKGROUND } from "./runtime/background.ts";
import { readStdin, writeFully } from "./streams.ts";
import { isPacked, packageName, version } from "./version.ts";

const ANSWER_DEADLINE_MS = 28_000;
/** After this long, something may still wait inside a system library (see `leave`). */
const SUSPICIOUS_MS = 4_000;
/** Hidden first argument: ends at once with the exit code behind it. */
const LEAVE = "--leave-with";
/** Not `performance.now()`: loading that costs a warm `get` 4 ms. Nanoseconds. */
const started = process.hrtime.bigint();

/** Arguments that start this same program in a process of its own. */
const self = isPacked ? [] : [...process.execArgv, ...process.argv.slice(1, 2)];

const host: Host = {
  env: process.env,
  platform: process.platform,
  uid: process.getuid?.(),
  pid: process.pid,
  temporaryDir: () => process.getBuiltinModule("node:os").tmpdir(),
  monotonicNs: () => process.hrtime.bigint(),
  clock: () => ({ now: Date.now(), uptime: uptimeMs() }),
  isRunning,
  dlopen: (module, path) => process.dlopen(module, path),
  startSelf,
  writeStderr: (text) => void writeFully(2, text),
};

/** Since the machine started, sleep included; Linux alone has it where nobody can set it. */
function uptimeMs(): number | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    return Math.round(Number.parseFloat(readFileSync("/proc/uptime", "latin1")) * 1000);
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

/** In a session of its own and with no stream of ours: clients wait until the last holder of their pipes is gone. */
function startSelf(args: readonly string[]): void {
  const { spawn } = process.getBuiltinModule("node:child_process");
  const child = spawn(process.execPath, [...self, ...args], { detached: true, stdio: "ignore", cwd: "/" });
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

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args[0] === LEAVE) process.exit(Number(args[1]));
  // Node's own warnings (a lax TLS variable, an unreadable CA file) are not ours to print: stderr is the person's.
  process.removeAllListeners("warning");
  const { ports, programSettings, remarks, isStuck } = compose(host);
  const helper = createHelper(ports);
  if (args[0] === BACKGROUND) {
    await work(helper, args.slice(1)).catch(() => undefined);
    leave(0, isStuck());
  }
  const outcome = await runProgram({
    args,
    packageName,
    version,
    readInput: () => readStdin(INPUT_LIMIT),
    helper,
    fallback: () => programSettings().fallback,
    trace: ports.trace,
    clientPid: process.ppid,
    remarks,
    deadlineMs: ANSWER_DEADLINE_MS,
  });
  const isHeard = writeFully(1, outcome.stdout);
  writeFully(2, outcome.stderr);
  leave(isHeard ? outcome.exitCode : 1, isStuck());
}

/** What `get` left to a process of its own. */
async function work(helper: ReturnType<typeof createHelper>, [task, serverUrl]: string[]): Promise<void> {
  if (task === "renew" && serverUrl !== undefined) await helper.renew(serverUrl);
  if (task === "sweep") await helper.sweep();
}

void main();
