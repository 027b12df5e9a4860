/** The runtime folder as a test may see and age it. */
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Names in the folder that start with `prefix`; none where there is no folder. */
export function listFiles(folder: string, prefix = ""): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => name.startsWith(prefix));
}

/** Everything in the folder as text to search in. Never print it. */
export function readFiles(folder: string, prefix = ""): string {
  return listFiles(folder, prefix)
    .map((name) => `${name}\n${readFileSync(join(folder, name), "utf8")}\n`)
    .join("");
}

interface Moment {
  now: number;
  uptime?: number;
}

/**
 * Makes everything that is kept so many minutes older, on both clocks: as after that much time, without setting a
 * clock that other processes see.
 */
export function backdate(folder: string, minutes: number): void {
  const ms = minutes * 60_000;
  const shift = (moment: Moment | undefined): void => {
    if (!moment) return;
    moment.now -= ms;
    if (moment.uptime !== undefined) moment.uptime -= ms;
  };
  for (const name of listFiles(folder)) {
    const path = join(folder, name);
    if (name.startsWith("renewal-")) {
      const then = new Date(Date.now() - ms);
      utimesSync(path, then, then);
    }
    if (name.startsWith("warm-")) backdateAnswer(path, ms);
    if (!/^(?:minted|replaced|digest)-/.test(name)) continue;
    const record: { minted?: Moment; replaced?: Moment } = JSON.parse(readFileSync(path, "utf8"));
    shift(record.minted);
    shift(record.replaced);
    writeFileSync(path, JSON.stringify(record));
  }
}

/** A finished answer: four times in its first line. On a machine that has not run for so long it can have no such age. */
function backdateAnswer(path: string, ms: number): void {
  const [head = "", ...answer] = readFileSync(path, "utf8").split("\n");
  const [magic = "", ...times] = head.split(" ");
  const earlier = times.map((time) => Number(time) - ms);
  if (earlier.some((time) => time < 0)) rmSync(path);
  else writeFileSync(path, [[magic, ...earlier].join(" "), ...answer].join("\n"));
}
