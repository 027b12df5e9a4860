import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explainNoNamespace, runInNamespace } from "../test/support/lab/namespace.ts";
import { findTool, PROJECT } from "./steps.ts";
import { readTotals } from "./vitest-totals.ts";

export interface TestOptions {
  readonly isPrivate: boolean;
  /** Names of the steps that failed already. */
  readonly failedBefore: readonly string[];
}

/**
 * One run of vitest: in the private namespace where there can be one; elsewhere directly, and what needs the
 * namespace is skipped with its reason. Says what failed, the steps before it included, and ends with the
 * line `N passed, N failed, N skipped`. Returns the exit code for all of it.
 */
export async function runTests(args: readonly string[], options: TestOptions): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "docr-totals-"));
  try {
    const report = join(folder, "report.json");
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const command = [process.execPath, findTool("vitest"), "run", ...reporters, ...args];
    const code = options.isPrivate ? await runPrivately(command) : await runDirectly(command);
    const { passed, failed, skipped, reasons } = readTotals(report);
    for (const reason of reasons) console.log(`skipped: ${reason}`);
    const isGood = code === 0 && failed === 0 && passed > 0 && options.failedBefore.length === 0;
    if (!isGood)
      console.log(`FAILED: ${[...options.failedBefore, ...(code === 0 ? [] : ["tests"])].join(", ")}`);
    console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
    return isGood ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runPrivately(command: readonly string[]): Promise<number> {
  const reason = explainNoNamespace();
  if (reason === undefined) return runInNamespace(command, { cwd: PROJECT, env: process.env });
  console.log(`tests of real clients are skipped: ${reason}`);
  return runDirectly(command);
}

function runDirectly([command = "", ...args]: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: PROJECT, stdio: "inherit" });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
