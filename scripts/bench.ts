/**
 * `npm run bench` measures docr and other helpers, compares docr with its targets, and writes dist/bench.json.
 * `-- --record` also writes docs/bench.svg, the table in docs/speed.md and the baseline.
 * `-- --check` is a short run for CI. It compares with the baseline, and exits with 3 if a figure is far above it.
 */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DIST, DOCR } from "../test/support/lab/executable.ts";
import { BUILD_PARTS, explainMissing, installMissing, type Part } from "../test/support/lab/parts.ts";
import { isFarOff, writeBaseline } from "./bench/baseline.ts";
import { listCases, manyCases, singleCases } from "./bench/cases.ts";
import { drawChart } from "./bench/chart.ts";
import { measure } from "./bench/measure.ts";
import { buildIfStale } from "./bench/programs.ts";
import { explainFloor, explainNoise, tabulateFigures, tabulateRows } from "./bench/report.ts";
import { openRunner } from "./bench/runner.ts";
import { openScene } from "./bench/scene.ts";
import { updateSpeedPage } from "./bench/speed-page.ts";
import { judge, type Results, type Row } from "./bench/targets.ts";
import { PROJECT } from "./steps.ts";

const NEEDED: readonly Part[] = [
  "clang-19",
  "strip",
  "openssl",
  "dbus-daemon",
  "gdbus",
  "gnome-keyring-daemon",
  "docker-credential-secretservice",
];
const WANTED: readonly Part[] = ["docker-credential-ecr-login"];

const FULL = { singles: 40, lists: [10, 100], longLists: [1000], many: 20, counts: [1, 10, 20, 50] };
const SHORT = { singles: 15, lists: [10, 100], longLists: [], many: 5, counts: [1, 20, 50] };

/** The exit code if a figure is too slow. It differs from that of a run that failed. */
const DRIFTED = 3;

const say = (line: string): void => console.log(line);

async function measureAll(plan: typeof FULL | typeof SHORT): Promise<Results> {
  const scene = await openScene();
  const runner = openRunner(scene.folder);
  try {
    if (!runner) throw new Error("no C compiler found (Debian: clang-19)");
    if (!scene.ecr) say("skipped docker-credential-ecr-login: it is missing, or rejects the prepared cache");
    const calls = new Map<number, number[]>();
    const singles = await measure(
      runner,
      [...singleCases(scene), ...(await listCases(scene, plan.lists))],
      plan.singles,
    );
    await scene.api.reset();
    const longLists = await measure(runner, await listCases(scene, plan.longLists), plan.many);
    const many = await measure(runner, manyCases(scene, plan.counts, calls), plan.many);
    return { figures: new Map([...singles, ...longLists, ...many]), calls, docrBytes: statSync(DOCR).size };
  } finally {
    await runner?.close();
    await scene.close();
  }
}

async function main(flags: readonly string[]): Promise<number> {
  installMissing([...BUILD_PARTS, ...NEEDED, ...WANTED], say);
  const reason = process.platform === "linux" ? explainMissing(NEEDED) : "this is not Linux";
  if (reason !== undefined) {
    say(`skipped the benchmark: ${reason}`);
    return 0;
  }
  buildIfStale(say);
  if (!flags.includes("--check")) {
    const { rows, noise, results } = await measureAndSay(FULL);
    return flags.includes("--record") ? record(rows, noise, results) : 0;
  }
  const first = await measureAndSay(SHORT);
  if (!isFarOff(first.rows, say)) return 0;
  say("measuring again: only a figure that is slow twice counts");
  const second = await measureAndSay(SHORT);
  return isFarOff(second.rows, say) && (first.noise ?? second.noise) === undefined ? DRIFTED : 0;
}

async function measureAndSay(plan: typeof FULL | typeof SHORT) {
  const results = await measureAll(plan);
  const { figures, calls } = results;
  const rows = judge(results);
  const noise = explainNoise(figures);
  if (plan === FULL) say(`${tabulateFigures(figures)}\n`);
  for (const [count, made] of calls)
    say(`${count} at once, nothing cached: ${[...new Set(made)].join(" or ")} API calls`);
  say(`\n${tabulateRows(rows)}\n`);
  say(explainFloor(figures));
  if (noise !== undefined) say(noise);
  const date = new Date().toISOString();
  const report = { date, noise, rows, figures: [...figures.values()], calls: Object.fromEntries(calls) };
  writeFileSync(join(DIST, "bench.json"), `${JSON.stringify(report, undefined, 1)}\n`);
  return { rows, noise, results };
}

/** Writes the run's figures, noisy or not, into the documents and the baseline. Returns the exit code. */
function record(rows: readonly Row[], noise: string | undefined, { figures }: Results): number {
  const docs = join(PROJECT, "docs");
  const page = join(docs, "speed.md");
  writeFileSync(join(docs, "bench.svg"), drawChart(figures));
  writeFileSync(page, updateSpeedPage(readFileSync(page, "utf8"), figures, noise));
  writeBaseline(rows);
  say("recorded in docs/bench.svg, docs/speed.md and scripts/bench/baseline.json");
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
