import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { SYSTEM_PATH } from "./parts.ts";

const PROJECT = join(import.meta.dirname, "..", "..", "..");

export const DIST = join(PROJECT, "dist");

/** The packed executable under its own name. */
export const DOCR = join(DIST, "docr");

/** What docker calls: the launcher, or the full program again where no launcher could be built. */
export const LAUNCHER = join(DIST, "docker-credential-docr");

/** Both names under which clients may call us: what a test asks of one it can ask of the other. */
export const PROGRAMS = [DOCR, LAUNCHER] as const;

/** Much more than the launcher, much less than the full program. Bytes. */
const LARGEST_LAUNCHER = 5_000_000;

/** A PATH on which clients find docker-credential-docr. */
export const PATH_WITH_DOCR = `${DIST}:${SYSTEM_PATH}`;

/** Why the executable cannot be tested, or undefined where it can. */
export function explainNoExecutable(): string | undefined {
  const missing = ["docr", "docker-credential-docr"].filter((name) => !existsSync(join(DIST, name)));
  return missing.length === 0 ? undefined : `dist/${missing.join(" and dist/")} not built: npm run build`;
}

/** Why the launcher cannot be tested, or undefined where it can. */
export function explainNoLauncher(): string | undefined {
  const noExecutable = explainNoExecutable();
  if (noExecutable !== undefined) return noExecutable;
  const isLauncher = statSync(LAUNCHER).size < LARGEST_LAUNCHER;
  return isLauncher ? undefined : "no launcher was built here: the full program stands under both names";
}
