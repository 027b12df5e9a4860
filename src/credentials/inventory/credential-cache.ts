import { type MintedCredential } from "../../core/credential.ts";
import { elapsedMs, mayBeAlive, msOf } from "../../core/lifetime.ts";
import type { Secret } from "../../core/secret.ts";
import type { Sha256 } from "../minting/cache-key.ts";
import {
  CURRENT,
  describeCredential,
  GIVEN_OUT,
  INVENTORY,
  type LiveCredential,
  liveCredentials,
  REPLACED,
} from "./live-credentials.ts";
import type { Clock } from "../../core/lifetime.ts";
import type { SecretStore } from "../../core/secret-store.ts";
import {
  decodeInventoryEntry,
  decodeMinted,
  decodeMoment,
  encodeInventoryEntry,
  encodeMinted,
  encodeMoment,
  type MintedRecord,
} from "../codec.ts";

const READ_ONLY = "read-only-";
const READ_ONLY_NOTE_MS = 24 * 3600 * 1000;

/**
 * A replaced credential was handed out with at least 15 minutes to live, so nobody may count on more of it
 * than that: then it can be revoked.
 */
const IN_USE_MS = 15 * 60 * 1000;

/** What we minted and kept in one store, and the inventory by which we know our own secrets again. */
export interface MintedCredentials {
  /** Undefined where nothing usable is kept; it may be dead. */
  read(key: string): Promise<MintedCredential | undefined>;
  /** Replaces what is kept under the key; the old one, if it may be alive, waits to be revoked. */
  write(key: string, credential: MintedCredential): Promise<void>;
  /**
   * Forgets the credentials that `which` picks, current and replaced. Those that the registry may still accept go to
   * `alive` one by one, so that they are known even if the store fails on the way.
   */
  forget(which: (record: MintedRecord) => boolean, alive: MintedCredential[]): Promise<void>;
  /** Whether a replaced credential waits that nobody can be using any more. */
  hasIdle(): Promise<boolean>;
  /**
   * Notes that we minted this: docker stores back what `get` answered (docker/cli, `docker login` without a
   * user), and a minted secret can have an API token's shape. Named by the secret's digest; holds no secret.
   * What is dead is dropped on the way.
   */
  remember(credential: MintedCredential): Promise<void>;
  /** Notes in the inventory that it was revoked. */
  noteRevoked(credential: MintedCredential): Promise<void>;
  isOurs(secret: Secret): Promise<boolean>;
  /** Keeps a credential that is answered no more, to be revoked when nobody can be using it. */
  keepReplaced(credential: MintedCredential): Promise<void>;
  /** Takes the credentials that `which` picks out of use: they are kept as replaced ones. */
  retire(which: (credential: MintedCredential) => boolean): Promise<void>;
  /** Notes that the API token may not have read-write credentials, for a day: then somebody may have given it more. */
  noteReadOnly(token: Secret): Promise<void>;
  isReadOnly(token: Secret): Promise<boolean>;
  /** Forgets those notes. */
  forgetReadOnly(): Promise<void>;
  /**
   * Notes that a person was given this, to use as they like. Not ours to answer or to revoke: its secret is kept nowhere,
   * and whoever logs in with it wants just this one.
   */
  noteGivenOut(credential: MintedCredential): Promise<void>;
  /** What we minted that may still be alive, by the digests of the secrets. */
  inventory(): Promise<ReadonlyMap<string, LiveCredential>>;
}

/** Whether nobody can be using a replaced credential any more. */
export function isIdle({ credential, replaced }: MintedRecord, clock: Clock): boolean {
  if (!replaced) return false;
  const since = elapsedMs(replaced, clock.read());
  return since === undefined || since >= Math.min(IN_USE_MS, msOf(credential.lifetime) / 2);
}

export function createMintedCredentials(store: SecretStore, clock: Clock, sha256: Sha256): MintedCredentials {
  const inventoryName = (secret: Secret): string => INVENTORY + secret.digest(sha256);
  const note = (credential: MintedCredential, revoked: boolean): Promise<void> =>
    store.write(
      inventoryName(credential.secret),
      encodeInventoryEntry({ ...describeCredential(credential), revoked }),
    );
  const dropDeadNotes = async (prefix: string): Promise<void> => {
    for (const [name, kept] of await store.entries(prefix)) {
      const entry = decodeInventoryEntry(kept);
      if (!entry || !mayBeAlive(entry, clock.read())) await store.erase(name);
    }
  };
  const read = async (key: string): Promise<MintedCredential | undefined> => {
    const kept = await store.read(CURRENT + key);
    return kept && decodeMinted(kept)?.credential;
  };
  const keepReplaced = async (credential: MintedCredential): Promise<void> => {
    const record = { credential, replaced: clock.read() };
    await store.write(REPLACED + credential.secret.digest(sha256), encodeMinted(record));
  };
  return {
    read,
    keepReplaced,
    async write(key, credential) {
      const before = await read(key);
      if (before && mayBeAlive(before, clock.read())) await keepReplaced(before);
      await store.write(CURRENT + key, encodeMinted({ credential, replaced: undefined }));
    },
    async retire(which) {
      for (const [name, kept] of await store.entries(CURRENT)) {
        const credential = decodeMinted(kept)?.credential;
        if (!credential || !which(credential)) continue;
        await keepReplaced(credential);
        await store.erase(name);
      }
    },
    noteReadOnly: (token) => store.write(READ_ONLY + token.digest(sha256), encodeMoment(clock.read())),
    async isReadOnly(token) {
      const kept = await store.read(READ_ONLY + token.digest(sha256));
      const noted = kept && decodeMoment(kept);
      const elapsed = noted && elapsedMs(noted, clock.read());
      return elapsed !== undefined && elapsed < READ_ONLY_NOTE_MS;
    },
    async forgetReadOnly() {
      for (const name of (await store.entries(READ_ONLY)).keys()) await store.erase(name);
    },
    async forget(which, alive) {
      const stillAnswered = new Set<string>();
      const current = await store.entries(CURRENT);
      const replaced = await store.entries(REPLACED);
      for (const [name, kept] of [...current, ...replaced]) {
        const record = decodeMinted(kept);
        if (record && !which(record)) {
          if (!record.replaced) stillAnswered.add(record.credential.secret.digest(sha256));
          continue;
        }
        await store.erase(name);
        // A crash between the two writes of `write` leaves one that is replaced by nothing.
        if (!record || stillAnswered.has(record.credential.secret.digest(sha256))) continue;
        if (mayBeAlive(record.credential, clock.read())) alive.push(record.credential);
      }
    },
    async hasIdle() {
      const replaced = await store.entries(REPLACED);
      return [...replaced.values()].some((kept) => {
        const record = decodeMinted(kept);
        return record === undefined || isIdle(record, clock);
      });
    },
    async remember(credential) {
      await note(credential, false);
      await dropDeadNotes(INVENTORY);
      for (const [name, kept] of await store.entries(CURRENT)) {
        const dead = decodeMinted(kept)?.credential;
        if (!dead || !mayBeAlive(dead, clock.read())) await store.erase(name);
      }
    },
    noteRevoked: (credential) => note(credential, true),
    async isOurs(secret) {
      const kept = await store.read(inventoryName(secret));
      const entry = kept && decodeInventoryEntry(kept);
      return entry !== undefined && mayBeAlive(entry, clock.read());
    },
    async noteGivenOut(credential) {
      const entry = encodeInventoryEntry({ ...describeCredential(credential), revoked: false });
      await store.write(GIVEN_OUT + credential.secret.digest(sha256), entry);
      await dropDeadNotes(GIVEN_OUT);
    },
    inventory: async () =>
      liveCredentials(await store.entries(INVENTORY, GIVEN_OUT, REPLACED, CURRENT), clock, sha256),
  };
}
