import { isRegistryName } from "../../core/address.ts";
import { type Clock, elapsedMs } from "../../core/lifetime.ts";
import type { SecretStore } from "../../core/secret-store.ts";
import { decodeRegistryName, encodeRegistryName } from "../codec.ts";

const REGISTRY = "registry-";
/** After a day, docr asks again: the account may have a second registry. */
const VALID_MS = 24 * 3600 * 1000;

/** Remembers the name of an account's only registry, so that a mint costs one request instead of two. */
export interface RegistryNames {
  /** `account` is the cache key's name for the account's only registry. Undefined if docr does not know it. */
  read(account: string): Promise<string | undefined>;
  write(account: string, registry: string): Promise<void>;
  forget(account: string): Promise<void>;
  clear(): Promise<void>;
}

export function createRegistryNames(store: SecretStore, clock: Clock): RegistryNames {
  return {
    async read(account) {
      const text = await store.read(REGISTRY + account);
      const known = text && decodeRegistryName(text);
      const elapsed = known && elapsedMs(known.at, clock.read());
      if (!known || elapsed === undefined || elapsed >= VALID_MS) return undefined;
      return isRegistryName(known.registry) ? known.registry : undefined;
    },
    write: (account, registry) =>
      store.write(REGISTRY + account, encodeRegistryName({ at: clock.read(), registry })),
    async forget(account) {
      await store.erase(REGISTRY + account);
    },
    async clear() {
      for (const name of (await store.entries(REGISTRY)).keys()) await store.erase(name);
    },
  };
}
