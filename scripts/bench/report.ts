import type { Figures } from "./measure.ts";
import type { Row } from "./targets.ts";

/** Limits of p90/p10. If a program that does nothing varies more, no figure of the run is reliable. */
const SPREAD_LIMITS = { true: 1.8, empty: 1.5, "1 x true": 1.8, "1 x empty": 1.5 };

/** The cases that tell whether the machine was quiet. */
export const CONTROLS: ReadonlySet<string> = new Set(Object.keys(SPREAD_LIMITS));

/** Returns the reason why the figures are unreliable, or undefined if they are reliable. */
export function explainNoise(figures: ReadonlyMap<string, Figures>): string | undefined {
  const loud = Object.entries(SPREAD_LIMITS).flatMap(([name, limit]) => {
    const spread = spreadOf(figures.get(name));
    return spread > limit ? [`p90/p10 of ${name} is ${spread.toFixed(2)} (limit ${limit})`] : [];
  });
  return loud.length === 0 ? undefined : `the machine was too noisy: ${loud.join("; ")}`;
}

function spreadOf(figures: Figures | undefined): number {
  return figures ? figures.p90 / figures.p10 : Number.NaN;
}

/** Describes the lower bound of this runtime: the time of an executable that does nothing, as a ratio to a Go helper's `get`. */
export function explainFloor(figures: ReadonlyMap<string, Figures>): string {
  const [empty, peer] = [figures.get("empty"), figures.get("secretservice")];
  const ratio = empty && peer ? empty.median / peer.median : Number.NaN;
  return `lower bound: an empty executable takes ${ratio.toFixed(2)} x the time of secretservice's get on this machine`;
}

export function tabulateFigures(figures: ReadonlyMap<string, Figures>): string {
  const rows = [...figures.values()].map(({ name, rounds, median, p10, p90, slowest, peakMb }) => [
    name,
    String(rounds),
    median.toFixed(2),
    p10.toFixed(2),
    p90.toFixed(2),
    slowest.toFixed(2),
    peakMb.toFixed(1),
  ]);
  return tabulate(["case", "rounds", "median ms", "p10", "p90", "slowest", "peak MB"], rows);
}

export function tabulateRows(rows: readonly Row[]): string {
  return tabulate(
    ["work", "measure", "value", "target", ""],
    rows.map((row) => [
      row.work,
      row.measure,
      format(row.value, row.unit),
      format(row.limit, row.unit),
      verdict(row),
    ]),
  );
}

function verdict({ isReached }: Row): string {
  return isReached ? "ok" : "OVER";
}

function format(value: number, unit: Row["unit"]): string {
  if (unit === "x") return `${value.toFixed(2)} x`;
  return unit === "MB" ? `${value.toFixed(1)} MB` : `${value}`;
}

function tabulate(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((text, column) =>
          isNumber(text) ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const isNumber = (text: string): boolean => /^[\d.]+( x| MB)?$/.test(text);
