/** docr's private folder, as tests read and age it. */
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The names in the folder that start with `prefix`. Empty without the folder. */
export function listFiles(folder: string, prefix = ""): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => name.startsWith(prefix));
}

/** The names and contents of these files as one text. Never print it. */
export function readFiles(folder: string, prefix = ""): string {
  return listFiles(folder, prefix)
    .map((name) => `${name}\n${readFileSync(join(folder, name), "utf8")}\n`)
    .join("");
}

interface Moment {
  now: number;
  uptime?: number;
}

/** Makes all files older by this many minutes, on both clocks. The executables need no other clock then. */
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
    if (name.startsWith("warm-")) backdateResponse(path, ms);
    if (!/^(?:minted|replaced|digest)-/.test(name)) continue;
    const record: { minted?: Moment; replaced?: Moment } = JSON.parse(readFileSync(path, "utf8"));
    shift(record.minted);
    shift(record.replaced);
    writeFileSync(path, JSON.stringify(record));
  }
}

/** A cached response has four times in its first line. Removes it if the machine has not run for that long. */
function backdateResponse(path: string, ms: number): void {
  const [head = "", ...response] = readFileSync(path, "utf8").split("\n");
  const [magic = "", ...times] = head.split(" ");
  const earlier = times.map((time) => Number(time) - ms);
  if (earlier.some((time) => time < 0)) rmSync(path);
  else writeFileSync(path, [[magic, ...earlier].join(" "), ...response].join("\n"));
}
