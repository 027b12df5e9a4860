import { isHelperError } from "../core/errors.ts";
import type { SecretStore } from "../core/secret-store.ts";
import { quietly } from "../credentials/best-effort.ts";

/**
 * `preferred` where it works, `other` where it does not: for credentials that may be kept in either. Each name is in one
 * of the two; `other` is looked at first, because it answers at once. That `preferred` cannot be read is no failure,
 * it only costs a mint; that it cannot be searched or erased from is one, unless it is missing altogether.
 */
export function withFallback(preferred: SecretStore, other: SecretStore): SecretStore {
  return {
    async read(name) {
      return (await quietly(() => other.read(name))) ?? quietly(() => preferred.read(name));
    },
    async write(name, value) {
      try {
        await preferred.write(name, value);
      } catch (error) {
        if (!isHelperError(error)) throw error;
        return other.write(name, value);
      }
      await quietly(() => other.erase(name));
    },
    async erase(name) {
      const here = await other.erase(name);
      return (await unlessMissing(() => preferred.erase(name), false)) || here;
    },
    async entries(...prefixes) {
      const here = await other.entries(...prefixes);
      return new Map([...(await unlessMissing(() => preferred.entries(...prefixes), [])), ...here]);
    },
  };
}

async function unlessMissing<T, E>(work: () => Promise<T>, empty: E): Promise<T | E> {
  try {
    return await work();
  } catch (error) {
    if (isHelperError(error) && error.code === "keychain-missing") return empty;
    throw error;
  }
}
