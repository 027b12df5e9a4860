/** What a stage reports to scripts/fuzz.ts: one line of JSON, the last on its stdout. */
import type { StageName } from "./options.ts";

export interface Violation {
  /** What does not hold. */
  readonly what: string;
  /** The command that runs the case again. */
  readonly again: string;
  /** For test/fuzz/corpus: the target's name or the stage, and the input. */
  readonly entry: CorpusEntry;
}

/** An input that once failed. */
export interface CorpusEntry {
  readonly target: string;
  readonly input: unknown;
}

export interface StageReport {
  readonly stage: StageName;
  readonly cases: number;
  /** Processes of docr and the launcher. */
  readonly processes: number;
  readonly violations: readonly Violation[];
  /** More figures, in words. */
  readonly notes: readonly string[];
}

/** A stage ends after so many violations. */
export const MOST_VIOLATIONS = 10;

export function printReport(report: StageReport): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
