/** Runs one program in a world and records how it ended. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DOCR, LAUNCHER } from "../../../test/support/lab/executable.ts";
import { heldEnvironment } from "../../../src/app/process/own-environment.ts";
import { HELPER_FLAG } from "../../../src/response-cache/shared/helper-flag.ts";
import type { Scenario } from "./scenario.ts";
import { MARK, type World } from "./world.ts";

export type Program = "launcher" | "docr";

export interface Run {
  readonly program: Program;
  /** The exit code, or the signal that ended it. */
  readonly ending: number | string;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
  /** The command lines of its processes that never ended. */
  readonly left: readonly string[];
  /** The paths that it changed, if strace watched it. */
  readonly changed: readonly string[];
}

/** Longer than any request may take. */
const KILL_AFTER_MS = 45_000;
/** A background process ends by its own time limits. */
const BACKGROUND_MS = 60_000;
const CHANGES =
  "trace=open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,rmdir,link,linkat,symlink,symlinkat,chmod,fchmodat,chown,lchown,fchownat,truncate,mknod,mknodat";

export async function observe(
  world: World,
  scenario: Scenario,
  program: Program,
  isWatched: boolean,
): Promise<Run> {
  const command = program === "launcher" ? [LAUNCHER] : [DOCR, HELPER_FLAG];
  const log = join(world.folder, "strace");
  const watch = isWatched ? ["strace", "-f", "-qq", "-s", "300", "-o", log, "-e", CHANGES, "--"] : [];
  const [file = "", ...args] = [...watch, ...command, ...scenario.args.map(withoutNul)];
  // The launcher hands docr some variables under other names, because Node acts on them before docr's first line (SECURITY.md).
  const env = program === "launcher" ? world.env(scenario) : heldEnvironment(world.env(scenario));
  const started = performance.now();
  const outcome = await new Promise<Pick<Run, "ending" | "stdout" | "stderr">>((resolve, reject) => {
    // The program itself is started by its path; strace is on the usual PATH.
    const child = spawn(isWatched ? "/usr/bin/strace" : file, args, {
      env,
      cwd: join(world.folder, "cwd"),
      stdio: "pipe",
      timeout: KILL_AFTER_MS,
      killSignal: "SIGKILL",
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.stdin.on("error", () => undefined);
    child.stdin.end(scenario.stdin);
    child.once("error", reject);
    child.once("close", (code, signal) =>
      resolve({
        ending: code ?? signal ?? "nothing",
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      }),
    );
  });
  const ms = performance.now() - started;
  const left = await processesLeft(world.folder);
  return { program, ...outcome, ms, left, changed: isWatched ? changedPaths(readFileSync(log, "utf8")) : [] };
}

const withoutNul = (text: string): string => text.replaceAll("\0", "").toWellFormed();

/** Waits for background processes. Returns those that have not ended in time. */
async function processesLeft(folder: string): Promise<readonly string[]> {
  const until = performance.now() + BACKGROUND_MS;
  for (;;) {
    const left = processesOf(folder);
    if (left.length === 0 || performance.now() > until) return left;
    await sleep(20);
  }
}

function processesOf(folder: string): readonly string[] {
  const mark = `${MARK}=${folder}\0`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/environ`, "latin1").includes(mark)) return [];
        return [readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ")];
      } catch {
        // It has just ended.
        return [];
      }
    });
}

/** The paths of the calls that succeeded and can change a file. */
function changedPaths(log: string): readonly string[] {
  const paths = log.split("\n").flatMap((line) => {
    if (/ = -1 |resumed>|\?$/.test(line)) return [];
    const isOpen = /^\d+ +open(?:at)?\(/.test(line);
    if (isOpen && !/O_WRONLY|O_RDWR|O_CREAT|O_TRUNC/.test(line)) return [];
    return Array.from(line.matchAll(/"((?:[^"\\]|\\.)*)"/g), ([, path = ""]) => path);
  });
  return [...new Set(paths)];
}
