import { isHelperError } from "../errors.ts";
import type { SecretStore } from "./ports.ts";
import { quietly } from "./quietly.ts";

/**
 * `preferred` where it works, `other` where it is missing: for credentials that may be kept in either. Each name is in
 * one of the two; `other` is looked at first, because it answers at once.
 */
export function withFallback(preferred: SecretStore, other: SecretStore): SecretStore {
  return {
    async read(name) {
      return (await quietly(() => other.read(name))) ?? preferred.read(name);
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
      return (await preferred.erase(name)) || here;
    },
    async entries(prefix) {
      const here = await other.entries(prefix);
      return new Map([...(await preferred.entries(prefix)), ...here]);
    },
  };
}
