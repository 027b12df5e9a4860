import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Environment, type Outcome, run } from "../support/lab/run.ts";

/** What changes files. What only reads or closes them leaves everything as it is for the next operation to find. */
const FILE_OPERATIONS =
  "open,openat,mkdir,mkdirat,write,pwrite64,fsync,fdatasync,fchmod,ftruncate,rename,renameat,renameat2,link,linkat,unlink,unlinkat";

/** One call of the system, by its name and how many of that name the thread made before it. */
export interface Operation {
  readonly name: string;
  /** From 1. */
  readonly occurrence: number;
  /** As strace prints it, for a title. */
  readonly text: string;
}

export interface Command {
  readonly args: readonly [program: string, ...args: string[]];
  readonly env: Environment;
  readonly stdin: string;
}

/** The command's operations on files whose path holds one of `places`, in their order, from a run to its end. */
export async function recordOperations(
  command: Command,
  places: readonly string[],
  folder: string,
): Promise<readonly Operation[]> {
  const log = join(folder, "operations.log");
  const [program, ...args] = command.args;
  const options = ["-y", "-s", "0", "-o", log, "-e", `trace=${FILE_OPERATIONS}`, "--"];
  // Without -f: files are written by the main thread, and a count is a thread's own.
  await run("strace", [...options, program, ...args], { env: command.env, stdin: command.stdin });
  const counts = new Map<string, number>();
  const found: Operation[] = [];
  for (const line of readFileSync(log, "utf8").split("\n")) {
    const name = /^(\w+)\(/.exec(line)?.[1];
    if (name === undefined) continue;
    const occurrence = (counts.get(name) ?? 0) + 1;
    counts.set(name, occurrence);
    const changes = !name.startsWith("open") || /O_WRONLY|O_RDWR|O_CREAT/.test(line);
    if (changes && places.some((place) => line.includes(place))) found.push({ name, occurrence, text: line });
  }
  return found;
}

/** Runs the command and kills it by SIGKILL as it begins the operation. Its `signal` tells whether it came that far. */
export function runUntil(command: Command, { name, occurrence }: Operation): Promise<Outcome> {
  const [program, ...args] = command.args;
  const inject = ["-e", `trace=${name}`, "-e", `inject=${name}:signal=SIGKILL:when=${occurrence}`];
  return run("strace", ["-qqq", "-o", "/dev/null", ...inject, "--", program, ...args], {
    env: command.env,
    stdin: command.stdin,
  });
}
