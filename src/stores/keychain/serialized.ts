import { type HelperError, isHelperError } from "../../core/errors.ts";
import type { Locks, SharedFailures } from "../../core/locks.ts";
import type { SecretStore } from "../../core/secret-store.ts";

const LOCK = "keychain";
/**
 * Slightly longer than one call may take. A waiting process therefore learns from the lock's holder that the keychain does not
 * respond. After this time, it continues without the lock, as other programs do.
 */
const TIMEOUT_MS = 5_500;

/**
 * Lets only one of this user's processes at a time search or change the keychain. libsecret's search lists the items and then reads
 * each one. If an item is erased in between, the process crashes (measured: 12 crashes in 240 parallel requests). Reading one item
 * by name needs no lock.
 */
export function createSerializedStore(
  store: SecretStore,
  locks: Locks,
  failures: SharedFailures,
): SecretStore {
  let silent: HelperError | undefined;
  const serialize = async <T>(work: () => Promise<T>): Promise<T> => {
    // The keychain has already timed out in this process. Do not wait again.
    if (silent) throw silent;
    using lock = await locks.acquire(LOCK, TIMEOUT_MS);
    try {
      if (lock?.waitedSince !== undefined) await failures.rethrow(LOCK, lock.waitedSince);
      return await work();
    } catch (error) {
      if (isHelperError(error, "keychain-silent")) {
        silent = error;
        if (lock) await failures.share(LOCK, error);
      }
      throw error;
    }
  };
  return {
    async read(name) {
      if (silent) throw silent;
      return store.read(name);
    },
    write: (name, value) => serialize(() => store.write(name, value)),
    erase: (name) => serialize(() => store.erase(name)),
    entries: (...prefixes) => serialize(() => store.entries(...prefixes)),
  };
}
