/**
 * `npm run bench` measures docr and other helpers, compares docr with its targets, and writes dist/bench.json.
 * `-- --record` also writes docs/bench.svg, the table in docs/speed.md and the baseline.
 * `-- --check` is a short run for CI. It compares with the baseline, and exits with 3 if a figure is far above it.
 * `-- fleet` models and runs many machines with one API token; `-- fleet --record` also writes docs/scale.md.
 * `-- --busy` measures while two other programs keep a processor core busy each, and compares the ratios with the baseline.
 */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DIST, DOCR, explainNoLauncher, LAUNCHER } from "../test/support/lab/executable.ts";
import { BUILD_PARTS, explainMissing, installMissing, type Part } from "../test/support/lab/parts.ts";
import { isFarOff, writeBaseline } from "./bench/baseline.ts";
import { benchFleet } from "./bench/fleet/fleet.ts";
import { listCases, manyCases, singleCases } from "./bench/cases.ts";
import { changeCases } from "./bench/changes.ts";
import { drawChart } from "./bench/chart.ts";
import { type Case, measure } from "./bench/measure.ts";
import { startNeighbours } from "./bench/neighbours.ts";
import { CONTROLS, explainFloor, explainNoise, tabulateFigures, tabulateRows } from "./bench/report.ts";
import { openRunner } from "./bench/runner.ts";
import { openScene } from "./bench/scene.ts";
import { updateSpeedPage } from "./bench/speed-page.ts";
import { JUDGED, judge, type Results, type Row } from "./bench/targets.ts";
import { buildIfStale, PROJECT, runSteps } from "./steps.ts";

const NEEDED: readonly Part[] = [
  ...BUILD_PARTS,
  "openssl",
  "dbus-daemon",
  "gdbus",
  "gnome-keyring-daemon",
  "docker-credential-secretservice",
];
const WANTED: readonly Part[] = ["docker-credential-ecr-login", "update-ca-certificates"];

/** Numbers of rounds. `counts` are the numbers of processes at once. */
interface Plan {
  readonly singles: number;
  readonly many: number;
  /** Unmeasured rounds before the measured ones. */
  readonly warmUp: number;
  readonly counts: readonly number[];
  readonly hasLongList: boolean;
  /** Leaves out the cases that no target needs. */
  readonly isShort: boolean;
}

const FULL: Plan = {
  singles: 40,
  many: 20,
  warmUp: 3,
  counts: [1, 10, 20, 50],
  hasLongList: true,
  isShort: false,
};
const SHORT: Plan = {
  singles: 15,
  many: 5,
  warmUp: 1,
  counts: [1, 20, 50],
  hasLongList: false,
  isShort: true,
};

const LOGINS = 100;
const LONG_LIST = 1000;
const CHANGES_AT_ONCE = 20;
const BUSY_NEIGHBOURS = 2;

/** The exit code if a figure is too slow. It differs from that of a run that failed. */
const DRIFTED = 3;

const say = (line: string): void => console.log(line);

async function measureAll(plan: Plan): Promise<Results> {
  const scene = await openScene();
  const runner = openRunner(scene.folder, scene.wrap);
  const planned = (cases: readonly Case[]): readonly Case[] =>
    plan.isShort ? cases.filter(({ name }) => JUDGED.has(name) || CONTROLS.has(name)) : cases;
  try {
    if (!runner) throw new Error("no C compiler found (Debian: clang-19)");
    for (const reason of scene.skipped) say(`skipped ${reason}`);
    const calls = new Map<number, number[]>();
    const alone = [
      ...singleCases(scene),
      ...(await listCases(scene, LOGINS)),
      ...(await changeCases(scene, { logins: LOGINS, atOnce: 1 })),
    ];
    const singles = await measure(runner, planned(alone), plan.singles, plan.warmUp);
    await scene.api.reset();
    const longLists = await measure(
      runner,
      plan.hasLongList ? await listCases(scene, LONG_LIST) : [],
      plan.many,
      plan.warmUp,
    );
    const together = [
      ...manyCases(scene, plan.counts, calls),
      ...(await changeCases(scene, { logins: LOGINS, atOnce: CHANGES_AT_ONCE })),
    ];
    const many = await measure(runner, planned(together), plan.many, plan.warmUp);
    const sizes = { docr: statSync(DOCR).size, launcher: statSync(LAUNCHER).size };
    return { figures: new Map([...singles, ...longLists, ...many]), calls, sizes };
  } finally {
    await runner?.close();
    await scene.close();
  }
}

async function main(flags: readonly string[]): Promise<number> {
  const [mode = "", ...others] = flags;
  if (mode === "fleet" && others.every((flag) => flag === "--record")) {
    installMissing(BUILD_PARTS, say);
    await build();
    return benchFleet(others, say);
  }
  if (!["", "--record", "--check", "--busy"].includes(mode) || others.length > 0) {
    say("usage: npm run bench [-- --record | --check | --busy | fleet [--record]]");
    return 2;
  }
  installMissing([...NEEDED, ...WANTED], say);
  const reason = process.platform === "linux" ? explainMissing(NEEDED) : "this is not Linux";
  if (reason !== undefined) {
    say(`skipped the benchmark: ${reason}`);
    return 0;
  }
  await build();
  if (mode === "--check") return check();
  if (mode === "--busy") return compareWhenBusy();
  const { rows, noise, results } = await measureAndSay(FULL);
  return mode === "--record" ? record(rows, noise, results) : 0;
}

/** Throws if there is no launcher, because docr would be measured in its place. */
async function build(): Promise<void> {
  const failed = await runSteps(buildIfStale());
  const reason = explainNoLauncher();
  if (failed.length > 0 || reason !== undefined)
    throw new Error(`nothing to measure: ${reason ?? "no build"}`);
}

async function check(): Promise<number> {
  const first = await measureAndSay(SHORT);
  if (!isFarOff(first.rows, say)) return 0;
  say("measuring again: only a figure that is slow twice counts");
  const second = await measureAndSay(SHORT);
  return isFarOff(second.rows, say) && (first.noise ?? second.noise) === undefined ? DRIFTED : 0;
}

/** Shows whether the ratios hold on a busy machine. Never fails. */
async function compareWhenBusy(): Promise<number> {
  const neighbours = startNeighbours(BUSY_NEIGHBOURS);
  try {
    say(`measuring while ${BUSY_NEIGHBOURS} other programs keep a processor core busy each`);
    const { rows } = await measureAndSay(SHORT);
    isFarOff(rows, say);
    return 0;
  } finally {
    neighbours.stop();
  }
}

async function measureAndSay(plan: Plan) {
  const results = await measureAll(plan);
  const { figures, calls } = results;
  const judged = judge(results);
  const rows = judged.filter(({ value }) => Number.isFinite(value));
  const noise = explainNoise(figures);
  if (!plan.isShort) say(`${tabulateFigures(figures)}\n`);
  for (const [count, made] of calls)
    say(`${count} at once, nothing cached: ${[...new Set(made)].join(" or ")} API calls`);
  say(`\n${tabulateRows(rows)}\n`);
  for (const row of judged.filter(({ value }) => !Number.isFinite(value)))
    say(`not measured: ${row.work} ${row.measure}`);
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
  writeBaseline(rows, noise);
  say("recorded in docs/bench.svg, docs/speed.md and scripts/bench/baseline.json");
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
