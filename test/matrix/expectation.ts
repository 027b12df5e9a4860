/** Expectations in the fault matrix: the result of a run, its API calls, and the cache afterwards. */
import { CLEAN_FAILURE, type FailureSummary, summarizeFailure } from "../support/failure.ts";
import type { TestMachine } from "../support/fakes/test-machine.ts";
import type { Outcome } from "../support/lab/run.ts";
import { readFiles } from "../support/private-folder.ts";

export interface Expectation {
  readonly result: "the cached credential" | "a new credential" | "success" | "failure";
  /** Whether docr prints a warning on stderr. A failure prints its error there instead. */
  readonly hasWarning: boolean;
  /** API calls, including those of background processes. Undefined if any number is correct. */
  readonly calls: Range | undefined;
  /** The cache's content after the run. */
  readonly cache: "unchanged" | "a new credential" | "nothing";
}

type Range = readonly [least: number, most: number];
type Calls = number | Range;

const rangeOf = (calls: Calls): Range => (typeof calls === "number" ? [calls, calls] : calls);

/** The action fails. */
export function fails(calls: Calls, cache: Expectation["cache"] = "unchanged"): Expectation {
  return { result: "failure", hasWarning: false, calls: rangeOf(calls), cache };
}

/** A `get` returns the cached credential. Without `calls`, a background process makes any number of calls. */
export function returnsCached(calls?: Calls): Expectation {
  return {
    result: "the cached credential",
    hasWarning: false,
    calls: calls === undefined ? undefined : rangeOf(calls),
    cache: "unchanged",
  };
}

/** A `get` fails to replace the cached credential, prints a warning, and returns it. */
export function returnsCachedWithWarning(calls: Calls): Expectation {
  return { ...returnsCached(calls), hasWarning: true };
}

/** A `get` returns the cached credential, and a background process caches a new one. */
export function refreshes(calls: Calls): Expectation {
  return { ...returnsCached(calls), cache: "a new credential" };
}

/** A `get` returns and caches a new credential. */
export function mints(calls: Calls): Expectation {
  return { ...succeeds(calls, "a new credential"), result: "a new credential" };
}

/** Another action succeeds and prints no warning. */
export function succeeds(calls: Calls, cache: Expectation["cache"] = "unchanged"): Expectation {
  return { result: "success", hasWarning: false, calls: rangeOf(calls), cache };
}

/** Another action succeeds with a warning. */
export function warns(calls: Calls, cache: Expectation["cache"] = "unchanged"): Expectation {
  return { ...succeeds(calls, cache), hasWarning: true };
}

/** The expectation in words, for a test's title. */
export function describeExpectation({ result, hasWarning, calls, cache }: Expectation): string {
  const verb = result === "failure" ? "fails" : result === "success" ? "succeeds" : `returns ${result}`;
  const parts = [hasWarning ? `${verb} with a warning` : verb];
  if (calls) parts.push(`after ${describeRange(calls)}`);
  if (cache === "nothing") parts.push("and empties the cache");
  if (cache === "a new credential") parts.push("and caches a new credential");
  return parts.join(" ");
}

function describeRange([least, most]: Range): string {
  if (most === 0) return "no API call";
  const count = least === most ? String(most) : `${least} to ${most}`;
  return `${count} API ${most === 1 ? "call" : "calls"}`;
}

/** What a run did. */
export interface Observation {
  readonly result: Expectation["result"] | "an unknown credential" | "unexpected output";
  readonly stderr: "empty" | "one line" | "something else";
  readonly calls: number;
  readonly cache: Expectation["cache"];
  /** Undefined if the run succeeded. */
  readonly failure: FailureSummary | undefined;
  /** Whether stderr is empty or contains the expected reason. */
  readonly hasReason: boolean;
  /** Whether stderr quotes the API's response or an API token. */
  readonly hasLeak: boolean;
}

export interface ObserveOptions {
  /** The number of the credential in the cache before the run. */
  readonly cachedBefore: number | undefined;
  /** What the user reads. */
  readonly failure: RegExp;
  readonly warning: RegExp;
  /** For a failure. */
  readonly deadlineMs?: number;
}

export function observe(
  machine: TestMachine,
  action: string,
  outcome: Outcome,
  { cachedBefore, failure, warning, deadlineMs }: ObserveOptions,
): Observation {
  const { account } = machine.standIn;
  const { code, stderr } = outcome;
  const cached = readFiles(machine.privateFolder, "minted-");
  const cachedNow = account.minted.find(({ secret }) => cached.includes(secret))?.id;
  const isOneLine = /^docr: [^\n]+\n$/.test(stderr);
  return {
    result: resultOf(machine, action, outcome, cachedBefore),
    stderr: stderr === "" ? "empty" : isOneLine ? "one line" : "something else",
    calls: machine.standIn.count(),
    cache:
      cachedNow === cachedBefore ? "unchanged" : cachedNow === undefined ? "nothing" : "a new credential",
    failure: code === 0 ? undefined : summarizeFailure(outcome, deadlineMs),
    hasReason: stderr === "" || (code === 0 ? warning : failure).test(stderr),
    hasLeak: /<html|dop_v1_[0-9a-f]/.test(stderr),
  };
}

function resultOf(
  { standIn }: TestMachine,
  action: string,
  { code, stdout }: Outcome,
  cachedBefore: number | undefined,
): Observation["result"] {
  if (code !== 0) return "failure";
  if (action === "list") return /^\{.*\}\n$/.test(stdout) ? "success" : "unexpected output";
  if (action !== "get") return stdout === "" ? "success" : "unexpected output";
  const minted = standIn.account.minted.find(({ secret }) => stdout.includes(`"${secret}"`));
  if (!minted) return "an unknown credential";
  return minted.id === cachedBefore ? "the cached credential" : "a new credential";
}

/** Converts the expectation to an observation, so that a comparison shows every difference. Accepts a number of calls in the range. */
export function toObservation(expectation: Expectation, seen: Observation): Observation {
  const { result, hasWarning, calls, cache } = expectation;
  const isInRange = !calls || (seen.calls >= calls[0] && seen.calls <= calls[1]);
  const isFailure = result === "failure";
  return {
    result,
    stderr: isFailure || hasWarning ? "one line" : "empty",
    calls: isInRange ? seen.calls : calls[0],
    cache,
    failure: isFailure ? CLEAN_FAILURE : undefined,
    hasReason: true,
    hasLeak: false,
  };
}
