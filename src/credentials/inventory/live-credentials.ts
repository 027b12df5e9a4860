import { type MintedCredential } from "../../core/credential.ts";
import { mayBeAlive } from "../../core/lifetime.ts";
import type { Secret } from "../../core/secret.ts";
import type { Sha256 } from "../minting/cache-key.ts";
import type { Clock } from "../../core/lifetime.ts";
import { decodeInventoryEntry, decodeMinted, type InventoryEntry } from "../codec.ts";

/** Begins the names of the credentials that are answered. */
export const CURRENT = "minted-";
/** Begins the names of those that wait to be revoked. */
export const REPLACED = "replaced-";
/** Begins the names of the notes of what was minted for clients; the rest is the secret's digest. */
export const INVENTORY = "digest-";
/** Begins the names of the notes of what a person was given; the rest is the secret's digest. */
export const GIVEN_OUT = "given-";

/** A credential that the registry may still accept; nothing of it is secret. */
export interface LiveCredential extends Omit<InventoryEntry, "revoked"> {
  readonly use: CredentialUse;
}

/**
 * `current`: answered to clients; `replaced`: answered no more, waits to be revoked; `given-out`: printed for a person;
 * `not-kept`: answered once and kept nowhere, or lost, so that it can only expire.
 */
export type CredentialUse = "current" | "replaced" | "given-out" | "not-kept";

/** What a name's beginning says, the most telling last: a credential says more than a note of it. */
const USES: readonly (readonly [prefix: string, use: CredentialUse])[] = [
  [INVENTORY, "not-kept"],
  [GIVEN_OUT, "given-out"],
  [REPLACED, "replaced"],
  [CURRENT, "current"],
];

/** What of a store's entries is alive, by the digests of the secrets. */
export function liveCredentials(
  kept: ReadonlyMap<string, Secret>,
  clock: Clock,
  sha256: Sha256,
): ReadonlyMap<string, LiveCredential> {
  const found = new Map<string, LiveCredential>();
  for (const [prefix, use] of USES) {
    for (const [name, value] of kept) {
      if (!name.startsWith(prefix)) continue;
      const credential = decodeMinted(value)?.credential;
      const digest = credential ? credential.secret.digest(sha256) : name.slice(prefix.length);
      const described = credential ? describeLiving(credential, clock) : describeNoted(value, clock);
      if (described) found.set(digest, { ...described, use });
    }
  }
  return found;
}

function describeLiving(credential: MintedCredential, clock: Clock) {
  return mayBeAlive(credential, clock.read()) ? describeCredential(credential) : undefined;
}

function describeNoted(value: Secret, clock: Clock) {
  const entry = decodeInventoryEntry(value);
  if (!entry || entry.revoked || !mayBeAlive(entry, clock.read())) return undefined;
  const { revoked: _, ...described } = entry;
  return described;
}

/** What is not secret of a credential. */
export function describeCredential(credential: MintedCredential): Omit<InventoryEntry, "revoked"> {
  const { mintedAt, lifetime, access, origin, registry } = credential;
  return { mintedAt, lifetime, access, origin: origin.kind, registry };
}
