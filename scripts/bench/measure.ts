import type { Command, Measured, Runner } from "./runner.ts";

/** One thing to measure. */
export interface Case {
  readonly name: string;
  /** Number of processes at once (default: 1). */
  readonly count?: number;
  /** Called before each run; its time is not measured. */
  readonly command: (round: number) => Command;
  /** Whether the output is correct. Wrong output ends the benchmark. */
  readonly isRight: (stdout: string) => boolean;
  /** Called before and after each run; their time is not measured. */
  readonly before?: (round: number, runner: Pick<Runner, "run">) => Promise<unknown>;
  readonly after?: (round: number, runner: Pick<Runner, "run">) => Promise<unknown>;
}

/** Times in milliseconds. */
export interface Figures {
  readonly name: string;
  readonly rounds: number;
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
  /** Median of each round's slowest process; equal to `median` for a single process. */
  readonly slowest: number;
  /** Peak memory of the largest process of all rounds, in MB of 2^20 bytes. */
  readonly peakMb: number;
}

/**
 * Runs every case once in each round, in random order, so that a disturbance of the machine affects all cases equally. Does not count
 * the first `warmUp` rounds.
 */
export async function measure(
  runner: Runner,
  cases: readonly Case[],
  rounds: number,
  warmUp: number,
): Promise<ReadonlyMap<string, Figures>> {
  const samples = new Map<string, Measured[]>(cases.map(({ name }) => [name, []]));
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const item of shuffled(cases)) {
      await item.before?.(round + warmUp, runner);
      const measured = await runner.run(item.command(round + warmUp), item.count ?? 1);
      const wrong = measured.processes.find(({ stdout }) => !item.isRight(stdout));
      if (wrong) throw new Error(`${item.name} printed wrong output: ${wrong.stdout.slice(0, 300)}`);
      await item.after?.(round + warmUp, runner);
      if (round >= 0) samples.get(item.name)?.push(measured);
    }
  }
  return new Map([...samples].map(([name, measured]) => [name, summarise(name, measured)]));
}

function summarise(name: string, samples: readonly Measured[]): Figures {
  const all = samples.map(({ ms }) => ms);
  const slowest = samples.map(({ processes }) => Math.max(...processes.map(({ ms }) => ms)));
  return {
    name,
    rounds: samples.length,
    median: quantile(all, 0.5),
    p10: quantile(all, 0.1),
    p90: quantile(all, 0.9),
    slowest: quantile(slowest, 0.5),
    peakMb: Math.max(...samples.flatMap(({ processes }) => processes.map(({ peakMb }) => peakMb))),
  };
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [low = Number.NaN, high = low] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}

function shuffled<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, key: Math.random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
