import { readConfigFile } from "../config/config-file.ts";
import type { Machine } from "../core/machine.ts";
import { readGeneralSettings, type StoreSetting } from "../config/general.ts";

const NAMES = {
  auto: "the keychain",
  keychain: "the keychain",
  file: "the age vault",
  pass: "pass",
} as const satisfies Record<StoreSetting, string>;

/** Where API tokens and logins are kept, in words. Throws `bad-setting`. */
export function storeName(machine: Machine): string {
  return NAMES[readGeneralSettings(machine.env, readConfigFile(machine)).store];
}
