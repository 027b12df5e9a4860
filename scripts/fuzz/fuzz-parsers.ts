/** The stage `parsers`: every parser in this process, with fast-check. Case I is round I of all targets. */
import * as fc from "fast-check";
import { parseFuzzOptions, reproduce } from "./options.ts";
import { TARGETS } from "./parsers/targets.ts";
import { type Target, violationOf } from "./parsers/target.ts";
import { textLike } from "./parsers/texts.ts";
import { MOST_VIOLATIONS, printReport, type Violation } from "./report.ts";

/** Inputs for each target in one round. */
const ROUND = 500;

const { minutes, seed, only } = parseFuzzOptions(process.argv.slice(2), Date.now());
const until = performance.now() + minutes * 60_000;
const violations: Violation[] = [];
const failed = new Set<string>();
let cases = 0;

for (let round = only ?? 0; performance.now() < until && violations.length < MOST_VIOLATIONS; round += 1) {
  for (const target of TARGETS) if (!failed.has(target.name)) fuzz(target, round);
  if (only !== undefined) break;
}
printReport({ stage: "parsers", cases, processes: 0, violations, notes: [`${TARGETS.length} parsers`] });

/** Finds the smallest input that violates an invariant. A target that failed is left out of later rounds. */
function fuzz(target: Target, round: number): void {
  const property = fc.property(textLike(target.examples), (text) => violationOf(target, text) === undefined);
  const {
    failed: hasFailed,
    numRuns,
    counterexample,
  } = fc.check(property, { seed: seed + round, numRuns: ROUND });
  cases += numRuns;
  if (!hasFailed) return;
  failed.add(target.name);
  const [input = ""] = counterexample ?? [];
  violations.push({
    what: `${target.name} ${violationOf(target, input) ?? "fails only sometimes"}`,
    again: reproduce("parsers", seed, round),
    entry: { target: target.name, input },
  });
}
