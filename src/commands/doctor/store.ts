import { storeNameOf } from "../../config/general.ts";
import { hintOf } from "../../core/error-catalog.ts";
import { HelperError, isHelperError } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import type { SecretStore } from "../../core/secret-store.ts";
import { pathLabel } from "../../client-config/paths.ts";
import { keychainLine } from "../account/keychain-labels.ts";
import { NOTHING_CACHED } from "../account/status-report.ts";
import type { CachePlace, CommandContext, KeychainDescription } from "../context.ts";
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
  cachePlaces,
}: Pick<CommandContext, "machine" | "inventory" | "cachePlaces">): Promise<readonly Finding[]> {
  if (!inventory.hasCache()) {
    return [warn("cache", "the cache is off: every request mints a credential", "unset DOCR_CACHE")];
  }
  if (machine.platform !== "linux" || machine.uid === undefined)
    return [pass("cache", "credentials are cached in docr's store")];
  const places = cachePlaces();
  const place = places.find(({ problem }) => problem === undefined);
  if (place?.name === RUNTIME_DIR) {
    return [
      pass("cache", "XDG_RUNTIME_DIR is private to this user; credentials are cached there until logout"),
    ];
  }
  const unusable = places.filter((one) => one !== place);
  const reasons = unusable.map(({ name, problem }) => `${pathLabel(name, machine)} ${problem}`).join(", ");
  if (place) {
    const where = place.name.startsWith("/dev/shm/")
      ? "shared memory until the machine stops"
      : pathLabel(place.name, machine);
    const what = `${reasons}; credentials are cached in ${where}`;
    const isUsual = unusable.length === 1 && !machine.env[RUNTIME_DIR];
    return [isUsual ? pass("cache", what) : warn("cache", what, nextStepFor(unusable))];
  }
  if (await inventory.canRecord()) {
    return [warn("cache", `${reasons}; credentials are cached in docr's store`, nextStepFor(unusable))];
  }
  const what = `${NOTHING_CACHED}: ${reasons}`;
  return [warn("cache", what, nextStepFor(unusable))];
}

const RUNTIME_DIR = "XDG_RUNTIME_DIR";

function nextStepFor([first]: readonly CachePlace[]): string {
  const isRuntimeDir = first?.name === RUNTIME_DIR && first.problem?.startsWith("is missing");
  if (isRuntimeDir) return "log in again, or run chmod 700 $XDG_RUNTIME_DIR";
  return "free space, or make one of these folders writable for this user alone";
}
