import { once } from "../core/once.ts";
import type { SecretStore } from "../core/secret-store.ts";

/** Opens the store at its first use. Most requests do not need it. */
export function createLazyStore(open: () => Promise<SecretStore>): SecretStore {
  const store = once(open);
  return {
    read: async (name) => (await store()).read(name),
    write: async (name, value) => (await store()).write(name, value),
    erase: async (name) => (await store()).erase(name),
    entries: async (...prefixes) => (await store()).entries(...prefixes),
  };
}
