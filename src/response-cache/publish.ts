import type { SecretStore } from "../core/secret-store.ts";
import { encodeGetAnswer } from "../protocol/responses.ts";
import { type MintedCredential } from "../core/credential.ts";
import { freshForMs } from "../core/lifetime.ts";
import { Secret } from "../core/secret.ts";
import { encodeCachedResponse } from "./shared/format.ts";

const WARM = "warm-";

/** A store that drops every finished answer when one of the credentials they were made of changes. */
export function droppingWarmAnswers(
  store: SecretStore,
  isCredential: (name: string) => boolean,
): SecretStore {
  const drop = async (name: string): Promise<void> => {
    if (!isCredential(name)) return;
    for (const warm of (await store.entries(WARM)).keys()) await store.erase(warm);
  };
  return {
    ...store,
    // Before: an answer must never outlive its credential, whatever happens in between.
    async write(name, value) {
      await drop(name);
      await store.write(name, value);
    },
    async erase(name) {
      await drop(name);
      return store.erase(name);
    },
  };
}

/** The file's text for a credential that is young now; undefined where the uptime is not known. */
export function encodeWarmAnswer(serverUrl: string, credential: MintedCredential): Secret | undefined {
  const { now, uptime } = credential.mintedAt;
  if (uptime === undefined) return undefined;
  const until = freshForMs(credential);
  const times = { notBefore: now, until: now + until, uptimeFrom: uptime, uptimeUntil: uptime + until };
  const { username, secret } = credential;
  return new Secret(encodeCachedResponse(times, encodeGetAnswer(serverUrl, username, secret)));
}
