/** When a credential was minted, how long it lives, and what its age means. */

/** Two clocks, read together. */
export interface Moment {
  /** Milliseconds since the epoch. This clock can jump at any time. */
  readonly now: number;
  /** Milliseconds since the machine started, including sleep. This clock cannot be set. Undefined if the platform has none. */
  readonly uptime: number | undefined;
}

/** This machine's clocks. */
export interface Clock {
  read(): Moment;
}

/** How long a credential lives after the mint, in milliseconds. */
export type Lifetime = { readonly kind: "limited"; readonly ms: number } | { readonly kind: "unlimited" };

export interface Dated {
  /** When docr sent the request for the credential. */
  readonly mintedAt: Moment;
  /** The lifetime that docr requested. DigitalOcean's API does not return the expiry. */
  readonly lifetime: Lifetime;
}

/**
 * What docr does with a cached credential:
 * - `fresh`: docr returns it.
 * - `refresh-due`, from about half its lifetime on: docr returns it and refreshes it in the background.
 * - `expiring`, in the last 15 minutes (or the second half of a shorter lifetime): docr replaces it first, and returns it only if
 *   that fails. buildx keeps a response for 10 minutes.
 * - `expired`: its lifetime is over, or its age is unknown because the wall clock was set back. docr does not return it.
 */
export type Freshness = "fresh" | "refresh-due" | "expiring" | "expired";

const REPLACE_BEFORE_MS = 15 * 60 * 1000;
/** The largest part of half a lifetime by which a credential is refreshed early. */
const EARLY = 0.2;
/** Clocks are often corrected slightly. A larger difference means that the clock was set back. */
const CLOCK_CORRECTION_MS = 60 * 1000;

export function limited(ms: number): Lifetime {
  return { kind: "limited", ms };
}

export const UNLIMITED: Lifetime = { kind: "unlimited" };

export function freshnessOf({ mintedAt, lifetime }: Dated, at: Moment): Freshness {
  const elapsed = elapsedMs(mintedAt, at);
  const lifetimeMs = msOf(lifetime);
  if (elapsed === undefined || elapsed >= lifetimeMs) return "expired";
  if (lifetimeMs - elapsed <= Math.min(REPLACE_BEFORE_MS, lifetimeMs / 2)) return "expiring";
  return elapsed >= freshForMs({ mintedAt, lifetime }) ? "refresh-due" : "fresh";
}

/** Whether the registry may still accept it. Returns true when in doubt, because docr revokes only what may be alive. */
export function mayBeAlive({ mintedAt, lifetime }: Dated, at: Moment): boolean {
  const elapsed = elapsedMs(mintedAt, at);
  return elapsed === undefined || elapsed < msOf(lifetime);
}

/** How long after the mint a credential stays fresh, in whole milliseconds: about half its lifetime. */
export function freshForMs({ mintedAt, lifetime }: Dated): number {
  return Math.floor((msOf(lifetime) / 2) * spreadOf(mintedAt));
}

/**
 * How long another program may use the credential before it asks docr again, in whole milliseconds: about half of the time that is left,
 * and not in the last 15 minutes. 0 if it must ask each time.
 */
export function holdForMs({ mintedAt, lifetime }: Dated, at: Moment): number {
  const leftMs = msOf(lifetime) - (elapsedMs(mintedAt, at) ?? Infinity);
  return Math.max(0, Math.floor(Math.min((leftMs / 2) * spreadOf(mintedAt), leftMs - REPLACE_BEFORE_MS)));
}

/** Milliseconds since the epoch, by the wall clock. Undefined if the credential never expires. */
export function expiresAt({ mintedAt, lifetime }: Dated): number | undefined {
  return lifetime.kind === "limited" ? mintedAt.now + lifetime.ms : undefined;
}

/**
 * A factor from 0.8 to 1 that belongs to the credential. Machines that minted at the same time therefore refresh at different times. The
 * milliseconds of the mint are as good as a random number, and no record has to contain one.
 */
function spreadOf({ now }: Moment): number {
  return 1 - (EARLY * (Math.abs(Math.floor(now)) % 1000)) / 1000;
}

/** Returns Infinity for an unlimited lifetime. */
export function msOf(lifetime: Lifetime): number {
  return lifetime.kind === "limited" ? lifetime.ms : Infinity;
}

/**
 * Returns how long ago `then` was: the longer of the two clocks' times. Returns undefined if the wall clock has been set back since
 * `then`, because the age is unknown. The uptime restarts with the machine, so it counts only within one boot.
 */
export function elapsedMs(then: Moment, at: Moment): number | undefined {
  const wall = at.now - then.now;
  const isSameBoot = at.uptime !== undefined && then.uptime !== undefined && at.uptime >= then.uptime;
  const awake = isSameBoot ? at.uptime - then.uptime : 0;
  return wall < awake - CLOCK_CORRECTION_MS ? undefined : Math.max(wall, awake, 0);
}
