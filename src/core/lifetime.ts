/** When a credential was minted, how long it lives, and what its age means. */

/** Two clocks, read together. */
export interface Moment {
  /** Milliseconds since the epoch. The user may set this clock to anything at any time. */
  readonly now: number;
  /** Milliseconds since the machine started, sleep included. Cannot be set. Undefined where the platform has no such clock. */
  readonly uptime: number | undefined;
}

/** This machine's clocks. */
export interface Clock {
  read(): Moment;
}

/** How long a credential lives after the mint, in milliseconds. */
export type Lifetime = { readonly kind: "limited"; readonly ms: number } | { readonly kind: "unlimited" };

export interface Dated {
  /** When the request for it was sent. */
  readonly mintedAt: Moment;
  /** DigitalOcean's API names no expiry: this is the lifetime that docr asked for. */
  readonly lifetime: Lifetime;
}

/**
 * What docr does with a cached credential:
 * - `fresh`: answer it.
 * - `refresh-due`, from half its lifetime on: answer it, and refresh it in the background.
 * - `expiring`, with 15 minutes left (half its lifetime, where that is shorter): replace it first, and answer it only if
 *   that fails. buildx keeps an answer for 10 minutes.
 * - `expired`: at the end of its lifetime, or when its age is unknown because the wall clock was set back.
 */
export type Freshness = "fresh" | "refresh-due" | "expiring" | "expired";

const REPLACE_BEFORE_MS = 15 * 60 * 1000;
/** Clocks are corrected by a little all the time. More than this is a clock that was set back. */
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
  return elapsed >= lifetimeMs / 2 ? "refresh-due" : "fresh";
}

/** Whether the registry may still accept it. When in doubt, yes: this decides what docr revokes. */
export function mayBeAlive({ mintedAt, lifetime }: Dated, at: Moment): boolean {
  const elapsed = elapsedMs(mintedAt, at);
  return elapsed === undefined || elapsed < msOf(lifetime);
}

/** How long after the mint a credential stays fresh, in whole milliseconds. */
export function freshForMs({ lifetime }: Dated): number {
  return Math.floor(msOf(lifetime) / 2);
}

/** By the wall clock, in milliseconds since the epoch; undefined for a credential that never expires. */
export function expiresAt({ mintedAt, lifetime }: Dated): number | undefined {
  return lifetime.kind === "limited" ? mintedAt.now + lifetime.ms : undefined;
}

/** Infinity for an unlimited lifetime. */
export function msOf(lifetime: Lifetime): number {
  return lifetime.kind === "limited" ? lifetime.ms : Infinity;
}

/**
 * How long ago `then` was: the longer of what the two clocks say. Undefined where the wall clock was set back since,
 * because then the age is unknown. The uptime restarts with the machine and counts only within one start.
 */
export function elapsedMs(then: Moment, at: Moment): number | undefined {
  const wall = at.now - then.now;
  const isSameStart = at.uptime !== undefined && then.uptime !== undefined && at.uptime >= then.uptime;
  const awake = isSameStart ? at.uptime - then.uptime : 0;
  return wall < awake - CLOCK_CORRECTION_MS ? undefined : Math.max(wall, awake, 0);
}
