// Where the programs are that the launcher becomes. No part of a path is ever relative to the current directory.
import { accessSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { LOADER } from "../response-cache/shared/loader.ts";

/** Part of accessSync: the file can be run. */
const RUNNABLE = 1;

/** How to run docr: a program's path and the arguments in front of docr's own. */
export interface DocrCommand {
  readonly path: string;
  readonly args: readonly string[];
}

/** The folder with docr's own glibc, from the launcher's folder. */
const LIBRARIES = "/../lib/docr";

/**
 * Finds docr from the launcher's own folder. On a system with another C library, docr is with its own glibc, whose loader runs it.
 * Otherwise docr is next to the launcher.
 */
export function docrIn(folder: string): DocrCommand {
  const libraries = realPath(folder + LIBRARIES);
  if (libraries !== undefined && isRunnable(libraries + "/" + LOADER)) {
    return { path: libraries + "/" + LOADER, args: ["--library-path", libraries, libraries + "/docr"] };
  }
  return { path: folder + "/docr", args: [] };
}

/**
 * The launcher's own folder. Without /proc, the launcher looks for itself as its caller did: `called` is
 * its name as the caller gave it. Returns undefined if that is relative.
 */
export function findOwnFolder(called: string, path: string, self = "/proc/self/exe"): string | undefined {
  const own = realPath(self) ?? findCalled(called, path);
  return own === undefined ? undefined : dirname(own);
}

/** Whether the caller used docr's own name. On a system with another C library, that is the launcher, too. */
export function isCalledDocr(called: string): boolean {
  return called === "docr" || called.endsWith("/docr");
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
