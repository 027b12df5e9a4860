/** A separate file, so that docr loads node:child_process only for the first child. Loading it takes 2 ms (src/app/startup/README.md). */
export { spawn } from "node:child_process";
