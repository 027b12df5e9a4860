import type { MintedCredential } from "../../core/credential.ts";
import { type Clock, type Freshness, freshnessOf } from "../../core/lifetime.ts";
import { bestEffort } from "../best-effort.ts";
import type { CurrentPlace } from "../inventory/placement.ts";
import type { CacheKey } from "./cache-key.ts";
import type { DoctlTokens } from "./ports.ts";

export interface Cached {
  readonly credential: MintedCredential;
  readonly freshness: Freshness;
}

export interface Lookup {
  /** Returns the cached credential, or undefined if doctl's configuration has changed since it was minted. Never throws. */
  find(key: CacheKey): Promise<Cached | undefined>;
}

export function createLookup(
  current: () => Pick<CurrentPlace, "cache">,
  clock: Clock,
  doctl: Pick<DoctlTokens, "fingerprint">,
): Lookup {
  return {
    async find(key) {
      const credential = await bestEffort(() => current().cache?.read(key.name));
      if (!credential) return undefined;
      const { origin } = credential;
      if (origin.kind === "doctl" && doctl.fingerprint() !== origin.fingerprint) return undefined;
      return { credential, freshness: freshnessOf(credential, clock.read()) };
    },
  };
}
