import { spawn } from "node:child_process";
import type { Environment, Outcome } from "../support/lab/run.ts";

/** A command that a test can signal while it runs. */
export interface RunningCommand {
  readonly pid: number;
  /** Does nothing after the end of the command. */
  signal(name: NodeJS.Signals): void;
  /** Resolves when the command has ended and no process holds its output open. */
  readonly ended: Promise<Outcome>;
}

/** Starts a command with just this environment. Kills it after a minute. */
export function startCommand(
  command: string,
  args: readonly string[],
  options: { readonly env: Environment; readonly stdin: string },
): RunningCommand {
  const started = performance.now();
  const child = spawn(command, args, {
    env: options.env,
    stdio: "pipe",
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on("error", () => {});
  child.stdin.end(options.stdin);
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      const ms = Math.round(performance.now() - started);
      resolve({ code, signal, stdout: textOf(stdout), stderr: textOf(stderr), ms });
    });
  });
  return { pid: child.pid ?? 0, signal: (name) => void child.kill(name), ended };
}

const textOf = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString();
