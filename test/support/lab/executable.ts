import { existsSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { SYSTEM_PATH } from "./parts.ts";

const PROJECT = join(import.meta.dirname, "..", "..", "..");

export const DIST = join(PROJECT, "dist");

/** The packed executable under its own name. */
export const DOCR = join(DIST, "docr");

/** The program that docker calls: the launcher, or docr where no launcher could be built. */
export const LAUNCHER = join(DIST, "docker-credential-docr");

/** Both programs. Most tests hold for either. */
export const PROGRAMS = [DOCR, LAUNCHER] as const;

/** The same with their names, for the titles of tests. */
export const NAMED_PROGRAMS = PROGRAMS.map((program) => [relative(PROJECT, program), program] as const);

/** Far above the launcher's size and far below docr's, in bytes. */
const LARGEST_LAUNCHER = 5_000_000;

/** A PATH on which clients find docker-credential-docr. */
export const PATH_WITH_DOCR = `${DIST}:${SYSTEM_PATH}`;

/** Returns why the executables cannot be tested, or undefined. */
export function explainNoExecutable(): string | undefined {
  const missing = ["docr", "docker-credential-docr"].filter((name) => !existsSync(join(DIST, name)));
  return missing.length === 0 ? undefined : `dist/${missing.join(" and dist/")} not built: npm run build`;
}

/** Returns why the launcher cannot be tested, or undefined. */
export function explainNoLauncher(): string | undefined {
  const noExecutable = explainNoExecutable();
  if (noExecutable !== undefined) return noExecutable;
  const isLauncher = statSync(LAUNCHER).size < LARGEST_LAUNCHER;
  return isLauncher ? undefined : "no launcher was built here: docr is installed under both names";
}
