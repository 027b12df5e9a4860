import { isHelperError } from "../core/errors.ts";
import { type Entries, asEntries, type SecretStore } from "../core/secret-store.ts";

/**
 * Combines two stores, for credentials that docr can mint again. Each name is in one of the two. Writes to `preferred`, and to
 * `other` if that fails. Reads `other` first, because it is faster. If `preferred` cannot be read, the name counts as missing. If
 * `preferred` cannot search or erase, throws, unless there is no keychain.
 */
export function eitherStore(preferred: SecretStore, other: SecretStore): SecretStore {
  return {
    async read(name) {
      const found = await other.read(name).catch(() => undefined);
      return found ?? preferred.read(name).catch(() => undefined);
    },
    async write(name, value) {
      try {
        await preferred.write(name, value);
      } catch (error) {
        if (!isHelperError(error)) throw error;
        return other.write(name, value);
      }
      await other.erase(name).catch(() => undefined);
    },
    async erase(name) {
      const isErased = await other.erase(name);
      return (await unlessMissing(() => preferred.erase(name), false)) || isErased;
    },
    async entries(...prefixes) {
      const found = await other.entries(...prefixes);
      const more = await unlessMissing((): Promise<Entries> => preferred.entries(...prefixes), new Map());
      return asEntries(new Map([...more, ...found]), more.incomplete ?? found.incomplete);
    },
  };
}

async function unlessMissing<T>(work: () => Promise<T>, empty: T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isHelperError(error, "keychain-missing")) return empty;
    throw error;
  }
}
