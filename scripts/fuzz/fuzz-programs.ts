/** The stage `programs`: both executables in random surroundings, several workers at once. */
import { spawn } from "node:child_process";
import { findPrivateNode } from "../../test/support/lab/namespace.ts";
import { parseFuzzOptions } from "./options.ts";
import { MOST_VIOLATIONS, printReport, type StageReport } from "./report.ts";

const WORKERS = 3;
const ENTRY = `${import.meta.dirname}/programs/worker.ts`;

const { only } = parseFuzzOptions(process.argv.slice(2), Date.now());
const count = only === undefined ? WORKERS : 1;
const reports = await Promise.all(Array.from({ length: count }, (_, worker) => runWorker(worker, count)));
printReport({
  stage: "programs",
  cases: sumOf(reports, ({ cases }) => cases),
  processes: sumOf(reports, ({ processes }) => processes),
  violations: reports.flatMap(({ violations }) => violations).slice(0, MOST_VIOLATIONS),
  notes: reports.flatMap(({ notes }) => notes),
});

/** A process with its own network and shared memory. */
function runWorker(worker: number, of: number): Promise<StageReport> {
  const node = findPrivateNode() ?? process.execPath;
  const child = spawn(node, [ENTRY, String(worker), String(of), ...process.argv.slice(2)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      const text = Buffer.concat(chunks).toString().trim();
      if (code === 0) resolve(JSON.parse(text));
      else reject(new Error(`worker ${worker} ended with ${code}: ${text.slice(-400)}`));
    });
  });
}

function sumOf(list: readonly StageReport[], valueOf: (report: StageReport) => number): number {
  return list.reduce((sum, report) => sum + valueOf(report), 0);
}
