/** Format, lint, types, tests: the quick loop. What needs the namespace or a built executable is skipped. */
import { runSteps, STATIC_STEPS } from "./steps.ts";
import { runTests } from "./tests.ts";

const failedBefore = runSteps(STATIC_STEPS);
process.exitCode = await runTests(process.argv.slice(2), { isPrivate: false, failedBefore });
