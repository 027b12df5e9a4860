import { wrapWords } from "./wrap.ts";

const GAP = 2;
/** The smallest width of a column that is cut, and of a last column that wraps. */
const NARROWEST_CUT = 8;
const NARROWEST_WRAP = 24;

/**
 * Formats rows of cells as lines. Each column is as wide as its widest cell. If the lines are longer than `width`, the last
 * column wraps between words, and then the widest of the other columns are cut, with `…` at the end.
 */
export function alignColumns(rows: readonly (readonly string[])[], width = Infinity): string {
  const widths = fit(widthsOf(rows), width);
  const lines = rows.flatMap((row) => linesOf(row, widths));
  return lines.map((line) => `${line}\n`).join("");
}

function widthsOf(rows: readonly (readonly string[])[]): readonly number[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return widths;
}

/** Returns the columns' widths. Together they exceed the table's width only if no column can be narrower. */
function fit(natural: readonly number[], width: number): readonly number[] {
  const widths = [...natural];
  const excess = (): number => sum(widths) + GAP * (widths.length - 1) - width;
  narrow(widths, widths.length - 1, NARROWEST_WRAP, excess());
  while (excess() > 0) {
    const others = widths.slice(0, -1);
    const widest = Math.max(...others);
    if (widest <= NARROWEST_CUT) break;
    narrow(widths, others.indexOf(widest), NARROWEST_CUT, 1);
  }
  return widths;
}

function narrow(widths: number[], column: number, narrowest: number, by: number): void {
  const now = widths[column] ?? 0;
  widths[column] = Math.max(Math.min(now, narrowest), now - Math.max(0, by));
}

/** Returns the row's lines. Its last cell wraps. */
function linesOf(row: readonly string[], widths: readonly number[]): readonly string[] {
  const last = widths.length - 1;
  const before = row
    .slice(0, last)
    .map((cell, column) => cut(cell, widths[column] ?? 0).padEnd(widths[column] ?? 0))
    .join(" ".repeat(GAP));
  const indent = last === 0 ? 0 : sum(widths.slice(0, last)) + GAP * last;
  const wrapped = wrapWords(row[last] ?? "", widths[last] ?? 0);
  return wrapped.map((text, index) =>
    `${index === 0 ? before.padEnd(indent) : " ".repeat(indent)}${text}`.trimEnd(),
  );
}

function cut(cell: string, width: number): string {
  return cell.length <= width ? cell : `${cell.slice(0, Math.max(0, width - 1))}…`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
