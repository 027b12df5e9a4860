import type { Outcome } from "./lab/run.ts";

/** Clients read this as "not logged in". An outage must never look like it. */
const NOT_FOUND = "credentials not found in native keychain";

/** docr's deadline for a whole `get`. */
const DEADLINE_MS = 30_000;

/** A failure without its output. */
export interface FailureSummary {
  readonly ending: number | string | null;
  readonly stdoutIsOneLine: boolean;
  readonly looksLikeNotFound: boolean;
  readonly stderrIsOneLine: boolean;
  readonly showsStackTrace: boolean;
  readonly isInTime: boolean;
}

/** A correct failure: no crash, the reason on both streams, in time. */
export const CLEAN_FAILURE: FailureSummary = {
  ending: 1,
  stdoutIsOneLine: true,
  looksLikeNotFound: false,
  stderrIsOneLine: true,
  showsStackTrace: false,
  isInTime: true,
};

export function summarizeFailure(outcome: Outcome, deadlineMs = DEADLINE_MS): FailureSummary {
  return {
    ending: outcome.code ?? outcome.signal,
    stdoutIsOneLine: /^[^\n]+\n$/.test(outcome.stdout),
    looksLikeNotFound: outcome.stdout.includes(NOT_FOUND),
    stderrIsOneLine: /^docr: [^\n]+\n$/.test(outcome.stderr),
    showsStackTrace: /\n\s+at |node:internal/.test(outcome.stdout + outcome.stderr),
    isInTime: outcome.ms < deadlineMs,
  };
}
