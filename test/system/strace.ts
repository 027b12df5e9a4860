import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Environment, type Outcome, run } from "../support/lab/run.ts";
import { startCommand } from "./running-command.ts";

/** System calls that change files. Calls that only read or close files leave everything as the next operation finds it. */
const FILE_OPERATIONS =
  "open,openat,mkdir,mkdirat,write,pwrite64,fsync,fdatasync,fchmod,ftruncate,rename,renameat,renameat2,link,linkat,unlink,unlinkat";

/** A system call, by its name and how many calls of that name the thread made so far. */
export interface Operation {
  readonly name: string;
  /** From 1. */
  readonly occurrence: number;
  /** As strace prints it. */
  readonly text: string;
}

export interface Command {
  readonly args: readonly [program: string, ...args: string[]];
  readonly env: Environment;
  readonly stdin: string;
}

/** Runs the command to its end. Returns, in order, its operations on files whose path contains one of `places`. */
export async function recordOperations(
  command: Command,
  places: readonly string[],
  folder: string,
): Promise<readonly Operation[]> {
  const log = join(folder, "operations.log");
  const [program, ...args] = command.args;
  const options = ["-y", "-s", "0", "-o", log, "-e", `trace=${FILE_OPERATIONS}`, "--"];
  // Without -f: the main thread writes the files, and strace counts the calls of each thread.
  await run("strace", [...options, program, ...args], { env: command.env, stdin: command.stdin });
  const counts = new Map<string, number>();
  const found: Operation[] = [];
  for (const line of readFileSync(log, "utf8").split("\n")) {
    const name = /^(\w+)\(/.exec(line)?.[1];
    if (name === undefined) continue;
    const occurrence = (counts.get(name) ?? 0) + 1;
    counts.set(name, occurrence);
    const isChange = !name.startsWith("open") || /O_WRONLY|O_RDWR|O_CREAT/.test(line);
    if (isChange && places.some((place) => line.includes(place)))
      found.push({ name, occurrence, text: line });
  }
  return found;
}

/** Runs the command and kills it with SIGKILL at the start of the operation. The signal is missing if it ended before. */
export function runUntil(command: Command, { name, occurrence }: Operation): Promise<Outcome> {
  const [program, ...args] = command.args;
  const inject = ["-e", `trace=${name}`, "-e", `inject=${name}:signal=SIGKILL:when=${occurrence}`];
  return run("strace", ["-qqq", "-o", "/dev/null", ...inject, "--", program, ...args], {
    env: command.env,
    stdin: command.stdin,
  });
}

/** A command that stands still after an operation, until `resume`. */
export interface StoppedCommand {
  /** False if the command ended before the operation. */
  readonly isStopped: boolean;
  resume(): void;
  readonly ended: Promise<Outcome>;
}

/** Runs the command and stops it with SIGSTOP right after the operation. */
export async function stopAfter(
  { args, env, stdin }: Command,
  { name, occurrence }: Operation,
  folder: string,
): Promise<StoppedCommand> {
  const log = join(folder, `stop-${name}-${occurrence}.log`);
  const inject = ["-e", `trace=${name}`, "-e", `inject=${name}:signal=SIGSTOP:when=${occurrence}`];
  const strace = startCommand("strace", ["-qq", "-s", "0", "-o", log, ...inject, "--", ...args], {
    env,
    stdin,
  });
  const hasEnded = (): boolean => !existsSync(`/proc/${strace.pid}`);
  const isStopped = (): boolean =>
    existsSync(log) && readFileSync(log, "utf8").includes("--- stopped by SIGSTOP");
  while (!hasEnded() && !isStopped()) await sleep(10);
  return {
    isStopped: isStopped(),
    resume() {
      const children = readFileSync(`/proc/${strace.pid}/task/${strace.pid}/children`, "utf8");
      process.kill(Number(children.trim()), "SIGCONT");
    },
    ended: strace.ended,
  };
}
