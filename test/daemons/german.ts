import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { once } from "../../src/core/once.ts";
import { explainMissing, SYSTEM_PATH } from "../support/lab/parts.ts";
import { type Environment, runWell } from "../support/lab/run.ts";

/** Returns why no German locale can be made here, or undefined. */
export function explainNoGerman(): string | undefined {
  return explainMissing(["german locale"]);
}

let folder: string | undefined;
afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

/** Makes the locale, at its first call. Returns the variables of a German session. */
export const german = once(async (): Promise<Environment> => {
  folder = mkdtempSync(join(tmpdir(), "docr-de-"));
  const args = ["--no-archive", "-i", "de_DE", "-f", "UTF-8", join(folder, "de_DE.UTF-8")];
  await runWell("localedef", args, { env: { PATH: SYSTEM_PATH } });
  return { LOCPATH: folder, LANG: "de_DE.UTF-8", LC_ALL: "de_DE.UTF-8", LANGUAGE: "de" };
});
