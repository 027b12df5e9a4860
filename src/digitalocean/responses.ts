/**
 * Parses the responses of DigitalOcean's API. Each parser checks every field that it uses and throws `api-malformed` if one is not
 * as documented. Texts for users contain no control characters.
 */
import { isRegistryName, REGISTRY_HOST } from "../core/address.ts";
import type { Credential } from "../core/credential.ts";
import { HelperError } from "../core/errors.ts";
import { isJsonObject, parseJson, type JsonObject } from "../core/json.ts";
import { Secret } from "../core/secret.ts";
import type { Account, Registry, TokenDescription } from "../credentials/accounts/ports.ts";

/** Characters. Longer than any name or address of an account. */
const MAX_TEXT = 200;
/** Control characters, and characters that change the direction of text. A terminal would interpret them. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** The largest number of bytes or seconds. docr can still print a date that many seconds ahead. */
const MAX_NUMBER = 8e12;
const SCOPE = /^[A-Za-z0-9_-]{1,64}(?::[A-Za-z0-9_-]{1,64})?$/;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * `{"auths":{"registry.digitalocean.com":{"auth":BASE64}}}`, where `auth` is the base64 of `user:password`. The password may end with
 * a line break. Rejects an empty user name, and the user name `<token>`, because containerd would treat the password as an identity
 * token.
 */
export function parseDockerCredentials(body: string): Credential {
  const { auths } = parseBody(body);
  const entry = isJsonObject(auths) && Object.hasOwn(auths, REGISTRY_HOST) ? auths[REGISTRY_HOST] : undefined;
  if (!isJsonObject(entry)) throw malformed(`no credential for ${REGISTRY_HOST}`);
  const auth = entry["auth"];
  if (typeof auth !== "string" || !/^[A-Za-z0-9+/]+={0,2}$/.test(auth)) throw malformed("no auth in base64");
  const pair = Buffer.from(auth, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  const username = pair.slice(0, Math.max(colon, 0)).trim();
  const secret = pair.slice(colon + 1).trim();
  if (!isPrintable(username) || !isPrintable(secret) || username === "<token>") {
    throw malformed("an auth without user name and password");
  }
  return { username: new Secret(username), secret: new Secret(secret) };
}

/** `{"scopes":[…],"expires_in_seconds":…}` (GET /v1/oauth/token/info). null and 0 mean never (doctl, do/oauth.go). */
export function parseTokenDescription(body: string): TokenDescription {
  const { scopes, expires_in_seconds: seconds } = parseBody(body);
  if (!Array.isArray(scopes)) throw malformed("no list of scopes");
  return {
    scopes: scopes.filter((scope): scope is string => typeof scope === "string" && SCOPE.test(scope)),
    expiresInSeconds: isCount(seconds) && seconds > 0 ? seconds : undefined,
  };
}

/** `{"account":{"email":…,"status":…,"team":{"name":…}}}` (GET /v2/account). */
export function parseAccount(body: string): Account {
  const { account } = parseBody(body);
  if (!isJsonObject(account)) throw malformed("no account");
  const email = printableText(account["email"]);
  if (email === undefined) throw malformed("an account without an email address");
  const team = isJsonObject(account["team"]) ? printableText(account["team"]["name"]) : undefined;
  return { email, team, status: printableText(account["status"]) ?? "unknown" };
}

/** `{"registries":[{"name":…,"region":…,…},…]}` (GET /v2/registries); null if the team has none. */
export function parseRegistries(body: string): Registry[] {
  const { registries } = parseBody(body);
  if (registries === null) return [];
  if (!Array.isArray(registries)) throw malformed("no list of registries");
  return registries.map((registry: unknown) => {
    const fields = isJsonObject(registry) ? registry : {};
    const { name, region, created_at: created, storage_usage_bytes: bytes } = fields;
    if (typeof name !== "string" || !isRegistryName(name)) throw malformed("a registry without a valid name");
    return {
      name,
      region: printableText(region),
      createdAt: typeof created === "string" && TIMESTAMP.test(created) ? created : undefined,
      storageBytes: isCount(bytes) ? bytes : undefined,
    };
  });
}

function parseBody(body: string): JsonObject {
  const json = parseJson(body);
  if (!json) throw malformed("not valid JSON");
  if (!isJsonObject(json.value)) throw malformed("not a JSON object");
  return json.value;
}

function isPrintable(text: string): boolean {
  return /^[\x21-\x7e]{1,4096}$/.test(text);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= MAX_NUMBER;
}

/** Shortens the text and replaces control characters. Returns undefined if it is empty or not a string. */
export function printableText(value: unknown): string | undefined {
  if (typeof value !== "string" || value === "") return undefined;
  return value.slice(0, MAX_TEXT).replace(UNPRINTABLE, "?");
}

function malformed(what: string): HelperError {
  return new HelperError("api-malformed", `DigitalOcean's API sent an invalid response: ${what}`);
}
