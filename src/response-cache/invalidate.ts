import type { SecretStore } from "../core/secret-store.ts";

/** The prefix of cached responses in the private files. */
const RESPONSE = "warm-";

/** Wraps a store: before an item whose name has the prefix changes, every cached response is erased. */
export function invalidatingResponses(store: SecretStore, credentialPrefix: string): SecretStore {
  const invalidate = async (name: string): Promise<void> => {
    if (!name.startsWith(credentialPrefix)) return;
    for (const response of (await store.entries(RESPONSE)).keys()) await store.erase(response);
  };
  return {
    ...store,
    // Erase first: if the process dies in between, no response outlives its credential.
    async write(name, value) {
      await invalidate(name);
      await store.write(name, value);
    },
    async erase(name) {
      await invalidate(name);
      return store.erase(name);
    },
  };
}
