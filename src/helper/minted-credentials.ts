import { isAlive, type MintedCredential } from "../registry/credential.ts";
import type { Secret } from "../secret.ts";
import type { Sha256 } from "./entry-key.ts";
import type { Clock, SecretStore } from "./ports.ts";
import { decodeMark, decodeMinted, encodeMark, encodeMinted } from "./records.ts";

const CREDENTIAL = "minted-";
const MARK = "digest-";

/** What we minted and kept in one store, and the marks by which we know our own secrets again. */
export interface MintedCredentials {
  /** Undefined where nothing usable is kept; it may be dead. */
  read(key: string): Promise<MintedCredential | undefined>;
  write(key: string, credential: MintedCredential): Promise<void>;
  /** Forgets the credentials that `which` picks and returns those that the registry may still accept. */
  forget(which: (credential: MintedCredential) => boolean): Promise<readonly MintedCredential[]>;
  /**
   * Notes that we minted this secret, for as long as it lives: docker stores back what `get` answered
   * (docker/cli, `docker login` without a user), and a minted secret can have an API token's shape. The
   * mark is a digest and never a secret. Marks of dead secrets are dropped on the way.
   */
  remember(credential: MintedCredential): Promise<void>;
  isOurs(secret: Secret): Promise<boolean>;
}

export function createMintedCredentials(store: SecretStore, clock: Clock, sha256: Sha256): MintedCredentials {
  return {
    async read(key) {
      const kept = await store.read(CREDENTIAL + key);
      return kept && decodeMinted(kept);
    },
    write: (key, credential) => store.write(CREDENTIAL + key, encodeMinted(credential)),
    async forget(which) {
      const alive: MintedCredential[] = [];
      for (const [name, kept] of await store.entries(CREDENTIAL)) {
        const credential = decodeMinted(kept);
        if (credential && !which(credential)) continue;
        await store.erase(name);
        if (credential && isAlive(credential, clock.now())) alive.push(credential);
      }
      return alive;
    },
    async remember(credential) {
      await store.write(MARK + credential.secret.digest(sha256), encodeMark(credential.expiresAt));
      for (const [name, until] of await store.entries(MARK)) {
        if (decodeMark(until) <= clock.now()) await store.erase(name);
      }
    },
    async isOurs(secret) {
      const until = await store.read(MARK + secret.digest(sha256));
      return until !== undefined && decodeMark(until) > clock.now();
    },
  };
}
