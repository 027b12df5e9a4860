/** Fuzzes docr: its parsers in process, the launcher with coverage, and both executables. See CONTRIBUTING.md. */
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { explainNoNamespace, findLabFolder, runInNamespace } from "../test/support/lab/namespace.ts";
import { installMissing, USUAL_PARTS } from "../test/support/lab/parts.ts";
import { parseFuzzOptions, type StageName } from "./fuzz/options.ts";
import type { StageReport } from "./fuzz/report.ts";
import { buildIfStale, PROJECT, runSteps } from "./steps.ts";

const ENTRIES: Readonly<Record<StageName, string>> = {
  parsers: "fuzz-parsers.ts",
  launcher: "fuzz-launcher.ts",
  programs: "fuzz-programs.ts",
};

const args = process.argv.slice(2);
const options = parseFuzzOptions(args, Date.now());
const isInside = findLabFolder() !== undefined;
const reason = isInside ? undefined : explainNoNamespace();
if (isInside || reason !== undefined) process.exitCode = await fuzz(reason);
else {
  installMissing(USUAL_PARTS, (line) => console.log(line));
  const failed = await runSteps(buildIfStale());
  const command = [process.execPath, import.meta.filename, ...args];
  process.exitCode =
    failed.length > 0 ? 1 : await runInNamespace(command, { cwd: PROJECT, env: process.env });
}

/** Runs the stages at the same time and prints what they found. Without a namespace, only the parsers can be fuzzed. */
async function fuzz(noNamespace: string | undefined): Promise<number> {
  const stages = options.stages.filter((stage) => noNamespace === undefined || stage === "parsers");
  if (noNamespace !== undefined) console.log(`fuzzing only the parsers: ${noNamespace}`);
  const reports = await Promise.all(stages.map(runStage));
  for (const { stage, cases, processes, violations, notes } of reports) {
    const started = processes > 0 ? `, ${processes} processes` : "";
    console.log(
      `${stage}: ${cases} cases${started}, ${violations.length} violations, seed ${options.seed} (${notes.join("; ")})`,
    );
    for (const { what, again } of violations) console.log(`  ${what}\n    ${again}`);
  }
  const entries = reports.flatMap(({ violations }) => violations.map(({ entry }) => entry));
  if (entries.length === 0) return 0;
  const folder = join(PROJECT, ".cache", "fuzz");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `seed-${options.seed}.json`);
  writeFileSync(path, `${JSON.stringify(entries, null, 2)}\n`);
  console.log(`put the inputs in ${path} into test/fuzz/corpus once they are fixed`);
  return 1;
}

function runStage(stage: StageName): Promise<StageReport> {
  const entry = join(import.meta.dirname, "fuzz", ENTRIES[stage]);
  const child = spawn(process.execPath, [entry, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      const last = Buffer.concat(chunks).toString().trim().split("\n").at(-1) ?? "";
      if (code === 0) resolve(JSON.parse(last));
      else reject(new Error(`the stage ${stage} ended with ${code}`));
    });
  });
}
