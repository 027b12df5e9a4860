import { type Clock, type Freshness, freshnessOf } from "../../core/lifetime.ts";
import { bestEffort } from "../best-effort.ts";
import type { CredentialCache } from "../inventory/credential-cache.ts";
import { type CacheKey, isStoredFor, type StoredCredential } from "./cache-key.ts";
import type { DoctlTokens } from "./ports.ts";

export interface Cached extends StoredCredential {
  readonly freshness: Freshness;
}

export interface Lookup {
  /** Returns the cached credential, or undefined if doctl's configuration has changed since it was minted. Never throws. */
  find(key: CacheKey): Promise<Cached | undefined>;
  /** The same for the credential under this name. */
  read(name: string): Promise<Cached | undefined>;
}

export function createLookup(
  current: () => { readonly cache: Pick<CredentialCache, "read"> | undefined },
  clock: Clock,
  doctl: Pick<DoctlTokens, "fingerprint">,
): Lookup {
  const read = async (name: string): Promise<Cached | undefined> => {
    const credential = await bestEffort(() => current().cache?.read(name));
    if (!credential) return undefined;
    const { origin } = credential;
    if (origin.kind === "doctl" && doctl.fingerprint() !== origin.fingerprint) return undefined;
    return { name, credential, freshness: freshnessOf(credential, clock.read()) };
  };
  return {
    read,
    async find(key) {
      const shared = await read(key.sharedName);
      if (shared && isStoredFor(key, shared)) return shared;
      return key.name === key.sharedName ? undefined : read(key.name);
    },
  };
}
