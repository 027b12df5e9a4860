import { readFileSync } from "node:fs";

/** What a whole run of vitest came to. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Why groups were skipped, each reason once. */
  readonly reasons: readonly string[];
}

/** Reads the file of vitest's JSON reporter. */
export function readTotals(path: string): Totals {
  const report: unknown = JSON.parse(readFileSync(path, "utf8"));
  const count = (name: string): number => {
    const value = read(report, name);
    if (typeof value !== "number") throw new Error(`vitest's report has no ${name}`);
    return value;
  };
  // A file that fails before its first test counts no test as failed.
  const brokenFiles = list(report, "testResults").filter(
    (file) =>
      read(file, "status") === "failed" &&
      list(file, "assertionResults").every((test) => read(test, "status") !== "failed"),
  );
  return {
    passed: count("numPassedTests"),
    failed: count("numFailedTests") + brokenFiles.length,
    skipped: count("numPendingTests") + count("numTodoTests"),
    reasons: collectReasons(report),
  };
}

function collectReasons(report: unknown): readonly string[] {
  const tests = list(report, "testResults").flatMap((file) => list(file, "assertionResults"));
  const titles = tests.flatMap((test) => list(test, "ancestorTitles").concat(read(test, "title")));
  const reasons = titles.flatMap((title) => /\[skipped: (.*)\]$/.exec(String(title))?.[1] ?? []);
  return [...new Set(reasons)];
}

function read(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function list(value: unknown, name: string): readonly unknown[] {
  const found = read(value, name);
  return Array.isArray(found) ? found : [];
}
