/** One worker of the stage `programs`: `worker.ts NUMBER OF-WORKERS OPTIONS`. Takes every OF-WORKERS-th case. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explainMissing } from "../../../test/support/lab/parts.ts";
import { parseFuzzOptions, reproduce } from "../options.ts";
import { MOST_VIOLATIONS, printReport, type Violation } from "../report.ts";
import { checkScenario } from "./check-scenario.ts";
import { scenarioAt } from "./make-scenario.ts";
import { createWorld } from "./world.ts";

/** strace slows a run down, so that it watches one case in this many. */
const WATCHED = 25;

const [number = "0", workers = "1", ...rest] = process.argv.slice(2);
const { minutes, seed, only } = parseFuzzOptions(rest, Date.now());
const until = performance.now() + minutes * 60_000;
const world = await createWorld(mkdtempSync(join(tmpdir(), "docr-fz-")));
const violations: Violation[] = [];
const hasStrace = explainMissing(["strace"]) === undefined;
let cases = 0;
let processes = 0;
let watched = 0;
try {
  for (let index = only ?? Number(number); performance.now() < until; index += Number(workers)) {
    const scenario = scenarioAt(seed, index);
    const isWatched = hasStrace && index % WATCHED === 0;
    const checked = await checkScenario(world, scenario, isWatched);
    cases += 1;
    processes += checked.processes;
    watched += Number(isWatched);
    for (const what of checked.violations)
      violations.push({
        what,
        again: reproduce("programs", seed, index),
        entry: { target: "programs", input: scenario },
      });
    if (only !== undefined || violations.length >= MOST_VIOLATIONS) break;
  }
} finally {
  await world.close();
}
printReport({
  stage: "programs",
  cases,
  processes,
  violations,
  notes: [`strace watched ${watched} of them`],
});
