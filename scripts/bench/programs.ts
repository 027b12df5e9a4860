import { execFileSync } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { DOCR, LAUNCHER } from "../../test/support/lab/executable.ts";
import { packExecutable } from "../build/pack.ts";
import { PROJECT } from "../steps.ts";

/** Copies of each program, because the location of a copy's pages changes its start time too. */
const COPIES = 10;
const PACKER = join(PROJECT, "scripts", "build", "pack.ts");
/** Docker's helpers of other projects. */
const PEERS = "/usr/bin";

/** The path of a program, another copy in each round. */
export type Program = (round: number) => string;

/** The measured programs, peers too. */
export interface Programs {
  /** docker-credential-docr, with docr in the same folder. */
  readonly launcher: Program;
  readonly docr: Program;
  /** An executable that is built like docr but does nothing. */
  readonly empty: Program;
  readonly secretservice: Program;
  /** Do not call it if it is not installed. */
  readonly ecr: Program;
  readonly true: Program;
}

/**
 * Writes copies of all programs, each in one piece. How a file was written decides the size of its pages in the page cache: the same
 * executable started in 15.2 ms after 4 KiB writes, in 13.6 ms after cp, and in 12.7 ms after one write.
 */
export async function copyPrograms(folder: string): Promise<Programs> {
  const sources = {
    docr: DOCR,
    "docker-credential-docr": LAUNCHER,
    empty: await buildEmpty(),
    "docker-credential-secretservice": join(PEERS, "docker-credential-secretservice"),
    "docker-credential-ecr-login": join(PEERS, "docker-credential-ecr-login"),
    true: "/bin/true",
  };
  const folders = Array.from({ length: COPIES }, (_, index) => join(folder, String(index)));
  for (const copy of folders) mkdirSync(copy, { recursive: true });
  for (const [name, source] of Object.entries(sources)) {
    if (!existsSync(source)) continue;
    const bytes = readFileSync(source);
    for (const copy of folders) writeInOnePiece(join(copy, name), bytes);
  }
  // Nothing is left to write to the disk while docr is measured.
  execFileSync("sync", ["--file-system", folder]);
  // Run each copy once now, because a measured round must not be a copy's first run.
  for (const copy of folders) {
    for (const name of ["empty", "docker-credential-docr"])
      execFileSync(join(copy, name), ["version"], { stdio: "ignore", env: {} });
  }
  const pick =
    (name: keyof typeof sources): Program =>
    (round) =>
      join(folders[round % COPIES] ?? folder, name);
  return {
    launcher: pick("docker-credential-docr"),
    docr: pick("docr"),
    empty: pick("empty"),
    secretservice: pick("docker-credential-secretservice"),
    ecr: pick("docker-credential-ecr-login"),
    true: pick("true"),
  };
}

function writeInOnePiece(path: string, bytes: Uint8Array): void {
  const fd = openSync(path, "wx", 0o755);
  try {
    if (writeSync(fd, bytes) !== bytes.length) throw new Error(`${path} was written in several pieces`);
  } finally {
    closeSync(fd);
  }
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

const timeOf = (path: string): number => statSync(path).mtimeMs;
