import type { Machine } from "../core/machine.ts";
import type { ProgramSettings } from "./general.ts";

/** Which store it is, kind and place: what one keeps for an account says nothing of the other's. */
export function storeIdOf({ env }: Machine, { store }: ProgramSettings): string {
  const home = env["HOME"] ?? "";
  switch (store) {
    case "auto":
    case "keychain":
      return `keychain ${home}`; // not the bus: a session and ssh reach the same keyring, or none
    case "file":
      return `file ${env["XDG_DATA_HOME"] ?? home}`;
    case "pass":
      return `pass ${env["PASSWORD_STORE_DIR"] ?? home}`;
  }
}
