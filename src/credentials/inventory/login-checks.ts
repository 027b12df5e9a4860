import type { SecretStore } from "../../core/secret-store.ts";
import type { Secret, Sha256 } from "../../core/secret.ts";
import { decodeLoginCheck, encodeLoginCheck, type LoginCheckRecord } from "../codec.ts";

/** The prefix of these records. The secret's digest follows. */
const CHECK = "login-check-";

/** Remembers what DigitalOcean said about a login that docr did not mint, by the digest of its secret. */
export interface LoginChecks {
  read(secret: Secret): Promise<LoginCheckRecord | undefined>;
  write(secret: Secret, check: LoginCheckRecord): Promise<void>;
  clear(): Promise<void>;
}

export function createLoginChecks(store: SecretStore, sha256: Sha256): LoginChecks {
  return {
    async read(secret) {
      const text = await store.read(CHECK + secret.digest(sha256));
      return text && decodeLoginCheck(text);
    },
    write: (secret, check) => store.write(CHECK + secret.digest(sha256), encodeLoginCheck(check)),
    async clear() {
      for (const name of (await store.entries(CHECK)).keys()) await store.erase(name);
    },
  };
}
