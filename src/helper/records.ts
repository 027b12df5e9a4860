/**
 * What the stores keep, as text: the one file of the domain that opens a Secret, because a record leaves
 * for a store as a whole. JSON, so that every character survives: strings of the Linux keychain end at a NUL.
 */
import type { MintedCredential } from "../registry/credential.ts";
import { Secret } from "../secret.ts";

/** A login that somebody stored, for any registry, exactly as it came. */
export interface Login {
  /** As the client spelled it. */
  readonly serverUrl: string;
  readonly username: string;
  readonly secret: Secret;
}

export function encodeLogin(login: Login): Secret {
  return new Secret(JSON.stringify({ ...login, secret: login.secret.reveal() }));
}

/** Undefined where the text is not a login of ours. */
export function decodeLogin(kept: Secret): Login | undefined {
  const { serverUrl, username, secret } = fieldsOf(kept);
  if (typeof serverUrl !== "string" || typeof username !== "string" || typeof secret !== "string") return;
  return { serverUrl, username, secret: new Secret(secret) };
}

export function encodeMinted(minted: MintedCredential): Secret {
  const { username, secret, registry, ...plain } = minted;
  return new Secret(
    JSON.stringify({ ...plain, registry, username: username.reveal(), secret: secret.reveal() }),
  );
}

/** Undefined where the text is not a whole record of ours: then it counts as not there. */
export function decodeMinted(kept: Secret): MintedCredential | undefined {
  const { username, secret, mintedAt, expiresAt, access, from, registry, revokeAt } = fieldsOf(kept);
  if (typeof username !== "string" || typeof secret !== "string" || typeof revokeAt !== "string") return;
  if (typeof mintedAt !== "number" || typeof expiresAt !== "number") return;
  if (access !== "read-only" && access !== "read-write") return;
  if (from !== "environment" && from !== "keychain") return;
  if (registry !== undefined && typeof registry !== "string") return;
  return {
    username: new Secret(username),
    secret: new Secret(secret),
    mintedAt,
    expiresAt,
    access,
    from,
    registry,
    revokeAt,
  };
}

function fieldsOf(kept: Secret): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(kept.reveal());
  } catch {
    return {};
  }
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** A mark keeps no secret: only until when, in milliseconds since the epoch. */
export function encodeMark(expiresAt: number): Secret {
  return new Secret(String(expiresAt));
}

/** The time of a mark; 0, long past, where the text is none. */
export function decodeMark(kept: Secret): number {
  return Number(kept.reveal()) || 0;
}
