/** `npm run bench -- fleet`: the model of a fleet, and 1,000 real processes, against the limits of one API token. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../../steps.ts";
import { type CrowdFigures, runCrowd } from "./crowd.ts";
import { type Fleet, modelFleet } from "./model.ts";
import { KUBELET, POLICIES } from "./policies.ts";
import { describeCrowd, type ModelRow, tabulateModel, updateScalePage } from "./scale-page.ts";

export const FLEET: Fleet = { machines: 1000, pullsAnHour: 50, imagesAtStart: 10, hours: 2 };
/** The highest number of calls an hour of the fleet with `docr kubelet`. */
export const MOST_CALLS = 1500;

const CROWD = { processes: 1000, spreadS: 245 };

/** `--record` also writes docs/scale.md. Returns the exit code: 1 if a target is missed. */
export async function benchFleet(flags: readonly string[], say: (line: string) => void): Promise<number> {
  const rows: readonly ModelRow[] = POLICIES.map((policy) => ({ policy, usage: modelFleet(FLEET, policy) }));
  say(`${tabulateModel(rows)}\n`);
  say(`starting ${CROWD.processes} processes in ${CROWD.spreadS} s`);
  const crowd = await runCrowd(CROWD);
  say(describeCrowd(crowd));
  for (const failure of crowd.failures) say(failure);
  if (flags.includes("--record")) record(rows, crowd, say);
  const calls = rows.find(({ policy }) => policy === KUBELET)?.usage.callsAnHour ?? Infinity;
  const isReached = calls <= MOST_CALLS && crowd.answered === CROWD.processes;
  say(
    isReached
      ? "both targets are reached"
      : `missed: at most ${MOST_CALLS} calls an hour, every process answered`,
  );
  return isReached ? 0 : 1;
}

function record(rows: readonly ModelRow[], crowd: CrowdFigures, say: (line: string) => void): void {
  const page = join(PROJECT, "docs", "scale.md");
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(page, updateScalePage(readFileSync(page, "utf8"), rows, crowd, date));
  say("recorded in docs/scale.md");
}
