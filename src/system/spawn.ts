/** A separate file, so that docr loads node:child_process only for the first child (src/app/startup/README.md). */
export { spawn } from "node:child_process";
