import type { GeneralSettings } from "../config/general.ts";

const NAMES = {
  auto: "the keychain",
  keychain: "the keychain",
  file: "the age vault",
  pass: "pass",
} as const satisfies Record<GeneralSettings["store"], string>;

/** The store of API tokens and logins, as messages call it. */
export function storeNameOf({ store }: Pick<GeneralSettings, "store">): string {
  return NAMES[store];
}
