import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Environment } from "../../test/support/lab/run.ts";

/** A program with its arguments, its complete environment and its input. */
export interface Command {
  /** The program's path and its arguments. */
  readonly args: readonly [string, ...string[]];
  readonly env: Environment;
  /** A list has one input for each process. */
  readonly stdin: string | readonly string[];
  /** The exit code of every process (default: 0). */
  readonly exitCode?: number;
  /** Measure the time until the first output, not until the end. */
  readonly isFirstOutput?: boolean;
}

/** One run of several processes at once. */
export interface Measured {
  /** From the first start to the last end, or to the first output. Milliseconds. */
  readonly ms: number;
  readonly processes: readonly { readonly ms: number; readonly peakMb: number; readonly stdout: string }[];
}

/** Starts processes and measures them; see runner.c. */
export interface Runner {
  /** Throws if a process exits with another code than the command says. */
  run(command: Command, count: number): Promise<Measured>;
  close(): Promise<void>;
}

export type Wrap = (command: readonly [string, ...string[]]) => readonly [program: string, ...args: string[]];

const COMPILERS = ["clang-19", "clang", "cc", "gcc"];

/**
 * Undefined without a C compiler. The runner keeps its files in `folder`, which should be in memory. `wrap` returns the command that
 * starts the runner.
 */
export function openRunner(folder: string, wrap: Wrap = (command) => command): Runner | undefined {
  const program = join(folder, "runner");
  const source = join(import.meta.dirname, "runner.c");
  const isBuilt = COMPILERS.some(
    (compiler) => spawnSync(compiler, ["-O2", "-o", program, source], { stdio: "ignore" }).status === 0,
  );
  if (!isBuilt) return undefined;
  const [starter, ...starterArgs] = wrap([program]);
  const child = spawn(starter, starterArgs, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const paths = { stdin: join(folder, "stdin"), spec: join(folder, "spec"), output: join(folder, "output") };
  return {
    async run({ args, env, stdin, exitCode = 0, isFirstOutput = false }, count) {
      const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
      const strings = [paths.stdin, paths.output, String(args.length), ...args, ...settings];
      const inputs = typeof stdin === "string" ? Array.from({ length: count }, () => stdin) : stdin;
      if (inputs.length !== count) throw new Error(`${inputs.length} inputs for ${count} processes`);
      for (const [index, input] of inputs.entries()) writeFileSync(`${paths.stdin}.${index}`, input);
      writeFileSync(paths.spec, strings.map((text) => `${text}\0`).join(""));
      child.stdin.write(`${count} ${paths.spec} ${isFirstOutput ? "first" : "all"}\n`);
      const line = await lines.next();
      if (line.done) throw new Error(`the runner exited during ${args.join(" ")}`);
      return readMeasured(line.value, args, exitCode, paths.output);
    },
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

function readMeasured(line: string, args: readonly string[], exitCode: number, output: string): Measured {
  const [all, ...each] = line.split(" ");
  const processes = each.map((text, index) => {
    const [ns, kb, status] = text.split(":").map(Number);
    const stdout = readFileSync(`${output}.${index}`, "utf8");
    if (status !== exitCode << 8) {
      const stderr = readFileSync(`${output}.${index}.err`, "utf8");
      throw new Error(
        `${args.join(" ")} ended with wait status ${status}: ${stdout.slice(0, 300)} ${stderr.slice(0, 300)}`,
      );
    }
    return { ms: Number(ns) / 1e6, peakMb: Number(kb) / 1024, stdout };
  });
  return { ms: Number(all) / 1e6, processes };
}
