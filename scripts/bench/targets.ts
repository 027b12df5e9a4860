import type { Figures } from "./measure.ts";

/** Everything that was measured, by the cases' names, and what was counted beside it. */
export interface Results {
  readonly figures: ReadonlyMap<string, Figures>;
  /** API calls of each cold run, by how many processes asked at once. */
  readonly calls: ReadonlyMap<number, readonly number[]>;
  readonly docrBytes: number;
}

/** One thing to reach. */
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
  /** NaN where what it needs was not measured. */
  readonly value: (results: Results) => number;
}

const WARM = ["warm, token in the environment", "warm, token in the keychain"];
const BIG_LISTS = [100, 1000];

/** What the program has to reach; the README's section on speed names the most important ones. */
const TARGETS: readonly Target[] = [
  ...WARM.flatMap((name): readonly Target[] => [
    ratio(name, name, "secretservice", 0.15),
    ratio(name, name, "ecr-login", 0.35),
    ratio(name, name, "true", 2),
    peak(name, name, 4),
  ]),
  ratio("20 warm at once", "20 x warm", "20 x secretservice", 0.2),
  ratio("warm, full program alone", "warm, docr alone", "empty", 1.05),
  ratio("warm, full program alone", "warm, docr alone", "secretservice", 1.3),
  ratio("another registry's login", "other registry", "empty", 1.85),
  ratio("the same with a fallback helper", "fallback", "secretservice", 1.15),
  ratio("cold mint", "cold", "empty", 3.7),
  {
    work: "50 cold at once",
    measure: "API calls of 50",
    unit: "calls",
    limit: 1,
    value: ({ calls }) => Math.max(...(calls.get(50) ?? [Number.NaN])),
  },
  {
    work: "50 cold at once",
    measure: "the slowest / one alone",
    unit: "x",
    limit: 2,
    value: ({ figures }) => slowestOf(figures, "50 x cold") / medianOf(figures, "1 x cold"),
  },
  {
    work: "list, growth from 100 to 1,000",
    measure: "time of 1,000 / time of 100",
    unit: "x",
    limit: 10,
    value: ({ figures }) => medianOf(figures, "list 1000 ours") / medianOf(figures, "list 100 ours"),
  },
  ...BIG_LISTS.map((count) =>
    ratio(`list of ${count} logins`, `list ${count} ours`, `list ${count} theirs`, 1),
  ),
  {
    work: "full program",
    measure: "peak memory",
    unit: "MB",
    limit: 75,
    value: ({ figures }) =>
      Math.max(...[...figures.values()].filter(({ name }) => isOurs(name)).map(({ peakMb }) => peakMb)),
  },
  {
    work: "full program",
    measure: "size",
    unit: "MB",
    limit: 120,
    value: ({ docrBytes }) => docrBytes / 1e6,
  },
  ratio("--help", "--help", "empty", 3),
  ratio("status, first output", "status", "empty", 3),
  ratio("version", "version", "empty", 3),
];

/** Rows that were not measured are left out. */
export function judge(results: Results): readonly Row[] {
  return TARGETS.map(({ work, measure, unit, limit, value: find }) => {
    const value = find(results);
    return { work, measure, unit, limit, value, isReached: value <= limit };
  }).filter(({ value }) => Number.isFinite(value));
}

function ratio(work: string, ours: string, peer: string, limit: number): Target {
  return {
    work,
    measure: `/ ${peer}`,
    unit: "x",
    limit,
    value: ({ figures }) => medianOf(figures, ours) / medianOf(figures, peer),
  };
}

function peak(work: string, name: string, limit: number): Target {
  const value = ({ figures }: Results): number => figures.get(name)?.peakMb ?? Number.NaN;
  return { work, measure: "peak memory", unit: "MB", limit, value };
}

function isOurs(name: string): boolean {
  return !/true|empty|secretservice|ecr-login|theirs/.test(name);
}

function medianOf(figures: Results["figures"], name: string): number {
  return figures.get(name)?.median ?? Number.NaN;
}

function slowestOf(figures: Results["figures"], name: string): number {
  return figures.get(name)?.slowest ?? Number.NaN;
}
