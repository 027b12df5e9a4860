import { type HelperError, isHelperError } from "../../core/errors.ts";
import type { Locks, SharedFailures } from "../../core/locks.ts";
import type { SecretStore } from "../../core/secret-store.ts";

const LOCK = "keychain";
/**
 * A little more than a call may take, so that a process that waits learns that the keychain is silent without finding out
 * anew. Then it goes on without the lock, as other programs do.
 */
const TIMEOUT_MS = 5_500;

/**
 * Lets this user's processes search and change the keychain one after another. libsecret's search lists the items and then
 * reads each; an item that is erased in between crashes the process (seen: 12 crashes in 240 parallel requests).
 * Reading one item by name needs no lock.
 */
export function createSerializedStore(
  store: SecretStore,
  locks: Locks,
  failures: SharedFailures,
): SecretStore {
  let silent: HelperError | undefined;
  const serialize = async <T>(work: () => Promise<T>): Promise<T> => {
    // This process has waited for the keychain once; it does not wait again.
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
