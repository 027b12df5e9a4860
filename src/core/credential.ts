import type { Secret } from "./secret.ts";

/** What a credential may do at the registry. */
export type Access = "read-only" | "read-write";

/** A user name and password for a registry. The name is a Secret too: DigitalOcean may repeat the password there. */
export interface Credential {
  readonly username: Secret;
  readonly secret: Secret;
}

/** Two clocks, read together. */
export interface Moment {
  /** Milliseconds since the epoch: may be set to anything at any time. */
  readonly now: number;
  /** Milliseconds since the machine started, sleep included, which nobody can set; undefined where it is not to be had. */
  readonly uptime: number | undefined;
}

/** A credential that DigitalOcean made for us, with all that is needed to judge and to revoke it. */
export interface MintedCredential extends Credential {
  /** When the request for it was sent. */
  readonly minted: Moment;
  /** How long it lives from then on, in milliseconds, Infinity for ever. The API names no expiry: this is what was asked for. */
  readonly lifeMs: number;
  readonly access: Access;
  /** The registry it was made for; undefined where the API was not to tell. */
  readonly registry: string | undefined;
  /** Where its API token came from; another token in the same place outdates it. */
  readonly from: TokenPlace;
  /** Which account there (see ApiToken); empty for the environment's token. */
  readonly account: string;
  /** The state of that place, where the token there can change behind our back (see ApiToken). */
  readonly sourceMark: string | undefined;
  /** Base URL where it can be revoked, so that it is never shown to another service than its maker. */
  readonly revokeAt: string;
}

/** The kinds of places where an API token is found. */
export type TokenPlace = "environment" | "keychain" | "doctl";

/**
 * What a kept credential is good for, by its age:
 * - `young`: answer it.
 * - `ageing`, from half its life on: answer it, and have it renewed meanwhile.
 * - `old`: replace it first, and answer it only if that fails. buildx holds on to an answer for 10 minutes, so
 *   this begins with 15 minutes left (half its life, where that is shorter).
 * - `dead`: expired, or of an age that the clocks do not agree on.
 */
export type Age = "young" | "ageing" | "old" | "dead";

const REPLACE_BEFORE_MS = 15 * 60 * 1000;
/** Clocks are corrected by a little all the time; more than this is a clock that was set back. */
const SLACK_MS = 60 * 1000;

export function ageOf(credential: MintedCredential, at: Moment): Age {
  const elapsed = elapsedMs(credential.minted, at);
  if (elapsed === undefined || elapsed >= credential.lifeMs) return "dead";
  const left = credential.lifeMs - elapsed;
  if (left <= Math.min(REPLACE_BEFORE_MS, credential.lifeMs / 2)) return "old";
  return elapsed >= credential.lifeMs / 2 ? "ageing" : "young";
}

/** Whether the registry may still accept it; when in doubt, yes: this decides what is to be revoked. */
export function mayBeAlive(credential: MintedCredential, at: Moment): boolean {
  const elapsed = elapsedMs(credential.minted, at);
  return elapsed === undefined || elapsed < credential.lifeMs;
}

/** For how long after the mint a credential is young, in milliseconds: nothing is to be done about it until then. */
export function youthMs(credential: MintedCredential): number {
  return Math.floor(credential.lifeMs / 2);
}

/** Milliseconds since the epoch by the wall clock, for people and for what may be off by a clock's correction; Infinity for never. */
export function expiryOf(credential: Pick<MintedCredential, "minted" | "lifeMs">): number {
  return credential.minted.now + credential.lifeMs;
}

/**
 * How long ago `then` was, the longer of what the clocks say; undefined where the wall clock was set back since,
 * so that nothing is known. The uptime starts anew with the machine and counts only within one start.
 */
export function elapsedMs(then: Moment, at: Moment): number | undefined {
  const wall = at.now - then.now;
  const isSameStart = at.uptime !== undefined && then.uptime !== undefined && at.uptime >= then.uptime;
  const awake = isSameStart ? at.uptime - then.uptime : 0;
  return wall < awake - SLACK_MS ? undefined : Math.max(wall, awake, 0);
}
