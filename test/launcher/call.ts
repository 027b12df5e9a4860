import { spawn } from "node:child_process";
import type { Environment } from "../support/lab/run.ts";

/** A program's arguments, environment and input. */
export interface Request {
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env: Environment;
  /** Undefined leaves stdin open and sends nothing. */
  readonly input: Uint8Array | undefined;
  /** The user to run as. Only root can set it. */
  readonly uid?: number | undefined;
  /** Default: the root folder. */
  readonly cwd?: string;
}

/** How the program ended. Each character is a byte. */
export interface Outcome {
  /** The exit code, or the name of the signal that killed the program. */
  readonly ending: number | string;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

const TIMEOUT_MS = 60_000;

/** Runs the program to its end. */
export function call(program: string, request: Request): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const { uid } = request;
    const child = spawn(program, request.args, {
      env: request.env,
      stdio: ["pipe", "pipe", "pipe"],
      cwd: request.cwd ?? "/",
      timeout: TIMEOUT_MS,
      killSignal: "SIGKILL",
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    // A program may end without reading stdin.
    child.stdin.on("error", () => undefined);
    if (request.input !== undefined) child.stdin.end(request.input);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      child.stdin.destroy();
      resolve({
        ending: code ?? signal ?? "nothing",
        stdout: Buffer.concat(stdout).toString("latin1"),
        stderr: Buffer.concat(stderr).toString("latin1"),
        ms: performance.now() - started,
      });
    });
  });
}

/** Does the work for each item, with this many workers at once. Their numbers start at 0. */
export async function inParallel<T>(
  items: readonly T[],
  workers: number,
  work: (item: T, worker: number) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: workers }, async (_, worker) => {
      for (const item of queue) await work(item, worker);
    }),
  );
}
