import { spawnSync } from "node:child_process";
import { join } from "node:path";

export const PROJECT = join(import.meta.dirname, "..");

/** One thing that must pass before anything is called good. */
export interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** What can be said about the sources without running them. */
export const STATIC_STEPS: readonly Step[] = [
  { name: "format", command: findTool("oxfmt"), args: ["--check", "."] },
  { name: "lint", command: findTool("oxlint"), args: ["--type-aware", "--deny-warnings"] },
  { name: "types", command: findTool("tsc"), args: ["-p", "."] },
];

export function findTool(name: string): string {
  return join(PROJECT, "node_modules", ".bin", name);
}

/** Runs the steps, quietly where they pass. Returns the names of those that failed. */
export function runSteps(steps: readonly Step[]): readonly string[] {
  return steps.filter((step) => !passes(step)).map(({ name }) => name);
}

function passes(step: Step): boolean {
  const { status, stdout, stderr, error } = spawnSync(step.command, step.args, {
    cwd: PROJECT,
    encoding: "utf8",
  });
  const isGood = status === 0;
  console.log(`${step.name}: ${isGood ? "good" : "FAILED"}`);
  if (!isGood) console.log(error?.message ?? `${stdout}${stderr}`);
  return isGood;
}
