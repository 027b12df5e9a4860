import { spawn } from "node:child_process";

export type Environment = Readonly<Record<string, string>>;

export interface RunOptions {
  /** The whole environment. The command inherits nothing, so that a test is the same on every machine. */
  readonly env: Environment;
  /** Standard input. Without it, the command reads /dev/null. */
  readonly stdin?: string;
  readonly cwd?: string;
  /** Open descriptors that the command inherits as 3 and so on. */
  readonly more?: readonly number[];
  /** After this time the command is killed, and `code` is null. Default: 60. */
  readonly timeoutSeconds?: number;
}

export interface Outcome {
  /** Null if a signal ended the command. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** Runs a command to its end. Throws only if it cannot be started. */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command, args, {
      env: options.env,
      cwd: options.cwd,
      stdio: [options.stdin === undefined ? "ignore" : "pipe", "pipe", "pipe", ...(options.more ?? [])],
      timeout: (options.timeoutSeconds ?? 60) * 1000,
      killSignal: "SIGKILL",
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout?.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => stderr.push(chunk));
    // A command may end without reading its input.
    child.stdin?.on("error", () => {});
    child.stdin?.end(options.stdin);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      const ms = Math.round(performance.now() - started);
      resolve({ code, signal, stdout: textOf(stdout), stderr: textOf(stderr), ms });
    });
  });
}

/** Does the same, but throws an error with the end of the output if the exit code is not 0. */
export async function runWell(
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<Outcome> {
  const outcome = await run(command, args, options);
  if (outcome.code === 0) return outcome;
  const output = `${outcome.stdout}\n${outcome.stderr}`.trim().slice(-600);
  throw new Error(`${command} ${args[0] ?? ""} ended with ${outcome.code ?? outcome.signal}: ${output}`);
}

const textOf = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString();
