import type { MintedCredential } from "../core/credential.ts";
import { type Clock, freshForMs, freshnessOf } from "../core/lifetime.ts";
import type { Locks } from "../core/locks.ts";
import type { SecretStore } from "../core/secret-store.ts";
import { Secret } from "../core/secret.ts";
import type { CredentialCache } from "../credentials/inventory/credential-cache.ts";
import type { CacheKey } from "../credentials/minting/cache-key.ts";
import type { Responses } from "../credentials/minting/ports.ts";
import { encodeCachedResponse } from "./shared/format.ts";
import { CACHED_SERVER_URL } from "./shared/key.ts";

export interface PublishPorts {
  /** The private files that the launcher reads. Undefined if there are none. */
  readonly files: () => SecretStore | undefined;
  /** The credentials cached in the same folder. */
  readonly readCached: CredentialCache["read"];
  /** The file name for this environment. Undefined if this environment has no cached responses. */
  readonly fileName: () => string | undefined;
  /** The response of the protocol. */
  readonly encodeResponse: (serverUrl: string, username: Secret, secret: Secret) => string;
  readonly locks: Locks;
  readonly commitLock: string;
  readonly clock: Clock;
}

/**
 * Publishes responses that the launcher may return without docr. The request must name only the host, and the credential must be
 * fresh and cached in the same files. A credential minted with doctl's token is never published, because only docr checks whether
 * doctl's configuration has changed.
 */
export function createResponses(ports: PublishPorts): Responses {
  const isEligible = (credential: MintedCredential, serverUrl: string): boolean =>
    serverUrl === CACHED_SERVER_URL &&
    credential.origin.kind !== "doctl" &&
    freshnessOf(credential, ports.clock.read()) === "fresh";

  const write = async (key: CacheKey, credential: MintedCredential, serverUrl: string): Promise<void> => {
    const files = ports.files();
    const name = ports.fileName();
    const response = encodeFor(credential, serverUrl, ports.encodeResponse);
    if (!files || name === undefined || !response) return;
    const isCached = async (): Promise<boolean> =>
      (await ports.readCached(key.name))?.secret.equals(credential.secret) === true;
    if (!(await isCached())) return;
    await files.write(name, response);
    // If this process stood still before it wrote, another one may have taken the commit lock and replaced the credential.
    if (!(await isCached())) await files.erase(name);
  };

  const isPublished = async (): Promise<boolean> => {
    const name = ports.fileName();
    const files = ports.files();
    return !files || name === undefined || (await files.read(name)) !== undefined;
  };

  return {
    async publish(key, credential, serverUrl) {
      if (!isEligible(credential, serverUrl) || (await neverThrow(isPublished())) !== false) return;
      // Do not wait for the lock: the client is waiting, and the next `get` can publish the response too.
      using lock = await ports.locks.acquire(ports.commitLock, 0);
      if (lock) await neverThrow(write(key, credential, serverUrl));
    },
    async publishSaved(key, credential, serverUrl) {
      if (isEligible(credential, serverUrl)) await neverThrow(write(key, credential, serverUrl));
    },
  };
}

async function neverThrow<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch(() => undefined);
}

/** Returns undefined if the uptime at the mint is unknown: the launcher could not determine the credential's age. */
function encodeFor(
  { username, secret, mintedAt, lifetime }: MintedCredential,
  serverUrl: string,
  encode: PublishPorts["encodeResponse"],
): Secret | undefined {
  const { now, uptime } = mintedAt;
  if (uptime === undefined) return undefined;
  const freshMs = freshForMs({ mintedAt, lifetime });
  const times = { notBefore: now, until: now + freshMs, uptimeFrom: uptime, uptimeUntil: uptime + freshMs };
  return new Secret(encodeCachedResponse(times, encode(serverUrl, username, secret)));
}
