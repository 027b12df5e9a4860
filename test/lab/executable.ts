import { existsSync } from "node:fs";
import { join } from "node:path";
import { SYSTEM_PATH } from "./parts.ts";

const PROJECT = join(import.meta.dirname, "..", "..");

export const DIST = join(PROJECT, "dist");

/** The packed executable under its own name. */
export const DOCR = join(DIST, "docr");

/** A PATH on which clients find docker-credential-docr. */
export const PATH_WITH_DOCR = `${DIST}:${SYSTEM_PATH}`;

/** Why the executable cannot be tested, or undefined where it can. */
export function explainNoExecutable(): string | undefined {
  const missing = ["docr", "docker-credential-docr"].filter((name) => !existsSync(join(DIST, name)));
  return missing.length === 0 ? undefined : `dist/${missing.join(" and dist/")} not built: npm run build`;
}
