import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explainNoNamespace, runInNamespace } from "../test/support/lab/namespace.ts";
import { findTool, PROJECT } from "./steps.ts";
import { readTotals } from "./vitest-totals.ts";

export interface TestOptions {
  /** Whether to run in the private namespace, if the machine allows one. */
  readonly isPrivate: boolean;
  /** The names of the steps that failed before the tests. */
  readonly failedSteps: readonly string[];
}

/**
 * Runs vitest once. Prints the reasons for skipped tests, then the names of failed steps, and last the line
 * `N passed, N failed, N skipped`. Returns the exit code for steps and tests together.
 */
export async function runTests(args: readonly string[], options: TestOptions): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "docr-totals-"));
  try {
    const report = join(folder, "report.json");
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const command = [process.execPath, findTool("vitest"), "run", ...reporters, ...args];
    const code = options.isPrivate ? await runPrivately(command) : await runDirectly(command);
    const { passed, failed, skipped, reasons } = readTotals(report);
    for (const [reason, count] of reasons) console.log(`${count} skipped: ${reason}`);
    const isGood = code === 0 && failed === 0 && passed > 0 && options.failedSteps.length === 0;
    if (!isGood)
      console.log(`FAILED: ${[...options.failedSteps, ...(code === 0 ? [] : ["tests"])].join(", ")}`);
    console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
    return isGood ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runPrivately(command: readonly string[]): Promise<number> {
  if (explainNoNamespace() !== undefined) return runDirectly(command);
  return runInNamespace(command, { cwd: PROJECT, env: process.env });
}

function runDirectly([command = "", ...args]: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: PROJECT, stdio: "inherit" });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
