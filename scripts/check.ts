/** Checks format, lint and types, and runs the unit tests. Builds nothing and needs no real parts. */
import { runSteps, STATIC_STEPS } from "./steps.ts";
import { runTests } from "./tests.ts";

const failedSteps = await runSteps(STATIC_STEPS);
const args = ["--project", "unit", ...process.argv.slice(2)];
process.exitCode = await runTests(args, { isPrivate: false, failedSteps });
