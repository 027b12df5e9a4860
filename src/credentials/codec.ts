/**
 * Encodes and decodes the records in the stores, as JSON. This is the only file of the domain that reveals a Secret. JSON escapes
 * control characters, which the Linux keychain needs: its strings end at a NUL. The field names are the storage format and must not
 * change.
 */
import type { Access, MintedCredential, TokenOrigin } from "../core/credential.ts";
import { isErrorCode } from "../core/error-catalog.ts";
import type { ErrorCode, FailedResponse } from "../core/errors.ts";
import { type JsonObject, isJsonObject, parseJsonObject } from "../core/json.ts";
import { type Dated, type Lifetime, limited, type Moment, msOf, UNLIMITED } from "../core/lifetime.ts";
import { Secret } from "../core/secret.ts";

/** A login that a client stored, unchanged. */
export interface Login {
  /** In the client's spelling. */
  readonly serverUrl: string;
  readonly username: string;
  readonly secret: Secret;
  /** Milliseconds since the epoch. Undefined for logins that older versions stored. */
  readonly storedAt?: number | undefined;
  /** Of a login for DigitalOcean's registry: base URL of the OAuth service that can revoke it. Older versions stored none. */
  readonly revokeAt?: string | undefined;
}

export function encodeLogin(login: Login): Secret {
  return new Secret(JSON.stringify({ ...login, secret: login.secret.reveal() }));
}

/** Returns undefined if the text is not a login that docr stored. */
export function decodeLogin(text: Secret): Login | undefined {
  const { serverUrl, username, secret, storedAt, revokeAt } = fieldsOf(text);
  if (typeof serverUrl !== "string" || typeof username !== "string" || typeof secret !== "string") return;
  const when = isMilliseconds(storedAt) ? { storedAt } : {};
  const where = typeof revokeAt === "string" ? { revokeAt } : {};
  return { serverUrl, username, secret: new Secret(secret), ...when, ...where };
}

/** A cached credential. */
export interface CacheRecord {
  readonly credential: MintedCredential;
  /** When docr superseded it. Undefined if docr still returns it. */
  readonly supersededAt: Moment | undefined;
}

export function encodeCacheRecord({ credential, supersededAt }: CacheRecord): Secret {
  const { username, secret, mintedAt, lifetime, origin, access, registry, revokeAt } = credential;
  return new Secret(
    JSON.stringify({
      minted: mintedAt,
      lifeMs: msOf(lifetime),
      access,
      from: origin.kind,
      registry,
      account: origin.kind === "environment" ? "" : origin.account,
      tokenDigest: origin.kind === "environment" ? origin.tokenDigest : undefined,
      sourceMark: origin.kind === "doctl" ? origin.fingerprint : undefined,
      revokeAt,
      username: username.reveal(),
      secret: secret.reveal(),
      replaced: supersededAt,
    }),
  );
}

/** Returns undefined if the text is not a complete record. docr treats that as missing. */
export function decodeCacheRecord(text: Secret): CacheRecord | undefined {
  const fields = fieldsOf(text);
  const { username, secret, lifeMs, access, from, registry, account, revokeAt } = fields;
  const mintedAt = momentOf(fields["minted"]);
  if (typeof username !== "string" || typeof secret !== "string" || typeof revokeAt !== "string") return;
  if (!mintedAt || !isMilliseconds(lifeMs) || !isAccess(access) || !isOriginKind(from)) return;
  if (registry !== undefined && typeof registry !== "string") return;
  if (typeof account !== "string") return;
  const origin = originOf(from, account, fields);
  if (!origin) return;
  const credential = {
    username: new Secret(username),
    secret: new Secret(secret),
    mintedAt,
    lifetime: limited(lifeMs),
    access,
    origin,
    registry,
    revokeAt,
  };
  return { credential, supersededAt: momentOf(fields["replaced"]) };
}

/** A credential as far as revoking it needs. */
export interface RevocableCredential extends Dated {
  readonly secret: Secret;
  /** Base URL of the OAuth service that can revoke it. */
  readonly revokeAt: string;
  /** Set for a login that a client stored: docr makes sure that it is not an API token before it revokes it. */
  readonly mayBeApiToken?: true;
}

/** Encodes them for the stdin of the background process that revokes them, one JSON object per line. */
export function encodeRevocables(credentials: readonly RevocableCredential[]): Secret {
  const lines = credentials.map(({ secret, revokeAt, mintedAt, lifetime, mayBeApiToken }) =>
    JSON.stringify({
      secret: secret.reveal(),
      revokeAt,
      minted: mintedAt,
      lifeMs: encodeLifetime(lifetime),
      mayBeApiToken,
    }),
  );
  return new Secret(lines.join("\n"));
}

/** Skips lines that are not complete records. */
export function decodeRevocables(text: Secret): readonly RevocableCredential[] {
  return text
    .reveal()
    .split("\n")
    .flatMap((line) => revocableIn(line) ?? []);
}

function revocableIn(line: string): RevocableCredential | undefined {
  const { secret, revokeAt, minted, lifeMs, mayBeApiToken } = parseJsonObject(line) ?? {};
  const mintedAt = momentOf(minted);
  const lifetime = lifetimeOf(lifeMs);
  if (typeof secret !== "string" || typeof revokeAt !== "string" || !mintedAt || !lifetime) return undefined;
  return {
    secret: new Secret(secret),
    revokeAt,
    mintedAt,
    lifetime,
    ...(mayBeApiToken === true && { mayBeApiToken }),
  };
}

/** The inventory's record of one credential, without its secret. */
export interface InventoryEntry extends Dated {
  readonly access: Access;
  readonly origin: TokenOrigin["kind"];
  readonly registry: string | undefined;
  /** Whether docr revoked it before it expired. */
  readonly revoked: boolean;
}

export function encodeInventoryEntry(entry: InventoryEntry): Secret {
  const { mintedAt, lifetime, access, origin, registry, revoked } = entry;
  const lifeMs = encodeLifetime(lifetime);
  return new Secret(JSON.stringify({ minted: mintedAt, lifeMs, access, from: origin, registry, revoked }));
}

/** Returns undefined if the text is not an entry that docr wrote. */
export function decodeInventoryEntry(text: Secret): InventoryEntry | undefined {
  const fields = fieldsOf(text);
  const { lifeMs, access, from, registry, revoked } = fields;
  const mintedAt = momentOf(fields["minted"]);
  const lifetime = lifetimeOf(lifeMs);
  if (!mintedAt || !lifetime || !isAccess(access) || !isOriginKind(from)) return;
  if (registry !== undefined && typeof registry !== "string") return;
  return { mintedAt, lifetime, access, origin: from, registry, revoked: revoked === true };
}

/** What DigitalOcean said about a login that docr did not mint. */
export interface LoginCheckRecord {
  readonly at: Moment;
  /** Undefined if docr has asked only when the login expires. */
  readonly verdict: LoginVerdict | undefined;
  /** Milliseconds since the epoch. Undefined if DigitalOcean did not say. */
  readonly expiresAt: number | undefined;
}

/** `unknown`: the registry did not say. */
export type LoginVerdict = "accepted" | "rejected" | "unknown";

export function encodeLoginCheck(check: LoginCheckRecord): Secret {
  return new Secret(JSON.stringify(check));
}

/** Returns undefined if the text is not a record that docr wrote. */
export function decodeLoginCheck(text: Secret): LoginCheckRecord | undefined {
  const fields = fieldsOf(text);
  const { verdict, expiresAt } = fields;
  const at = momentOf(fields["at"]);
  if (!at || !(verdict === undefined || isVerdict(verdict))) return;
  return { at, verdict, expiresAt: isMilliseconds(expiresAt) ? expiresAt : undefined };
}

/** The name of an account's only registry, and when the API said it. */
export interface RegistryNameRecord {
  readonly at: Moment;
  readonly registry: string;
}

export function encodeRegistryName(record: RegistryNameRecord): Secret {
  return new Secret(JSON.stringify(record));
}

/** Returns undefined if the text is not a record that docr wrote. */
export function decodeRegistryName(text: Secret): RegistryNameRecord | undefined {
  const { at: time, registry } = fieldsOf(text);
  const at = momentOf(time);
  return at && typeof registry === "string" ? { at, registry } : undefined;
}

/** A refusal of DigitalOcean's API. It contains no secret: an error's texts never do. */
export interface RefusalRecord {
  readonly at: Moment;
  /** How long docr does not ask again, in milliseconds. */
  readonly forMs: number;
  /** Of doctl's configuration, if the API token is from there. */
  readonly fingerprint: string | undefined;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | undefined;
  readonly response: FailedResponse | undefined;
}

export function encodeRefusal(refusal: RefusalRecord): Secret {
  return new Secret(JSON.stringify(refusal));
}

/** Returns undefined if the text is not a record that docr wrote. */
export function decodeRefusal(text: Secret): RefusalRecord | undefined {
  const { at: time, forMs, fingerprint, code, message, hint, response } = fieldsOf(text);
  const at = momentOf(time);
  if (!at || !isMilliseconds(forMs) || !isErrorCode(code) || typeof message !== "string") return;
  return {
    at,
    forMs,
    fingerprint: stringOf(fingerprint),
    code,
    message,
    hint: stringOf(hint),
    response: isJsonObject(response) ? responseOf(response) : undefined,
  };
}

function responseOf({
  status,
  requestId,
  retryAfterSeconds,
  apiMessage,
}: JsonObject): FailedResponse | undefined {
  if (typeof status !== "number") return undefined;
  return {
    status,
    requestId: stringOf(requestId),
    retryAfterSeconds: typeof retryAfterSeconds === "number" ? retryAfterSeconds : undefined,
    apiMessage: stringOf(apiMessage),
  };
}

function stringOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function encodeMoment(moment: Moment): Secret {
  return new Secret(JSON.stringify(moment));
}

export function decodeMoment(text: Secret): Moment | undefined {
  return momentOf(fieldsOf(text));
}

/** Returns undefined if a field has the wrong type. */
function originOf(
  kind: TokenOrigin["kind"],
  account: string,
  { tokenDigest, sourceMark = "" }: JsonObject,
): TokenOrigin | undefined {
  switch (kind) {
    case "environment":
      return tokenDigest === undefined || typeof tokenDigest === "string" ? { kind, tokenDigest } : undefined;
    case "keychain":
      return { kind, account };

    case "doctl":
      return typeof sourceMark === "string" ? { kind, account, fingerprint: sourceMark } : undefined;
  }
}

/** An unlimited lifetime is null in the text. */
function encodeLifetime(lifetime: Lifetime): number | null {
  return lifetime.kind === "limited" ? lifetime.ms : null;
}

function lifetimeOf(value: unknown): Lifetime | undefined {
  if (value === null) return UNLIMITED;
  return isMilliseconds(value) ? limited(value) : undefined;
}

function isVerdict(value: unknown): value is LoginVerdict {
  return value === "accepted" || value === "rejected" || value === "unknown";
}

function isAccess(value: unknown): value is Access {
  return value === "read-only" || value === "read-write";
}

/** Half of a Date's maximum, so that the sum of two is still a valid date. */
const LARGEST_MS = 4e15;

function isMilliseconds(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) <= LARGEST_MS;
}

function isOriginKind(value: unknown): value is TokenOrigin["kind"] {
  return value === "environment" || value === "keychain" || value === "doctl";
}

function momentOf(value: unknown): Moment | undefined {
  if (!isJsonObject(value)) return undefined;
  const { now, uptime } = value;
  if (!isMilliseconds(now)) return undefined;
  return { now, uptime: isMilliseconds(uptime) ? uptime : undefined };
}

function fieldsOf(text: Secret): JsonObject {
  return parseJsonObject(text.reveal()) ?? {};
}
