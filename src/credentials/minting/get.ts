/** How docr answers a `get` for DigitalOcean's registry: from the cache, or with a mint. The whole pipeline is here. */
import type { MintedCredential } from "../../core/credential.ts";
import { traitsOf } from "../../core/error-catalog.ts";
import { type HelperError, isHelperError } from "../../core/errors.ts";
import { type Clock, expiresAt, freshnessOf } from "../../core/lifetime.ts";
import type { Locks, SharedFailures } from "../../core/locks.ts";
import type { Reporter } from "../../core/reporter.ts";
import type { Revocation } from "../revocation.ts";
import type { CacheKey, RegistryRequest } from "./cache-key.ts";
import type { Cached, Lookup } from "./lookup.ts";
import type { Minter } from "./mint.ts";
import type { Background, Responses } from "./ports.ts";
import type { Refusals } from "./refusals.ts";
import type { Saver } from "./save.ts";

/** Time limit of a mint that the client waits for. It is shorter than the time limit of the whole response. */
const LONG_MS = 18_000;
/** Time limit for replacing a credential that is still valid. */
const SHORT_MS = 5_000;
/** Minimum time for the API calls of a process that has waited for another one. */
const LEAST_MS = 1_000;

export interface GetSteps {
  readonly keyOf: (request: RegistryRequest) => CacheKey;
  readonly lookup: Lookup;
  readonly locks: Locks;
  readonly failures: SharedFailures;
  readonly refusals: Refusals;
  readonly minter: Minter;
  readonly saver: Saver;
  readonly revocation: Revocation;
  readonly responses: Responses;
  readonly background: Background;
  readonly reporter: Reporter;
  readonly clock: Clock;
  /** Milliseconds of the monotonic clock. */
  readonly monotonicMs: () => number;
}

/** Returns undefined if there is no API token. `limitMs` limits a mint further, for a caller that waits less time than a client. */
export async function getCredential(
  request: RegistryRequest,
  steps: GetSteps,
  limitMs?: number,
): Promise<MintedCredential | undefined> {
  const key = steps.keyOf(request);
  const cached = await steps.lookup.find(key);
  if (cached?.freshness !== "fresh" && cached?.freshness !== "refresh-due") {
    return replaceCredential(request, key, cached, steps, limitMs);
  }
  const { credential, freshness } = cached;
  if (freshness === "refresh-due") steps.background.refresh(cached.name, request.serverUrl);
  steps.reporter.trace("cached", { freshness, access: credential.access, registry: credential.registry });
  if (freshness === "fresh") await steps.responses.publish(cached, request);
  return credential;
}

/**
 * Mints a replacement. Returns undefined if there is no API token. If several processes need one, one of them mints, and the others
 * return its credential or fail with its error. Fails with a remembered refusal without asking DigitalOcean again. In an outage, returns
 * `cached` if it is still valid.
 */
export async function replaceCredential(
  request: RegistryRequest,
  key: CacheKey,
  cached: Cached | undefined,
  steps: GetSteps,
  limitMs = LONG_MS,
): Promise<MintedCredential | undefined> {
  const isStillValid = (): boolean =>
    cached !== undefined && freshnessOf(cached.credential, steps.clock.read()) !== "expired";
  const totalMs = isStillValid() ? Math.min(SHORT_MS, limitMs) : limitMs;
  const started = steps.monotonicMs();
  const findTheirs = async (): Promise<MintedCredential | undefined> => {
    const theirs = await steps.lookup.find(key);
    if (!theirs || !isNewer(theirs, cached)) return undefined;
    const { access, registry } = theirs.credential;
    steps.reporter.trace("waited", { access, registry });
    await steps.responses.publish(theirs, request);
    return theirs.credential;
  };
  const refusal = await steps.refusals.find(key);
  using lock = refusal ? undefined : await steps.locks.acquire(key.sharedName, totalMs);
  try {
    if (refusal) throw refusal;
    const theirs = await findTheirs();
    if (theirs) return theirs;
    if (lock?.waitedSince !== undefined) await steps.failures.rethrow(key.name, lock.waitedSince);
    const budgetMs = Math.max(totalMs - (steps.monotonicMs() - started), LEAST_MS);
    // Try twice: if the user logs in while the first mint runs, mint again with the new token.
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const minted = await steps.minter.mint(key, cached?.credential, budgetMs);
      if (!minted) return undefined;
      // If this process was stopped, another one may have taken the lock and minted.
      const newer = lock?.isHeld() === false ? await findTheirs() : undefined;
      if (newer) {
        // Both may have found the credential that a path had cached.
        if (!newer.secret.equals(minted.credential.secret))
          await steps.revocation.revoke([minted.credential]);
        return newer;
      }
      if ((await steps.saver.save(key, minted)) === "saved") {
        if (await steps.revocation.isDue()) steps.background.revokeSuperseded();
        return minted.credential;
      }
      await steps.revocation.revoke([minted.credential]);
    }
    return undefined;
  } catch (error) {
    if (!isHelperError(error)) throw error;
    steps.reporter.trace("refused", { code: error.code });
    const newer = lock?.isHeld() === false ? await findTheirs() : undefined;
    if (newer) return newer;
    if (!cached || !isStillValid() || !traitsOf(error).outage) throw error;
    steps.reporter.warn(describeBridged(error, cached.credential));
    return cached.credential;
  }
}

/** Whether another process has replaced `mine` while this process waited. */
function isNewer(theirs: Cached, mine: Cached | undefined): boolean {
  if (theirs.freshness === "fresh") return true;
  const isSame = mine?.credential.secret.equals(theirs.credential.secret) === true;
  return theirs.freshness === "refresh-due" && !isSame;
}

function describeBridged({ message }: HelperError, credential: MintedCredential): string {
  const until = new Date(expiresAt(credential) ?? 0).toISOString();
  return `${message}; using the cached credential, which is valid until ${until}`;
}
