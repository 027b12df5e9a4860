import { type Clock, elapsedMs } from "../../core/lifetime.ts";
import type { SecretStore } from "../../core/secret-store.ts";
import type { Secret, Sha256 } from "../../core/secret.ts";
import { decodeMoment, encodeMoment } from "../codec.ts";

const READ_ONLY = "read-only-";
/** After a day, docr requests read-write access again: the user may have added scopes to the API token. */
const VALID_MS = 24 * 3600 * 1000;

/** Remembers which API tokens can mint only read-only credentials, so that docr does not request more at every refresh. */
export interface AccessHints {
  isReadOnly(token: Secret): Promise<boolean>;
  setReadOnly(token: Secret): Promise<void>;
  clear(): Promise<void>;
}

export function createAccessHints(store: SecretStore, clock: Clock, sha256: Sha256): AccessHints {
  return {
    async isReadOnly(token) {
      const text = await store.read(READ_ONLY + token.digest(sha256));
      const since = text && decodeMoment(text);
      const elapsed = since && elapsedMs(since, clock.read());
      return elapsed !== undefined && elapsed < VALID_MS;
    },
    setReadOnly: (token) => store.write(READ_ONLY + token.digest(sha256), encodeMoment(clock.read())),
    async clear() {
      for (const name of (await store.entries(READ_ONLY)).keys()) await store.erase(name);
    },
  };
}
