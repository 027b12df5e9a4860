import type { MintedCredential } from "../../core/credential.ts";
import { type HelperError, isHelperError } from "../../core/errors.ts";
import { type Clock, mayBeAlive } from "../../core/lifetime.ts";
import { type Entries, asEntries, type SecretStore } from "../../core/secret-store.ts";
import type { Secret, Sha256 } from "../../core/secret.ts";
import { bestEffort } from "../best-effort.ts";
import {
  decodeCacheRecord,
  decodeInventoryEntry,
  encodeInventoryEntry,
  type InventoryEntry,
} from "../codec.ts";
import { CURRENT, SUPERSEDED } from "./credential-cache.ts";

/** The prefix of credentials that docr minted for clients. The secret's digest follows. */
const MINTED = "digest-";
/** The prefix of credentials that docr issued to another holder. The secret's digest follows. */
const ISSUED = "given-";

/** A credential that the registry may still accept. Nothing in it is secret. */
export interface LivingCredential extends Omit<InventoryEntry, "revoked"> {
  readonly use: CredentialUse;
}

/**
 * - `current`: docr returns it to clients.
 * - `superseded`: docr no longer returns it and will revoke it.
 * - `issued`: another holder has it.
 * - `not-cached`: docr returned it but did not cache it, or lost it. docr cannot revoke it; it expires.
 */
export type CredentialUse = "current" | "superseded" | "issued" | "not-cached";

/** Records what docr minted, by the digests of the secrets. docr recognizes its own credentials without storing them. */
export interface Inventory {
  /**
   * Records a minted credential. docr must recognize it later: `docker login` without a user name stores what `get` returned
   * (docker/cli), and the secret can have an API token's format. Also removes expired entries.
   */
  record(credential: MintedCredential): Promise<void>;
  /** Records a credential that docr issued to another holder. docr never returns it to clients, and revokes it only for `docr revoke`. */
  recordIssued(credential: MintedCredential): Promise<void>;
  /** Whether docr minted this secret for a client, and it may be alive. */
  contains(secret: Secret): Promise<boolean>;
  /** The entry of a secret that docr minted for a client or issued, even if it has expired or was revoked. */
  find(secret: Secret): Promise<InventoryEntry | undefined>;
  /** Records that the registry no longer accepts this secret. Ignores an unknown secret. */
  setRevoked(secret: Secret): Promise<void>;
  /** Returns this store's credentials that may be alive, by the digests of their secrets. */
  living(): Promise<Entries<LivingCredential>>;
}

export function createInventory(store: SecretStore, clock: Clock, sha256: Sha256): Inventory {
  const write = (prefix: string, credential: MintedCredential): Promise<void> =>
    store.write(
      prefix + credential.secret.digest(sha256),
      encodeInventoryEntry({ ...describeCredential(credential), revoked: false }),
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
      await write(MINTED, credential);
      await dropExpired(MINTED, CURRENT);
    },
    async recordIssued(credential) {
      await write(ISSUED, credential);
      await dropExpired(ISSUED);
    },
    async contains(secret) {
      const text = await store.read(MINTED + secret.digest(sha256));
      const entry = text && decodeInventoryEntry(text);
      return entry !== undefined && mayBeAlive(entry, clock.read());
    },
    async find(secret) {
      for (const prefix of [MINTED, ISSUED]) {
        const text = await store.read(prefix + secret.digest(sha256));
        const entry = text && decodeInventoryEntry(text);
        if (entry) return entry;
      }
      return undefined;
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
      return asEntries(found, entries.incomplete);
    },
  };
}

/** The use that a name's prefix means. A later row wins, because a cached credential is more precise than an inventory entry. */
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

/** The credentials that may be alive, from several stores. */
export interface InventoryReport {
  /** The newest first. */
  readonly credentials: readonly LivingCredential[];
  /** The errors of stores that docr could not read, so some credentials may be missing here. A missing keychain is not an error. */
  readonly failures: readonly HelperError[];
}

/** Reads every inventory. Makes no API request. */
export async function takeInventory(inventories: readonly Inventory[]): Promise<InventoryReport> {
  const found = new Map<string, LivingCredential>();
  const failures: HelperError[] = [];
  for (const inventory of inventories) {
    try {
      const living = await inventory.living();
      if (living.incomplete) failures.push(living.incomplete);
      for (const [digest, credential] of living) {
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

/** A credential and its inventory entry may be in two stores. The higher rank is more precise. */
const RANK = { "not-cached": 0, issued: 1, superseded: 2, current: 3 } as const;

/** Whether docr minted this secret. Skips an inventory that cannot be read. */
export async function isMintedByDocr(inventories: readonly Inventory[], secret: Secret): Promise<boolean> {
  for (const inventory of inventories) {
    if (await bestEffort(() => inventory.contains(secret))) return true;
  }
  return false;
}
