/**
 * What the stores keep, as text: the one file of the domain that opens a Secret, because a record leaves
 * for a store as a whole. JSON, so that every character survives: strings of the Linux keychain end at a NUL.
 */
import type { Access, MintedCredential, TokenOrigin } from "../core/credential.ts";
import { type Dated, limited, type Moment, msOf, UNLIMITED } from "../core/lifetime.ts";
import { Secret } from "../core/secret.ts";

/** A login that somebody stored, for any registry, exactly as it came. */
export interface Login {
  /** As the client spelled it. */
  readonly serverUrl: string;
  readonly username: string;
  readonly secret: Secret;
  /** When it was stored, in milliseconds since the epoch; undefined for records from before this was noted. */
  readonly storedAt?: number | undefined;
}

export function encodeLogin(login: Login): Secret {
  return new Secret(JSON.stringify({ ...login, secret: login.secret.reveal() }));
}

/** Undefined where the text is not a login of ours. */
export function decodeLogin(kept: Secret): Login | undefined {
  const { serverUrl, username, secret, storedAt } = fieldsOf(kept.reveal());
  if (typeof serverUrl !== "string" || typeof username !== "string" || typeof secret !== "string") return;
  const when = isMilliseconds(storedAt) ? { storedAt } : {};
  return { serverUrl, username, secret: new Secret(secret), ...when };
}

/** A minted credential in a store; `replaced` says since when another one is answered instead. */
export interface MintedRecord {
  readonly credential: MintedCredential;
  readonly replaced: Moment | undefined;
}

export function encodeMinted({ credential, replaced }: MintedRecord): Secret {
  const { username, secret, mintedAt, lifetime, origin, access, registry, revokeAt } = credential;
  return new Secret(
    JSON.stringify({
      minted: mintedAt,
      lifeMs: msOf(lifetime),
      access,
      from: origin.kind,
      registry,
      account: origin.kind === "environment" ? "" : origin.account,
      sourceMark: origin.kind === "doctl" ? origin.fingerprint : undefined,
      revokeAt,
      username: username.reveal(),
      secret: secret.reveal(),
      replaced,
    }),
  );
}

/** Undefined where the text is not a whole record of ours: then it counts as not there. */
export function decodeMinted(kept: Secret): MintedRecord | undefined {
  const fields = fieldsOf(kept.reveal());
  const { username, secret, lifeMs, access, from, registry, account, sourceMark, revokeAt } = fields;
  const minted = momentOf(fields["minted"]);
  if (typeof username !== "string" || typeof secret !== "string" || typeof revokeAt !== "string") return;
  if (!minted || !isMilliseconds(lifeMs) || !isAccess(access) || !isOriginKind(from)) return;
  if (registry !== undefined && typeof registry !== "string") return;
  if (typeof account !== "string") return;
  if (sourceMark !== undefined && typeof sourceMark !== "string") return;
  return {
    credential: {
      username: new Secret(username),
      secret: new Secret(secret),
      mintedAt: minted,
      lifetime: limited(lifeMs),
      access,
      origin: originOf(from, account, sourceMark),
      registry,
      revokeAt,
    },
    replaced: momentOf(fields["replaced"]),
  };
}

/** One line of the inventory: a credential that we minted, without any secret. */
export interface InventoryEntry extends Dated {
  readonly access: Access;
  readonly origin: TokenOrigin["kind"];
  readonly registry: string | undefined;
  /** Set when it was revoked before its time. */
  readonly revoked: boolean;
}

export function encodeInventoryEntry(entry: InventoryEntry): Secret {
  const { mintedAt, lifetime, access, origin, registry, revoked } = entry;
  // An unlimited lifetime is null in the text.
  const lifeMs = lifetime.kind === "limited" ? lifetime.ms : null;
  return new Secret(JSON.stringify({ minted: mintedAt, lifeMs, access, from: origin, registry, revoked }));
}

export function decodeInventoryEntry(kept: Secret): InventoryEntry | undefined {
  const fields = fieldsOf(kept.reveal());
  const { access, from, registry, revoked } = fields;
  const lifeMs = fields["lifeMs"];
  const minted = momentOf(fields["minted"]);
  if (!minted || !(lifeMs === null || isMilliseconds(lifeMs))) return;
  if (!isAccess(access) || !isOriginKind(from)) return;
  if (registry !== undefined && typeof registry !== "string") return;
  const lifetime = lifeMs === null ? UNLIMITED : limited(lifeMs);
  return { mintedAt: minted, lifetime, access, origin: from, registry, revoked: revoked === true };
}

export function encodeMoment(moment: Moment): Secret {
  return new Secret(JSON.stringify(moment));
}

export function decodeMoment(kept: Secret): Moment | undefined {
  return momentOf(fieldsOf(kept.reveal()));
}

function originOf(kind: TokenOrigin["kind"], account: string, fingerprint = ""): TokenOrigin {
  switch (kind) {
    case "environment":
      return { kind };
    case "keychain":
      return { kind, account };
    case "doctl":
      return { kind, account, fingerprint };
  }
}

function isAccess(value: unknown): value is Access {
  return value === "read-only" || value === "read-write";
}

/** Half of what a Date can hold: the sum of two can still be shown. */
const LARGEST_MS = 4e15;

function isMilliseconds(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) <= LARGEST_MS;
}

function isOriginKind(value: unknown): value is TokenOrigin["kind"] {
  return value === "environment" || value === "keychain" || value === "doctl";
}

function momentOf(value: unknown): Moment | undefined {
  if (typeof value !== "object" || value === null || !("now" in value)) return undefined;
  const uptime = "uptime" in value ? value.uptime : undefined;
  if (!isMilliseconds(value.now)) return undefined;
  return { now: value.now, uptime: typeof uptime === "number" ? uptime : undefined };
}

function fieldsOf(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return {};
  }
  return typeof value === "object" && value !== null ? { ...value } : {};
}
