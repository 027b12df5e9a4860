import type { Figures } from "./measure.ts";

/** Everything that was measured, by the names of the cases. */
export interface Results {
  readonly figures: ReadonlyMap<string, Figures>;
  /** API calls of each run with nothing cached, by the number of processes at once. */
  readonly calls: ReadonlyMap<number, readonly number[]>;
  readonly docrBytes: number;
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
  /** NaN if a figure that it needs was not measured. */
  readonly value: (results: Results) => number;
}

const CACHED = ["cached, token in the environment", "cached, token in the keychain"];
const BIG_LISTS = [100, 1000];

const TARGETS: readonly Target[] = [
  ...CACHED.flatMap((name): readonly Target[] => [
    ratio(name, name, "secretservice", 0.15),
    ratio(name, name, "ecr-login", 0.35),
    ratio(name, name, "true", 2),
    peak(name, name, 4),
  ]),
  ratio("20 cached at once", "20 x cached", "20 x secretservice", 0.2),
  ratio("cached, without launcher", "cached, without launcher", "empty", 1.05),
  ratio("cached, without launcher", "cached, without launcher", "secretservice", 1.3),
  ratio("another registry's login", "other registry", "empty", 1.85),
  ratio("another registry's login, fallback helper", "fallback", "secretservice", 1.15),
  ratio("mint", "mint", "empty", 2.7),
  {
    work: "50 at once, nothing cached",
    measure: "API calls",
    unit: "calls",
    limit: 1,
    value: ({ calls }) => Math.max(...(calls.get(50) ?? [Number.NaN])),
  },
  {
    work: "50 at once, nothing cached",
    measure: "slowest / single",
    unit: "x",
    limit: 1.3,
    value: ({ figures }) => slowestOf(figures, "50 x mint") / medianOf(figures, "1 x mint"),
  },
  {
    work: "list, growth from 100 to 1,000",
    measure: "time of 1,000 / time of 100",
    unit: "x",
    limit: 10,
    value: ({ figures }) => medianOf(figures, "list 1000 docr") / medianOf(figures, "list 100 docr"),
  },
  ...BIG_LISTS.map((count) =>
    ratio(`list of ${count} logins`, `list ${count} docr`, `list ${count} secretservice`, 1),
  ),
  {
    work: "full program",
    measure: "peak memory",
    unit: "MB",
    limit: 75,
    value: ({ figures }) =>
      Math.max(...[...figures.values()].filter(({ name }) => isDocr(name)).map(({ peakMb }) => peakMb)),
  },
  {
    work: "full program",
    measure: "size",
    unit: "MB",
    limit: 120,
    value: ({ docrBytes }) => docrBytes / 1e6,
  },
  ratio("--help", "--help", "empty", 1.6),
  ratio("status, first output", "status", "empty", 1.6),
  ratio("version", "version", "empty", 3),
];

/** Leaves out the rows that were not measured. */
export function judge(results: Results): readonly Row[] {
  return TARGETS.map(({ work, measure, unit, limit, value: find }) => {
    const value = find(results);
    return { work, measure, unit, limit, value, isReached: value <= limit };
  }).filter(({ value }) => Number.isFinite(value));
}

function ratio(work: string, docr: string, peer: string, limit: number): Target {
  return {
    work,
    measure: `/ ${peer}`,
    unit: "x",
    limit,
    value: ({ figures }) => medianOf(figures, docr) / medianOf(figures, peer),
  };
}

function peak(work: string, name: string, limit: number): Target {
  const value = ({ figures }: Results): number => figures.get(name)?.peakMb ?? Number.NaN;
  return { work, measure: "peak memory", unit: "MB", limit, value };
}

function isDocr(name: string): boolean {
  return !/true|empty|secretservice|ecr-login/.test(name);
}

function medianOf(figures: Results["figures"], name: string): number {
  return figures.get(name)?.median ?? Number.NaN;
}

function slowestOf(figures: Results["figures"], name: string): number {
  return figures.get(name)?.slowest ?? Number.NaN;
}
