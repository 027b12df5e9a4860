import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Row } from "./targets.ts";

const PATH = join(import.meta.dirname, "baseline.json");
/** The comparison reports a figure above this multiple of its baseline. */
const REPORTED = 1.15;
/**
 * A figure above this multiple of its baseline is far off. Machines differ: with identical programs, `list` took 0.22 times as long as
 * its peer on one machine, and 0.36 times on another.
 */
const FAR = 2;

interface Baseline {
  /** Why the recorded figures are unreliable. Null if they are reliable. */
  readonly noise: string | null;
  /** Values by the names of rows. */
  readonly figures: Readonly<Record<string, number>>;
}

const nameOf = ({ work, measure }: Row): string => `${work}: ${measure}`;

export function writeBaseline(rows: readonly Row[], noise: string | undefined): void {
  const figures = Object.fromEntries(rows.map((row) => [nameOf(row), Number(row.value.toFixed(3))]));
  const baseline: Baseline = { noise: noise ?? null, figures };
  writeFileSync(PATH, `${JSON.stringify(baseline, undefined, 2)}\n`);
}

/** Reports the figures that differ from the committed baseline. Returns whether one is far above it. */
export function isFarOff(rows: readonly Row[], say: (line: string) => void): boolean {
  const { noise, figures }: Baseline = JSON.parse(readFileSync(PATH, "utf8"));
  if (noise !== null) say(`the baseline is unreliable: ${noise}`);
  const drifts = rows.flatMap((row) => {
    const before = figures[nameOf(row)];
    return before === undefined ? [] : [{ row, before, drift: row.value / before }];
  });
  for (const { row, before, drift } of drifts.filter((item) => item.drift > REPORTED)) {
    say(
      `drift: ${nameOf(row)} is ${row.value.toFixed(2)}, was ${before.toFixed(2)} (${drift.toFixed(2)} times)`,
    );
  }
  const far = drifts.filter(({ drift }) => drift > FAR).length;
  const unknown = rows.length - drifts.length;
  say(
    `compared ${drifts.length} figures with the baseline: ${far} above ${FAR} times their baseline; ${unknown} have none`,
  );
  return far > 0;
}
