import { storeNameOf } from "../../config/general.ts";
import { lstatSync } from "node:fs";
import { hintOf } from "../../core/error-catalog.ts";
import { HelperError, isHelperError } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import type { SecretStore } from "../../core/secret-store.ts";
import { keychainLine } from "../account/keychain-labels.ts";
import type { CommandContext, KeychainDescription } from "../context.ts";
import { fail, type Finding, pass, warn } from "./finding.ts";

/** The name of the item that the check writes, reads and erases. */
const ITEM = "doctor";

type StoreParts = Pick<CommandContext, "store" | "general" | "settings" | "clock" | "keychain">;

/** Checks whether docr's store works. */
export async function checkStore(context: StoreParts): Promise<readonly Finding[]> {
  let described: KeychainDescription | undefined;
  try {
    described = await context.keychain();
  } catch (error) {
    // Do not wait for it a second time. The round trip reports any other failure.
    if (isHelperError(error, "keychain-silent")) return [fail("store", error.message, hintOf(error))];
    if (!isHelperError(error)) throw error;
  }
  return [...(described ? [checkKeychain(described)] : []), await checkRoundTrip(context)];
}

/** A locked collection is no failure, because new items go to the default one. docr cannot read what is in it. */
function checkKeychain(described: KeychainDescription): Finding {
  const line = keychainLine(described);
  const isOpen = described.collections.every(({ isLocked }) => !isLocked);
  return isOpen ? pass("keychain", line) : warn("keychain", line, "unlock it if docr stores items there");
}

/** Writes, reads and erases an item. */
async function checkRoundTrip({ store, general, settings, clock }: StoreParts): Promise<Finding> {
  try {
    await writeReadErase(store, new Secret(`round trip ${clock.read().now}`));
    return pass("store", `${storeNameOf(general())} works: docr wrote, read and erased an item`);
  } catch (error) {
    if (!isHelperError(error)) throw error;
    const isOptional = error.code === "keychain-missing" && hasTokenInEnvironment(settings);
    const report = isOptional ? warn : fail;
    return report("store", error.message, hintOf(error));
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
