import { existsSync } from "node:fs";
import type { Machine } from "../../core/machine.ts";

/**
 * Whether libsecret can find a bus. Where it cannot, it is better not loaded: it costs 10 ms, and for a user without an
 * account (containers) glib prints warnings.
 */
export function hasSessionBus({ env, platform }: Machine): boolean {
  if (platform !== "linux" || env["DBUS_SESSION_BUS_ADDRESS"] || env["DISPLAY"]) return true;
  const runtimeDir = env["XDG_RUNTIME_DIR"];
  return Boolean(runtimeDir) && existsSync(`${runtimeDir}/bus`);
}
