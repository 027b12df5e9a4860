import type { MintedCredential } from "../core/credential.ts";
import { type Clock, freshForMs, freshnessOf } from "../core/lifetime.ts";
import type { Locks } from "../core/locks.ts";
import type { SecretStore } from "../core/secret-store.ts";
import { Secret } from "../core/secret.ts";
import type { CredentialCache } from "../credentials/inventory/credential-cache.ts";
import type { StoredCredential } from "../credentials/minting/cache-key.ts";
import type { Responses } from "../credentials/minting/ports.ts";
import { encodeCachedResponse } from "./shared/format.ts";

export interface PublishPorts {
  /** The private files that the launcher reads. Undefined if there are none. */
  readonly files: () => SecretStore | undefined;
  /** The credentials cached in the same folder. */
  readonly readCached: CredentialCache["read"];
  /**
   * The file name of the response for this environment and the registry that the address names, if it names one. Undefined if this
   * environment has no cached responses.
   */
  readonly fileName: (registry: string | undefined) => string | undefined;
  /** Whether this environment's requests for the registry get this credential. */
  readonly isStoredFor: (registry: string | undefined, stored: StoredCredential) => boolean;
  /** The part of the protocol's response that does not depend on the client's spelling. */
  readonly encodeLogin: (username: Secret, secret: Secret) => string;
  readonly locks: Locks;
  readonly commitLock: string;
  readonly clock: Clock;
}

/**
 * Publishes responses that the launcher may return without docr: for the registry's name, and for the host alone, if both get the same
 * credential. It must be fresh and cached in the same files. A credential minted with doctl's token is never published, because only docr
 * checks whether doctl's configuration has changed.
 */
export function createResponses(ports: PublishPorts): Responses {
  const isEligible = ({ credential }: StoredCredential): boolean =>
    credential.origin.kind !== "doctl" && freshnessOf(credential, ports.clock.read()) === "fresh";

  const fileNamesFor = (stored: StoredCredential): readonly string[] =>
    [...new Set([undefined, stored.credential.registry])]
      .filter((registry) => ports.isStoredFor(registry, stored))
      .flatMap((registry) => ports.fileName(registry) ?? []);

  const write = async (stored: StoredCredential): Promise<void> => {
    const { name, credential } = stored;
    const files = ports.files();
    const response = encodeFor(credential, ports.encodeLogin);
    const isCached = async (): Promise<boolean> =>
      (await ports.readCached(name))?.secret.equals(credential.secret) === true;
    if (!files || !response || !(await isCached())) return;
    for (const fileName of fileNamesFor(stored)) {
      await files.write(fileName, response);
      // If this process stood still before it wrote, another one may have taken the commit lock and replaced the credential.
      if (!(await isCached())) await files.erase(fileName);
    }
  };

  const isPublished = async (registry: string | undefined): Promise<boolean> => {
    const name = ports.fileName(registry);
    const files = ports.files();
    return !files || name === undefined || (await files.read(name)) !== undefined;
  };

  return {
    async publish(stored, { registry }) {
      if (!isEligible(stored) || (await neverThrow(isPublished(registry))) !== false) return;
      // Do not wait for the lock: the client is waiting, and the next `get` can publish the response too.
      using lock = await ports.locks.acquire(ports.commitLock, 0);
      if (lock) await neverThrow(write(stored));
    },
    async publishSaved(stored) {
      if (isEligible(stored)) await neverThrow(write(stored));
    },
  };
}

async function neverThrow<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch(() => undefined);
}

/** Returns undefined if the uptime at the mint is unknown: the launcher could not determine the credential's age. */
function encodeFor(
  { username, secret, mintedAt, lifetime }: MintedCredential,
  encode: PublishPorts["encodeLogin"],
): Secret | undefined {
  const { now, uptime } = mintedAt;
  if (uptime === undefined) return undefined;
  const freshMs = freshForMs({ mintedAt, lifetime });
  const times = { notBefore: now, until: now + freshMs, uptimeFrom: uptime, uptimeUntil: uptime + freshMs };
  return new Secret(encodeCachedResponse(times, encode(username, secret)));
}
