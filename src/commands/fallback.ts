import { readConfigFile } from "../config/config-file.ts";
import { readGeneralSettings } from "../config/general.ts";
import type { VerbPorts } from "./ports.ts";

/** The helper that answers for every host but ours, and whether the environment says so, which nobody can change here. */
export function fallbackOf({ machine, env }: VerbPorts): {
  readonly name: string | undefined;
  readonly isFixed: boolean;
} {
  const name = readGeneralSettings(env, readConfigFile(machine)).fallback;
  return { name, isFixed: Boolean(env["DOCR_FALLBACK"]) };
}
