/** Everything: the parts, the executable, format, lint, types, and every test in one run of vitest. */
import { ALL_PARTS, installMissing } from "../test/support/lab/parts.ts";
import { PROJECT, runSteps, STATIC_STEPS } from "./steps.ts";
import { runTests } from "./tests.ts";

const missing = installMissing(ALL_PARTS, (line) => console.log(line));
if (missing.length > 0) console.log(`not here: ${missing.join(", ")} (as root on Debian this installs them)`);
const build = { name: "build", command: process.execPath, args: [`${PROJECT}/scripts/build.ts`] };
const failedBefore = runSteps([build, ...STATIC_STEPS]);
process.exitCode = await runTests(process.argv.slice(2), { isPrivate: true, failedBefore });
