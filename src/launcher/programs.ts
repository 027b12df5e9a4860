// Where the programs are that the launcher becomes. No part of a path is ever relative to the current directory.
import { accessSync, realpathSync } from "node:fs";
import { dirname } from "node:path";

/** Part of accessSync: the file can be run. */
const RUNNABLE = 1;

/**
 * The path of docr, next to the launcher's own file. Without /proc, the launcher looks for itself as its caller did: `called` is
 * its name as the caller gave it. Returns undefined if that is relative.
 */
export function findDocr(called: string, path: string, self = "/proc/self/exe"): string | undefined {
  const own = realPath(self) ?? findCalled(called, path);
  return own === undefined ? undefined : dirname(own) + "/docr";
}

/** The paths that a program of this name may have, in the order of PATH. Relative and empty entries do not count. */
export function candidatesInPath(name: string, path: string): string[] {
  const candidates: string[] = [];
  for (const folder of path.split(":")) {
    if (folder.startsWith("/")) candidates.push(folder + "/" + name);
  }
  return candidates;
}

function findCalled(called: string, path: string): string | undefined {
  if (called.startsWith("/")) return realPath(called);
  if (called === "" || called.includes("/")) return undefined;
  for (const candidate of candidatesInPath(called, path)) {
    if (isRunnable(candidate)) return realPath(candidate);
  }
  return undefined;
}

function isRunnable(path: string): boolean {
  try {
    accessSync(path, RUNNABLE);
    return true;
  } catch {
    return false;
  }
}

/** Undefined if the path does not exist. */
function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
