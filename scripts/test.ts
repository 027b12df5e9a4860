/** Installs the parts, builds, checks format, lint and types, and runs every test. */
import { ALL_PARTS, installMissing } from "../test/support/lab/parts.ts";
import { PROJECT, runSteps, STATIC_STEPS } from "./steps.ts";
import { runTests } from "./tests.ts";

const missing = installMissing(ALL_PARTS, (line) => console.log(line));
if (missing.length > 0)
  console.log(`missing here: ${missing.join(", ")} (run as root on Debian to install them)`);
const build = { name: "build", command: process.execPath, args: [`${PROJECT}/scripts/build.ts`] };
const failedSteps = await runSteps([build, ...STATIC_STEPS]);
process.exitCode = await runTests(process.argv.slice(2), { isPrivate: true, failedSteps });
