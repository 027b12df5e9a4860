import type { SecretStore } from "../core/secret-store.ts";

/** The store that the settings choose, chosen at the first use: most requests need none. */
export function createVault({ choose }: { readonly choose: () => Promise<SecretStore> }): SecretStore {
  let chosen: Promise<SecretStore> | undefined;
  const open = (): Promise<SecretStore> => (chosen ??= choose());
  return {
    read: async (name) => (await open()).read(name),
    write: async (name, value) => (await open()).write(name, value),
    erase: async (name) => (await open()).erase(name),
    entries: async (...prefixes) => (await open()).entries(...prefixes),
  };
}
