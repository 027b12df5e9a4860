import type { MintedCredential } from "../../core/credential.ts";
import { type Clock, mayBeAlive } from "../../core/lifetime.ts";
import type { SecretStore } from "../../core/secret-store.ts";
import type { Secret } from "../../core/secret.ts";
import { decodeCacheRecord, encodeCacheRecord } from "../codec.ts";

/** The prefix of the records. No other use of a credential has it, so a rotation, a prune and a logout never see them. */
const HELD = "held-";

/** The credentials that the kubelet of this node holds. docr keeps them to answer it again, and revokes them only for `docr revoke`. */
export interface HeldCredentials {
  /** Returns undefined if there is none. The returned one may have expired. */
  read(name: string): Promise<MintedCredential | undefined>;
  /** Replaces the credential under the name. The kubelet may still use the previous one, which expires. Also removes expired ones. */
  replace(name: string, credential: MintedCredential): Promise<void>;
  /** The secrets of all of them. */
  secrets(): Promise<readonly Secret[]>;
  /** Removes the credential with this secret. */
  forget(secret: Secret): Promise<void>;
}

export function createHeldCredentials(store: SecretStore, clock: Clock): HeldCredentials {
  const all = async (): Promise<readonly (readonly [string, MintedCredential | undefined])[]> =>
    [...(await store.entries(HELD))].map(([name, text]) => [name, decodeCacheRecord(text)?.credential]);
  return {
    async read(name) {
      const text = await store.read(HELD + name);
      return text && decodeCacheRecord(text)?.credential;
    },
    async replace(name, credential) {
      await store.write(HELD + name, encodeCacheRecord({ credential, supersededAt: undefined }));
      for (const [other, one] of await all()) {
        if (!one || !mayBeAlive(one, clock.read())) await store.erase(other);
      }
    },
    secrets: async () => (await all()).flatMap(([, one]) => (one ? [one.secret] : [])),
    async forget(secret) {
      for (const [name, one] of await all()) {
        if (one?.secret.equals(secret) === true) await store.erase(name);
      }
    },
  };
}
