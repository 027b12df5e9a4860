import type { Secret } from "../secret.ts";

/** What a credential may do at the registry. */
export type Access = "read-only" | "read-write";

/** A user name and password for a registry. The name is a Secret too: DigitalOcean may repeat the password there. */
export interface Credential {
  readonly username: Secret;
  readonly secret: Secret;
}

/** A credential that DigitalOcean made for us, with all that is needed to judge and to revoke it. */
export interface MintedCredential extends Credential {
  /** Milliseconds since the epoch, this machine's clock, when the request for it was sent. */
  readonly mintedAt: number;
  /** Milliseconds since the epoch. The API names no expiry: this is `mintedAt` plus what was asked for. */
  readonly expiresAt: number;
  readonly access: Access;
  /** The registry it was made for; undefined where the API was not to tell. */
  readonly registry: string | undefined;
  /** Where the API token came from: a new token in the keychain outdates what the old one made. */
  readonly from: "environment" | "keychain";
  /** Base URL where it can be revoked, so that it is never shown to another service than its maker. */
  readonly revokeAt: string;
}

const REPLACE_BEFORE_MS = 15 * 60 * 1000;
/** A clock may be corrected by a little at any time; more than this is a clock that was set back. */
const CLOCK_SLACK_MS = 60 * 1000;

/**
 * Whether the credential may still be handed out at `now` (milliseconds since the epoch). buildx holds on
 * to an answer for 10 minutes, so one with under 15 minutes left (half its life, where that is shorter)
 * is too old. One from the future means that the clock was set back: its expiry cannot be trusted.
 */
export function isFresh(credential: MintedCredential, now: number): boolean {
  const life = credential.expiresAt - credential.mintedAt;
  const left = credential.expiresAt - now;
  return now >= credential.mintedAt - CLOCK_SLACK_MS && left > Math.min(REPLACE_BEFORE_MS, life / 2);
}

/** Whether the registry may still accept it at `now`; when in doubt, yes: this decides what gets revoked. */
export function isAlive(credential: MintedCredential, now: number): boolean {
  return credential.expiresAt > now;
}
