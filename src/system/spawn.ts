/** A separate file, so that node:child_process is loaded with the first child. It takes 2 ms (src/app/startup/README.md). */
export { spawn } from "node:child_process";
