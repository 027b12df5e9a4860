/**
 * Records the commands' output and writes docs/commands.md. Run it as root after you change a command's texts. It needs the built
 * program and the lab's parts: npm run build && node_modules/.bin/node scripts/docs.ts
 */
import { join } from "node:path";
import { explainNoExecutable } from "../test/support/lab/executable.ts";
import { explainNoNamespace, runInNamespace } from "../test/support/lab/namespace.ts";
import { PROJECT } from "./steps.ts";

const reason = explainNoExecutable() ?? explainNoNamespace();
if (reason !== undefined) throw new Error(`cannot record the commands' output: ${reason}`);
process.exitCode = await runInNamespace(
  [process.execPath, join(import.meta.dirname, "docs", "record-commands.ts")],
  { cwd: PROJECT, env: process.env },
);
