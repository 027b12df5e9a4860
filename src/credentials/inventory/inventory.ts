import type { MintedCredential } from "../../core/credential.ts";
import { type HelperError, isHelperError } from "../../core/errors.ts";
import { type Clock, mayBeAlive } from "../../core/lifetime.ts";
import type { SecretStore } from "../../core/secret-store.ts";
import type { Secret, Sha256 } from "../../core/secret.ts";
import { bestEffort } from "../best-effort.ts";
import {
  decodeCacheRecord,
  decodeInventoryEntry,
  encodeInventoryEntry,
  type InventoryEntry,
} from "../codec.ts";
import { CURRENT, SUPERSEDED } from "./credential-cache.ts";

/** The prefix of what docr minted for clients; the rest is the digest of the secret. */
const MINTED = "digest-";
/** The prefix of what docr issued to another holder; the rest is the digest of the secret. */
const ISSUED = "given-";

/** A credential that the registry may still accept. Nothing in it is secret. */
export interface LivingCredential extends Omit<InventoryEntry, "revoked"> {
  readonly use: CredentialUse;
}

/**
 * `current`: docr answers it; `superseded`: docr answers it no more and will revoke it; `issued`: another holder has it;
 * `not-cached`: docr answered it once and has not cached it, or lost it, so that it can only expire.
 */
export type CredentialUse = "current" | "superseded" | "issued" | "not-cached";

/** What docr minted, by the digests of the secrets: it recognises its own credentials without storing them. */
export interface Inventory {
  /**
   * Records a minted credential: docker stores back what `get` answered (docker/cli, `docker login` without a user),
   * and the secret can have an API token's format. Drops expired entries on the way.
   */
  record(credential: MintedCredential): Promise<void>;
  /** Records a credential that another holder keeps. docr never answers it, and revokes it at `docr revoke` alone. */
  recordIssued(credential: MintedCredential): Promise<void>;
  recordRevoked(credential: MintedCredential): Promise<void>;
  /** Whether docr minted this secret for a client, and it may be alive. */
  contains(secret: Secret): Promise<boolean>;
  /** Whether docr minted this secret for a client or issued it, dead or alive. */
  knows(secret: Secret): Promise<boolean>;
  /** Records that the registry does not accept this secret any more. Does nothing for an unknown one. */
  setRevoked(secret: Secret): Promise<void>;
  /** What may be alive in this store, by the digests of the secrets. */
  living(): Promise<ReadonlyMap<string, LivingCredential>>;
}

export function createInventory(store: SecretStore, clock: Clock, sha256: Sha256): Inventory {
  const write = (prefix: string, credential: MintedCredential, revoked: boolean): Promise<void> =>
    store.write(
      prefix + credential.secret.digest(sha256),
      encodeInventoryEntry({ ...describeCredential(credential), revoked }),
    );
  const dropExpired = async (...prefixes: readonly string[]): Promise<void> => {
    for (const [name, text] of await store.entries(...prefixes)) {
      const dated = name.startsWith(CURRENT)
        ? decodeCacheRecord(text)?.credential
        : decodeInventoryEntry(text);
      if (!dated || !mayBeAlive(dated, clock.read())) await store.erase(name);
    }
  };
  return {
    async record(credential) {
      await write(MINTED, credential, false);
      await dropExpired(MINTED, CURRENT);
    },
    async recordIssued(credential) {
      await write(ISSUED, credential, false);
      await dropExpired(ISSUED);
    },
    recordRevoked: (credential) => write(MINTED, credential, true),
    async contains(secret) {
      const text = await store.read(MINTED + secret.digest(sha256));
      const entry = text && decodeInventoryEntry(text);
      return entry !== undefined && mayBeAlive(entry, clock.read());
    },
    async knows(secret) {
      for (const prefix of [MINTED, ISSUED]) {
        if (await store.read(prefix + secret.digest(sha256))) return true;
      }
      return false;
    },
    async setRevoked(secret) {
      for (const prefix of [MINTED, ISSUED]) {
        const name = prefix + secret.digest(sha256);
        const text = await store.read(name);
        const entry = text && decodeInventoryEntry(text);
        if (entry) await store.write(name, encodeInventoryEntry({ ...entry, revoked: true }));
      }
    },
    async living() {
      const found = new Map<string, LivingCredential>();
      const entries = await store.entries(MINTED, ISSUED, SUPERSEDED, CURRENT);
      for (const [prefix, use] of USES) {
        for (const [name, text] of entries) {
          if (!name.startsWith(prefix)) continue;
          const credential = decodeCacheRecord(text)?.credential;
          const digest = credential ? credential.secret.digest(sha256) : name.slice(prefix.length);
          const entry = credential ? describeCredential(credential) : activeEntry(text);
          if (entry && mayBeAlive(entry, clock.read())) found.set(digest, { ...entry, use });
        }
      }
      return found;
    },
  };
}

/** What a name's prefix says, the most telling last: a cached credential says more than an inventory entry. */
const USES: readonly (readonly [prefix: string, use: CredentialUse])[] = [
  [MINTED, "not-cached"],
  [ISSUED, "issued"],
  [SUPERSEDED, "superseded"],
  [CURRENT, "current"],
];

function describeCredential(credential: MintedCredential): Omit<InventoryEntry, "revoked"> {
  const { mintedAt, lifetime, access, origin, registry } = credential;
  return { mintedAt, lifetime, access, origin: origin.kind, registry };
}

function activeEntry(text: Secret): Omit<InventoryEntry, "revoked"> | undefined {
  const entry = decodeInventoryEntry(text);
  if (!entry || entry.revoked) return undefined;
  const { revoked: _, ...rest } = entry;
  return rest;
}

/** What may be alive in several stores. */
export interface InventoryReport {
  /** The newest first. */
  readonly credentials: readonly LivingCredential[];
  /** Why some may be missing: a store that docr cannot read now. A machine without a keychain misses none. */
  readonly failures: readonly HelperError[];
}

/** Reads every inventory. Makes no API request. */
export async function takeInventory(inventories: readonly Inventory[]): Promise<InventoryReport> {
  const found = new Map<string, LivingCredential>();
  const failures: HelperError[] = [];
  for (const inventory of inventories) {
    try {
      for (const [digest, credential] of await inventory.living()) {
        const other = found.get(digest);
        if (!other || RANK[credential.use] > RANK[other.use]) found.set(digest, credential);
      }
    } catch (error) {
      if (!isHelperError(error)) throw error;
      if (error.code !== "keychain-missing") failures.push(error);
    }
  }
  const credentials = [...found.values()].toSorted((a, b) => b.mintedAt.now - a.mintedAt.now);
  return { credentials, failures };
}

/** A credential and its inventory entry may be in two stores: the higher rank says more. */
const RANK = { "not-cached": 0, issued: 1, superseded: 2, current: 3 } as const;

/** Whether docr minted this secret. An inventory that cannot be read does not count. */
export async function isMintedByDocr(inventories: readonly Inventory[], secret: Secret): Promise<boolean> {
  for (const inventory of inventories) {
    if (await bestEffort(() => inventory.contains(secret))) return true;
  }
  return false;
}
