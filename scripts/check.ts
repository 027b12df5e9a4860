/** Format, lint, types and unit tests: nothing is built, and no real part is needed. */
import { runSteps, STATIC_STEPS } from "./steps.ts";
import { runTests } from "./tests.ts";

const failedSteps = await runSteps(STATIC_STEPS);
const args = ["--project", "unit", ...process.argv.slice(2)];
process.exitCode = await runTests(args, { isPrivate: false, failedSteps });
