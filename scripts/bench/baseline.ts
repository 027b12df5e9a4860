import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Row } from "./targets.ts";

const PATH = join(import.meta.dirname, "baseline.json");
/** The check reports a figure above this multiple of its baseline. */
const REPORTED = 1.15;
/** The check fails if a figure is above this multiple of its baseline. */
const FAILED = 1.5;

const nameOf = ({ work, measure }: Row): string => `${work}: ${measure}`;

export function writeBaseline(rows: readonly Row[]): void {
  const values = Object.fromEntries(rows.map((row) => [nameOf(row), Number(row.value.toFixed(3))]));
  writeFileSync(PATH, `${JSON.stringify(values, undefined, 2)}\n`);
}

/** Reports the figures that differ from the committed baseline. Returns whether one is above `FAILED` times its baseline. */
export function isFarOff(rows: readonly Row[], say: (line: string) => void): boolean {
  const baseline: Record<string, unknown> = JSON.parse(readFileSync(PATH, "utf8"));
  const drifts = rows.flatMap((row) => {
    const before = baseline[nameOf(row)];
    return typeof before === "number" ? [{ row, before, drift: row.value / before }] : [];
  });
  for (const { row, before, drift } of drifts.filter((item) => item.drift > REPORTED)) {
    say(
      `drift: ${nameOf(row)} is ${row.value.toFixed(2)}, was ${before.toFixed(2)} (${drift.toFixed(2)} times)`,
    );
  }
  const far = drifts.filter(({ drift }) => drift > FAILED).length;
  say(`compared ${drifts.length} figures with the baseline; ${far} above ${FAILED} times their baseline`);
  return far > 0;
}
