/** Installs the parts, builds if necessary, checks format, lint and types, and runs every test, or one suite. */
import { prepareArm64 } from "../test/support/lab/arm64.ts";
import { installMissing, USUAL_PARTS } from "../test/support/lab/parts.ts";
import { buildIfStale, PROJECT, runSteps, STATIC_STEPS } from "./steps.ts";
import { parseSuite } from "./suites.ts";
import { runTests } from "./tests.ts";

const { suite, projects, rest } = parseSuite(process.argv.slice(2));
const missing = installMissing([...USUAL_PARTS, ...(suite?.parts ?? [])], (line) => console.log(line));
if (missing.length > 0)
  console.log(`missing here: ${missing.join(", ")} (run as root on Debian to install them)`);
prepareArm64((line) => console.log(line));
// A suite runs in addition to the usual tests, which check the rest.
const failedSteps = [...(await runSteps([...buildIfStale(), ...(suite ? [] : STATIC_STEPS)]))];
if (suite?.prepare !== undefined) {
  const args = [`${PROJECT}/scripts/${suite.prepare}`];
  failedSteps.push(...(await runSteps([{ name: "preparation", command: process.execPath, args }])));
}
process.exitCode = await runTests([...projects, ...rest], { isPrivate: true, failedSteps });
