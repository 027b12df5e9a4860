import { existsSync, lstatSync } from "node:fs";
import { HelperError, isHelperError } from "../../core/errors.ts";
import type { Machine } from "../../core/machine.ts";
import type { SecretStore } from "../../core/secret-store.ts";
import type { VerbPorts } from "../ports.ts";
import { Secret } from "../../core/secret.ts";
import { fail, pass, warn, type Line } from "./finding.ts";
import { storeName } from "../stores.ts";

/** Of the item that is written, read and erased again. */
const ITEM = "doctor";

/** Whether API tokens and logins can be kept and found again: a whole round trip with an item of our own. */
export async function lookAtStore(ports: VerbPorts): Promise<readonly Line[]> {
  const { domain, machine } = ports;
  const name = storeName(machine);
  const bus = name === "the keychain" ? busOf(machine) : [];
  try {
    await roundTrip(domain.store, new Secret(`round trip ${domain.monotonicMs()}`));
    return [...bus, pass("store", `${name} is open: an item was written, read and erased`)];
  } catch (error) {
    if (!isHelperError(error)) throw error;
    const isNeedless = error.code === "keychain-missing" && hasTokenWithout(ports);
    const line = isNeedless ? warn : fail;
    return [...bus, line("store", error.message, ports.hintOf(error))];
  }
}

async function roundTrip(store: SecretStore, value: Secret): Promise<void> {
  await store.write(ITEM, value);
  const kept = await store.read(ITEM);
  await store.erase(ITEM);
  if (kept?.equals(value) && (await store.read(ITEM)) === undefined) return;
  throw new HelperError("keychain-failed", "what was written to the store is not what is read from it");
}

function hasTokenWithout({ domain }: VerbPorts): boolean {
  try {
    return domain.settings().apiToken !== undefined;
  } catch {
    return false;
  }
}

/** Linux has keychains on the session bus. */
function busOf({ env, platform }: Machine): readonly Line[] {
  if (platform !== "linux") return [];
  const runtimeDir = env["XDG_RUNTIME_DIR"];
  if (env["DBUS_SESSION_BUS_ADDRESS"]) return [pass("d-bus", "DBUS_SESSION_BUS_ADDRESS names a session bus")];
  if (runtimeDir && existsSync(`${runtimeDir}/bus`)) return [pass("d-bus", "there is a session bus")];
  const next = "log in to a session that has one, or set DOCR_STORE=file or DOCR_STORE=pass";
  return [warn("d-bus", "there is no session bus, and so no keychain", next)];
}

/** Where minted credentials are kept between two requests. */
export async function lookAtRuntimeFolder({ domain, machine }: VerbPorts): Promise<readonly Line[]> {
  const { env, platform, uid } = machine;
  if (!domain.cachesCredentials()) {
    return [warn("cache", "no credential is kept: each request mints a new one", "unset DOCR_CACHE")];
  }
  if (platform !== "linux" || uid === undefined) return [pass("cache", "credentials are kept in the store")];
  const path = env["XDG_RUNTIME_DIR"];
  const shared = "in shared memory, until the machine stops";
  if (!path) return [pass("cache", `XDG_RUNTIME_DIR is not set: credentials are kept ${shared}`)];
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() && stats.uid === uid && (stats.mode & 0o077) === 0) {
    return [pass("cache", "XDG_RUNTIME_DIR is this user's alone: credentials are kept there until logout")];
  }
  const what = `XDG_RUNTIME_DIR is not there, or not this user's alone: credentials are kept ${shared}`;
  return [warn("cache", what, "log in again, or: chmod 700 $XDG_RUNTIME_DIR")];
}
