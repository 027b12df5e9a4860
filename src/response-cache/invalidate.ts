import type { SecretStore } from "../core/secret-store.ts";

/** The prefix of cached responses in the private files. */
const RESPONSE = "warm-";

/** A store that drops every cached response before a credential changes: a name that starts with the prefix. */
export function invalidatingResponses(store: SecretStore, credentialPrefix: string): SecretStore {
  const invalidate = async (name: string): Promise<void> => {
    if (!name.startsWith(credentialPrefix)) return;
    for (const response of (await store.entries(RESPONSE)).keys()) await store.erase(response);
  };
  return {
    ...store,
    // Before the change: a response must not outlive its credential, whatever happens in between.
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
