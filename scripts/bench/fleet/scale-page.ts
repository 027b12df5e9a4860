import type { CrowdFigures } from "./crowd.ts";
import type { Usage } from "./model.ts";
import type { Policy } from "./policies.ts";

export interface ModelRow {
  readonly policy: Pick<Policy, "title" | "isNewMachine">;
  readonly usage: Usage;
}

const START = "<!-- npm run bench -- fleet --record -->";
const END = "<!-- end -->";

/** Returns docs/scale.md with these figures. Throws if the page has no place for them. */
export function updateScalePage(
  page: string,
  rows: readonly ModelRow[],
  crowd: CrowdFigures,
  date: string,
): string {
  const [before, rest] = page.split(START);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`docs/scale.md lacks ${START} or ${END}`);
  const figures = `${tabulateModel(rows)}\n\n${describeCrowd(crowd)} Run on ${date}.`;
  return `${before}${START}\n${figures}\n${END}${after}`;
}

export function tabulateModel(rows: readonly ModelRow[]): string {
  const lines = rows.map(({ policy, usage }) => {
    const { callsAnHour, refusedAnHour, failedPulls, pulls, readyS } = usage;
    const failed = `${format((100 * failedPulls) / (failedPulls + pulls))} %`;
    const ready = policy.isNewMachine ? "" : readyS === undefined ? "never" : `${format(readyS)} s`;
    return `| ${policy.title} | ${format(callsAnHour)} | ${format(refusedAnHour)} | ${failed} | ${ready} |`;
  });
  return [
    "| fleet | API calls an hour | refused | attempts that fail | all machines pulled after |",
    "| --- | --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}

export function describeCrowd({ processes, spreadS, answered, ...crowd }: CrowdFigures): string {
  const { apiCalls, refusedCalls, medianMs, longestMs } = crowd;
  return [
    `${format(processes)} processes on ${format(processes)} new machines started within ${spreadS} s:`,
    `${format(answered)} got a credential, with ${format(apiCalls)} API calls, of which ${format(refusedCalls)} were refused.`,
    `The median time was ${format(medianMs)} ms, the longest ${format(longestMs)} ms.`,
  ].join("\n");
}

const format = (value: number): string => Math.round(value).toLocaleString("en-US");
