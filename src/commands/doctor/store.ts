import { storeNameOf } from "../../config/general.ts";
import { existsSync, lstatSync } from "node:fs";
import { hintOf } from "../../core/error-catalog.ts";
import { HelperError, isHelperError } from "../../core/errors.ts";
import type { Machine } from "../../core/machine.ts";
import { Secret } from "../../core/secret.ts";
import type { SecretStore } from "../../core/secret-store.ts";
import type { CommandContext } from "../context.ts";
import { fail, type Finding, pass, warn } from "./finding.ts";

/** The name of the item that the check writes, reads and erases. */
const ITEM = "doctor";

/** Checks whether docr's store works: writes, reads and erases an item. */
export async function checkStore({
  machine,
  store,
  general,
  settings,
  clock,
}: Pick<CommandContext, "machine" | "store" | "general" | "settings" | "clock">): Promise<
  readonly Finding[]
> {
  const name = storeNameOf(general());
  const bus = name === "the keychain" ? checkSessionBus(machine) : [];
  try {
    await writeReadErase(store, new Secret(`round trip ${clock.read().now}`));
    return [...bus, pass("store", `${name} works: docr wrote, read and erased an item`)];
  } catch (error) {
    if (!isHelperError(error)) throw error;
    const isOptional = error.code === "keychain-missing" && hasTokenInEnvironment(settings);
    const report = isOptional ? warn : fail;
    return [...bus, report("store", error.message, hintOf(error))];
  }
}

async function writeReadErase(store: SecretStore, value: Secret): Promise<void> {
  await store.write(ITEM, value);
  const stored = await store.read(ITEM);
  await store.erase(ITEM);
  if (stored?.equals(value) && (await store.read(ITEM)) === undefined) return;
  throw new HelperError("keychain-failed", "the store did not return what docr wrote to it", {
    hint: "restart the store, or use another one with DOCR_STORE",
  });
}

function hasTokenInEnvironment(settings: CommandContext["settings"]): boolean {
  try {
    return settings().apiToken !== undefined;
  } catch {
    return false;
  }
}

/** On Linux, programs reach the keychain through the session bus. */
function checkSessionBus({ env, platform }: Machine): readonly Finding[] {
  if (platform !== "linux") return [];
  const runtimeDir = env["XDG_RUNTIME_DIR"];
  if (env["DBUS_SESSION_BUS_ADDRESS"]) return [pass("d-bus", "DBUS_SESSION_BUS_ADDRESS names a session bus")];
  if (runtimeDir && existsSync(`${runtimeDir}/bus`)) return [pass("d-bus", "there is a session bus")];
  const next = "log in to a desktop session, or set DOCR_STORE=file or DOCR_STORE=pass";
  return [warn("d-bus", "there is no session bus, so there is no keychain", next)];
}

/** Reports where docr caches minted credentials. */
export async function checkCache({
  machine,
  inventory,
}: Pick<CommandContext, "machine" | "inventory">): Promise<readonly Finding[]> {
  const { env, platform, uid } = machine;
  if (!inventory.hasCache()) {
    return [warn("cache", "the cache is off: every request mints a credential", "unset DOCR_CACHE")];
  }
  if (platform !== "linux" || uid === undefined)
    return [pass("cache", "credentials are cached in docr's store")];
  const path = env["XDG_RUNTIME_DIR"];
  const shared = "in shared memory until the machine stops";
  if (!path) return [pass("cache", `XDG_RUNTIME_DIR is not set; credentials are cached ${shared}`)];
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() && stats.uid === uid && (stats.mode & 0o077) === 0) {
    return [
      pass("cache", "XDG_RUNTIME_DIR is private to this user; credentials are cached there until logout"),
    ];
  }
  const what = `XDG_RUNTIME_DIR is missing or not private to this user; credentials are cached ${shared}`;
  return [warn("cache", what, "log in again, or run chmod 700 $XDG_RUNTIME_DIR")];
}
