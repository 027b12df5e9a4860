import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DIST } from "../../test/support/lab/executable.ts";
import { packExecutable } from "../build/pack.ts";
import { PROJECT } from "../steps.ts";

/**
 * Copies of each program, 2.4 GB in total. The location of a copy's pages changes its start time by up to 15 %: eight copies of one
 * program took 18.0 to 19.8 ms, each of them always the same time. With three copies, the ratio of two programs was 3 % off.
 */
const COPIES = 10;
const PACKER = join(PROJECT, "scripts", "build", "pack.ts");

/** Paths of the measured programs, a copy for each round. The copies are written together, so that their pages have a similar layout. */
export interface Programs {
  /** docker-credential-docr, with docr in the same folder. */
  readonly launcher: (round: number) => string;
  readonly docr: (round: number) => string;
  /** An executable that is built like docr but does nothing. */
  readonly empty: (round: number) => string;
}

/** Builds dist if it is missing or older than its sources. */
export function buildIfStale(say: (line: string) => void): void {
  const built = ["docr", "docker-credential-docr"].map((name) => join(DIST, name));
  const isFresh = built.every(existsSync) && Math.min(...built.map(timeOf)) > newest("src", "scripts/build");
  if (isFresh) return;
  say("building dist");
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(PROJECT, "scripts/build.ts")], {
    cwd: PROJECT,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the build failed\n${stdout}${stderr}`);
}

export async function copyPrograms(folder: string): Promise<Programs> {
  const empty = await buildEmpty();
  const folders = Array.from({ length: COPIES }, (_, index) => join(folder, String(index)));
  for (const copy of folders) {
    mkdirSync(copy, { recursive: true });
    copyFileSync(join(DIST, "docr"), join(copy, "docr"));
    copyFileSync(empty, join(copy, "empty"));
    copyFileSync(join(DIST, "docker-credential-docr"), join(copy, "docker-credential-docr"));
    // Run each copy once now, because a measured round must not be a copy's first run.
    for (const name of ["empty", "docker-credential-docr"])
      execFileSync(join(copy, name), ["version"], { stdio: "ignore", env: {} });
  }
  const pick = (name: string) => (round: number) => join(folders[round % COPIES] ?? folder, name);
  return { launcher: pick("docker-credential-docr"), docr: pick("docr"), empty: pick("empty") };
}

async function buildEmpty(): Promise<string> {
  const work = join(PROJECT, ".cache", "bench");
  const output = join(work, "empty");
  mkdirSync(work, { recursive: true });
  if (existsSync(output) && timeOf(output) > Math.max(timeOf(PACKER), timeOf(process.execPath)))
    return output;
  const [main, base] = [join(work, "empty.cjs"), join(work, "node")];
  writeFileSync(main, "");
  copyFileSync(process.execPath, base);
  execFileSync("strip", [base]);
  await packExecutable({ base, main, assets: {}, output });
  return output;
}

/** Returns the time of the newest file in these folders of the project, in milliseconds since the epoch. */
function newest(...folders: readonly string[]): number {
  const paths = folders.flatMap((folder) =>
    readdirSync(join(PROJECT, folder), { recursive: true, encoding: "utf8" }).map((path) =>
      join(PROJECT, folder, path),
    ),
  );
  return Math.max(...paths.map(timeOf));
}

const timeOf = (path: string): number => statSync(path).mtimeMs;
