import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Environment } from "../../test/support/lab/run.ts";

/** One program with everything it gets. Nothing is inherited. */
export interface Command {
  /** The program's path, and its arguments. */
  readonly args: readonly [string, ...string[]];
  readonly env: Environment;
  readonly stdin: string;
  /** The time until the first output instead of the end. */
  readonly isFirstOutput?: boolean;
}

/** What one run of some processes at once came to. */
export interface Measured {
  /** From the first start to the last end, or to the first output. */
  readonly ms: number;
  readonly processes: readonly { readonly ms: number; readonly peakMb: number; readonly stdout: string }[];
}

/** Starts processes and times them; see runner.c. */
export interface Runner {
  /** Throws where a process fails. */
  run(command: Command, count: number): Promise<Measured>;
  close(): Promise<void>;
}

const COMPILERS = ["clang-19", "clang", "cc", "gcc"];

/** Undefined where there is no C compiler. `folder` is for its files; in memory, if that can be had. */
export function openRunner(folder: string): Runner | undefined {
  const program = join(folder, "runner");
  const source = join(import.meta.dirname, "runner.c");
  const isBuilt = COMPILERS.some(
    (compiler) => spawnSync(compiler, ["-O2", "-o", program, source], { stdio: "ignore" }).status === 0,
  );
  if (!isBuilt) return undefined;
  const child = spawn(program, [], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const paths = { stdin: join(folder, "stdin"), spec: join(folder, "spec"), output: join(folder, "output") };
  return {
    async run({ args, env, stdin, isFirstOutput = false }, count) {
      const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
      const strings = [paths.stdin, paths.output, String(args.length), ...args, ...settings];
      writeFileSync(paths.stdin, stdin);
      writeFileSync(paths.spec, strings.map((text) => `${text}\0`).join(""));
      child.stdin.write(`${count} ${paths.spec} ${isFirstOutput ? "first" : "all"}\n`);
      const line = await lines.next();
      if (line.done) throw new Error(`the runner ended while it ran ${args.join(" ")}`);
      return readAnswer(line.value, args, paths.output);
    },
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

function readAnswer(line: string, args: readonly string[], output: string): Measured {
  const [all, ...each] = line.split(" ");
  const processes = each.map((text, index) => {
    const [ns, kb, status] = text.split(":").map(Number);
    const stdout = readFileSync(`${output}.${index}`, "utf8");
    if (status !== 0) {
      const stderr = readFileSync(`${output}.${index}.err`, "utf8");
      throw new Error(
        `${args.join(" ")} ended with status ${status}: ${stdout.slice(0, 300)} ${stderr.slice(0, 300)}`,
      );
    }
    return { ms: Number(ns) / 1e6, peakMb: Number(kb) / 1024, stdout };
  });
  return { ms: Number(all) / 1e6, processes };
}
