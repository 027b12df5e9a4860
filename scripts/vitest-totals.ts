import { existsSync, readFileSync } from "node:fs";

/** The totals of one run of vitest. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** The number of skipped tests by reason. A test without a reason counts under its title. */
  readonly reasons: ReadonlyMap<string, number>;
}

/** Reads the file of vitest's JSON reporter. Counts one failure if there is no file. */
export function readTotals(path: string): Totals {
  if (!existsSync(path)) return { passed: 0, failed: 1, skipped: 0, reasons: new Map() };
  const report: unknown = JSON.parse(readFileSync(path, "utf8"));
  const count = (name: string): number => {
    const value = read(report, name);
    if (typeof value !== "number") throw new Error(`vitest's report has no ${name}`);
    return value;
  };
  const files = list(report, "testResults").map((file) => ({
    hasFailed: read(file, "status") === "failed",
    tests: list(file, "assertionResults"),
  }));
  // vitest does not count a file that fails before its first test.
  const broken = files.filter(
    ({ hasFailed, tests }) => hasFailed && tests.every((test) => read(test, "status") !== "failed"),
  );
  return {
    passed: count("numPassedTests"),
    failed: count("numFailedTests") + broken.length,
    skipped: count("numPendingTests") + count("numTodoTests"),
    reasons: countReasons(files.flatMap(({ tests }) => tests)),
  };
}

function countReasons(tests: readonly unknown[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const test of tests) {
    if (!["skipped", "pending", "todo"].includes(String(read(test, "status")))) continue;
    const titles = [...list(test, "ancestorTitles"), read(test, "title")].map(String);
    const [reason = titles.join(" > ")] = titles.flatMap((title) => reasonIn(title) ?? []);
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return counts;
}

const reasonIn = (title: string): string | undefined => /\[skipped: (.*)\]$/s.exec(title)?.[1];

function read(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function list(value: unknown, name: string): readonly unknown[] {
  const found = read(value, name);
  return Array.isArray(found) ? found : [];
}
