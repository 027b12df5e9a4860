import type { Figures } from "./measure.ts";

/** Everything that was measured, by the names of the cases. */
export interface Results {
  readonly figures: ReadonlyMap<string, Figures>;
  /** API calls of each run with nothing cached, by the number of processes at once. */
  readonly calls: ReadonlyMap<number, readonly number[]>;
  /** Sizes of the executables, in bytes. */
  readonly sizes: { readonly launcher: number; readonly docr: number };
}

/** A figure with its target. */
export interface Row {
  readonly work: string;
  readonly measure: string;
  readonly value: number;
  readonly unit: "x" | "MB" | "calls";
  readonly limit: number;
  readonly isReached: boolean;
}

interface Target {
  readonly work: string;
  readonly measure: string;
  readonly unit: Row["unit"];
  readonly limit: number;
  /** The cases that it needs. */
  readonly cases: readonly string[];
  /** NaN if a figure that it needs was not measured. */
  readonly value: (results: Results) => number;
}

const WARM = ["warm get, bare host", "warm get, path", "warm get, https://"];
const MINTS = [
  ["cold mint", 2.7],
  ["cold mint, the system's authorities", 2.7],
  // OpenSSL parses all 145 authorities of a bundle, which takes 0.3 times as long as an empty executable.
  ["cold mint, CA bundle in a variable", 3],
] as const;
const OTHER = "another registry's login";
const CHANGES = [
  { action: "store", alone: 1.8, together: 2.5 },
  { action: "erase", alone: 2.1, together: 2.5 },
];
/**
 * The full program's peak memory is the highest of these. It depends on the size of the file's pages in the page cache, so it is
 * compared with an executable that was written in the same way.
 */
const FULL_PROGRAM = ["full program alone", "cold mint", `${OTHER}, full program alone`, "--help", "status"];

const TARGETS: readonly Target[] = [
  ...WARM.flatMap((name): readonly Target[] => [
    ratio(name, name, "secretservice", 0.08),
    ratio(name, name, "true", 1.1),
    {
      work: name,
      measure: "peak memory",
      unit: "MB",
      limit: 2.4,
      cases: [name],
      value: ({ figures }) => peakOf(figures, [name]),
    },
  ]),
  ratio(`${OTHER}, found`, `${OTHER}, found`, "secretservice", 0.25),
  ratio(`${OTHER}, not found`, `${OTHER}, not found`, "secretservice, not found", 0.35),
  ratio(`20 of them at once`, `20 x ${OTHER}`, "20 x secretservice", 0.3),
  ...CHANGES.flatMap(({ action, alone, together }) => [
    ratio(
      `${action} of another registry among 100`,
      `1 x ${action} docr`,
      `1 x ${action} secretservice`,
      alone,
    ),
    ratio(`20 x ${action} at once`, `20 x ${action} docr`, `20 x ${action} secretservice`, together),
  ]),
  ratio("list of 100", "list 100 docr", "list 100 secretservice", 0.3),
  ratio("list of 1,000", "list 1000 docr", "list 1000 secretservice", 0.1),
  ratio("full program alone", "full program alone", "empty", 1.05),
  ratio("--help", "--help", "empty", 1.6),
  ratio("status, first output", "status", "empty", 1.6),
  ...MINTS.map(([name, limit]) => ratio(name, name, "empty", limit)),
  {
    work: "50 cold mints at once",
    measure: "API calls",
    unit: "calls",
    limit: 1,
    cases: ["50 x mint"],
    value: ({ calls }) => Math.max(...(calls.get(50) ?? [Number.NaN])),
  },
  {
    work: "50 cold mints at once",
    measure: "slowest / one",
    unit: "x",
    limit: 1.3,
    cases: ["50 x mint", "1 x mint"],
    value: ({ figures }) => slowestOf(figures, "50 x mint") / medianOf(figures, "1 x mint"),
  },
  ratio("docr kubelet, warm", "docr kubelet, warm", "empty", 1.3),
  size("launcher", 0.4),
  size("docr", 120),
  // Older targets, which still hold.
  ratio("warm get, bare host", "warm get, bare host", "ecr-login", 0.35),
  ratio("20 warm gets at once", "20 x warm get", "20 x secretservice", 0.2),
  ratio("fallback helper", "fallback helper", "secretservice", 1.15),
  ratio("version", "version", "empty", 3),
  {
    work: "full program",
    measure: "peak memory / empty",
    unit: "x",
    limit: 1.3,
    cases: [...FULL_PROGRAM, "empty"],
    value: ({ figures }) => peakOf(figures, FULL_PROGRAM) / peakOf(figures, ["empty"]),
  },
];

/** The cases that a figure with a target needs. */
export const JUDGED: ReadonlySet<string> = new Set(TARGETS.flatMap(({ cases }) => cases));

/** The value of a row that was not measured is NaN. */
export function judge(results: Results): readonly Row[] {
  return TARGETS.map(({ work, measure, unit, limit, value: find }) => {
    const value = find(results);
    return { work, measure, unit, limit, value, isReached: value <= limit };
  });
}

function ratio(work: string, docr: string, peer: string, limit: number): Target {
  return {
    work,
    measure: `/ ${peer}`,
    unit: "x",
    limit,
    cases: [docr, peer],
    value: ({ figures }) => medianOf(figures, docr) / medianOf(figures, peer),
  };
}

function size(program: keyof Results["sizes"], limit: number): Target {
  const value = ({ sizes }: Results): number => sizes[program] / 1e6;
  return { work: program, measure: "on disk", unit: "MB", limit, cases: [], value };
}

function medianOf(figures: Results["figures"], name: string): number {
  return figures.get(name)?.median ?? Number.NaN;
}

/** The highest of these cases, in MB. */
function peakOf(figures: Results["figures"], names: readonly string[]): number {
  return Math.max(...names.map((name) => figures.get(name)?.peakMb ?? Number.NaN));
}

function slowestOf(figures: Results["figures"], name: string): number {
  return figures.get(name)?.slowest ?? Number.NaN;
}
