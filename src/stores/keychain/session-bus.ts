import { existsSync } from "node:fs";
import type { Machine } from "../../core/machine.ts";

/**
 * Whether libsecret can find a session bus. Without one, docr does not load libsecret: loading costs 10 ms, and glib prints
 * warnings for a user without an account, as in containers.
 */
export function hasSessionBus({ env, platform }: Machine): boolean {
  if (platform !== "linux" || env["DBUS_SESSION_BUS_ADDRESS"] || env["DISPLAY"]) return true;
  const runtimeDir = env["XDG_RUNTIME_DIR"];
  return Boolean(runtimeDir) && existsSync(`${runtimeDir}/bus`);
}
