/** The runtime folder as a test may see and age it. */
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Names in the folder that start with `prefix`; none where there is no folder. */
export function namesIn(folder: string, prefix = ""): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => name.startsWith(prefix));
}

/** Everything in the folder as text to search in. Never print it. */
export function textOf(folder: string, prefix = ""): string {
  return namesIn(folder, prefix)
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
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    if (name.startsWith("renewal-")) {
      const then = new Date(Date.now() - ms);
      utimesSync(path, then, then);
    }
    if (!/^(?:minted|replaced|digest)-/.test(name)) continue;
    const record: { minted?: Moment; replaced?: Moment } = JSON.parse(readFileSync(path, "utf8"));
    shift(record.minted);
    shift(record.replaced);
    writeFileSync(path, JSON.stringify(record));
  }
}
