import { isAbsolute, sep } from "node:path";
import type { Environment } from "../core/machine.ts";
import { findProgram } from "./executables.ts";

export interface ChildOptions {
  readonly args: readonly string[];
  /** Sent on stdin. Not in the arguments, which every user of the machine can see. */
  readonly input: string | Uint8Array;
  /** `inherit` sends it directly to the client. */
  readonly stdout: "capture" | "inherit";
  readonly stderr: "ignore" | "inherit" | "capture";
  /** The program's whole environment. Its PATH is also where docr looks for the program. */
  readonly env: Environment;
  /** Words before the program that start it so that it ends with docr. Default: none. */
  readonly tether?: readonly string[];
  /** Kills the program after this time. Default: no limit. */
  readonly timeoutMs?: number;
}

export interface ChildResult {
  /** Empty if stdout was inherited. */
  readonly stdout: string;
  /** Empty unless stderr was captured. */
  readonly stderr: string;
  /** Undefined if a signal ended the program, as a timeout does. */
  readonly exitCode: number | undefined;
}

/** Runs the program to its end. Rejects with the system's error if it cannot be started. */
export async function runChild(
  program: string,
  { args, input, stdout, stderr, env, tether = [], timeoutMs }: ChildOptions,
): Promise<ChildResult> {
  const { spawn } = await import("./spawn.ts");
  return new Promise((resolve, reject) => {
    const path = pathOf(program, env);
    const [launcher, ...before] = isAbsolute(path) ? tether : [];
    const child = spawn(launcher ?? path, launcher === undefined ? args : [...before, path, ...args], {
      argv0: launcher ?? program,
      stdio: ["pipe", stdout === "capture" ? "pipe" : "inherit", stderr === "capture" ? "pipe" : stderr],
      killSignal: "SIGKILL",
      env,
      ...(timeoutMs !== undefined && { timeout: timeoutMs }),
    });
    const [output, errors]: [Buffer[], Buffer[]] = [[], []];
    child.stdout?.on("data", (chunk: Buffer) => output.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => errors.push(chunk));
    // EPIPE is not an error: the program may exit before it has read all of its input.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
    child.on("error", reject);
    // A child of the killed program may still run and keep stdout open. Do not wait for it.
    child.on("exit", (_code, signal) => {
      if (signal === null) return;
      child.stdout?.destroy();
      child.stderr?.destroy();
    });
    child.on("close", (code) => {
      const [text, errorText] = [output, errors].map((chunks) => Buffer.concat(chunks).toString("utf8"));
      resolve({ stdout: text ?? "", stderr: errorText ?? "", exitCode: code ?? undefined });
    });
  });
}

/** libc ends its search of PATH at the first entry with an unusual error, so docr searches itself. Windows has rules of its own. */
function pathOf(program: string, env: Environment): string {
  if (sep === "\\" || program.includes("/")) return program;
  return findProgram(program, { env, platform: "posix" }) ?? program;
}
