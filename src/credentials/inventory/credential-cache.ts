import type { MintedCredential } from "../../core/credential.ts";
import { type Clock, elapsedMs, mayBeAlive, type Moment, msOf } from "../../core/lifetime.ts";
import type { SecretStore } from "../../core/secret-store.ts";
import type { Sha256 } from "../../core/secret.ts";
import { type CacheRecord, decodeCacheRecord, encodeCacheRecord } from "../codec.ts";

/** The prefix of the credentials that docr returns to clients. */
export const CURRENT = "minted-";
/** The prefix of superseded credentials; the rest is the digest of the secret. */
export const SUPERSEDED = "replaced-";

/** docr promises clients 15 more minutes for each credential that it returns. After that time, docr can revoke a superseded one. */
const IN_USE_MS = 15 * 60 * 1000;

/** The minted credentials in one store. */
export interface CredentialCache {
  /** Returns undefined if no usable credential is cached. The returned one may have expired. */
  read(name: string): Promise<MintedCredential | undefined>;
  /**
   * Replaces the credential under the name, and removes the one under `other`. The previous ones become superseded if they may be
   * alive.
   */
  replace(name: string, credential: MintedCredential, other?: string): Promise<void>;
  /** Supersedes the current credentials that `which` selects. docr no longer returns them. */
  supersede(which: (credential: MintedCredential) => boolean): Promise<void>;
  /** Stores a superseded credential until docr revokes it. */
  keepSuperseded(credential: MintedCredential): Promise<void>;
  /** Whether a superseded credential is safe to revoke now. */
  hasRevocable(): Promise<boolean>;
  /**
   * Erases the records that `which` selects. Adds each credential that the registry may still accept to `alive` immediately, so that
   * the caller has it even if the store fails later. If a part of the store is locked, throws after the rest is erased.
   */
  forget(which: (record: CacheRecord) => boolean, alive: MintedCredential[]): Promise<void>;
}

/** Whether clients no longer use a superseded credential. */
export function isSafeToRevoke({ credential, supersededAt }: CacheRecord, at: Moment): boolean {
  if (!supersededAt) return false;
  const since = elapsedMs(supersededAt, at);
  return since === undefined || since >= Math.min(IN_USE_MS, msOf(credential.lifetime) / 2);
}

export function createCredentialCache(store: SecretStore, clock: Clock, sha256: Sha256): CredentialCache {
  const digestOf = ({ secret }: MintedCredential): string => secret.digest(sha256);
  const read = async (name: string): Promise<MintedCredential | undefined> => {
    const text = await store.read(CURRENT + name);
    return text && decodeCacheRecord(text)?.credential;
  };
  const keepSuperseded = async (credential: MintedCredential): Promise<void> => {
    const record = { credential, supersededAt: clock.read() };
    await store.write(SUPERSEDED + digestOf(credential), encodeCacheRecord(record));
  };
  return {
    read,
    keepSuperseded,
    async replace(name, credential, other = name) {
      const supersede = async (previous: MintedCredential | undefined): Promise<void> => {
        if (!previous || previous.secret.equals(credential.secret)) return;
        if (mayBeAlive(previous, clock.read())) await keepSuperseded(previous);
      };
      await supersede(await read(name));
      await store.write(CURRENT + name, encodeCacheRecord({ credential, supersededAt: undefined }));
      const duplicate = other === name ? undefined : await read(other);
      if (!duplicate) return;
      await supersede(duplicate);
      await store.erase(CURRENT + other);
    },
    async supersede(which) {
      for (const [name, text] of await store.entries(CURRENT)) {
        const credential = decodeCacheRecord(text)?.credential;
        if (!credential || !which(credential)) continue;
        await keepSuperseded(credential);
        await store.erase(name);
      }
    },
    async hasRevocable() {
      const superseded = await store.entries(SUPERSEDED);
      return [...superseded.values()].some((text) => {
        const record = decodeCacheRecord(text);
        return record === undefined || isSafeToRevoke(record, clock.read());
      });
    },
    async forget(which, alive) {
      const stillAnswered = new Set<string>();
      const current = await store.entries(CURRENT);
      const superseded = await store.entries(SUPERSEDED);
      for (const [name, text] of [...current, ...superseded]) {
        const record = decodeCacheRecord(text);
        if (record && !which(record)) {
          if (!record.supersededAt) stillAnswered.add(digestOf(record.credential));
          continue;
        }
        await store.erase(name);
        // A crash between the two writes of `replace` leaves the same credential both current and superseded. Do not revoke it.
        if (!record || stillAnswered.has(digestOf(record.credential))) continue;
        if (mayBeAlive(record.credential, clock.read())) alive.push(record.credential);
      }
      const incomplete = current.incomplete ?? superseded.incomplete;
      if (incomplete) throw incomplete;
    },
  };
}
