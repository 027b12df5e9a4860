/** What the API says about tokens, accounts and registries, for people to read. */
import type { Account, Registry, TokenDescription } from "../credentials/ports.ts";
import { isRegistryName } from "../core/address.ts";
import { isObject, malformed, parseObject } from "./responses.ts";

/** No name or address of an account comes near this. Characters. */
const LONGEST_TEXT = 200;
/** Control characters, and those that turn the direction of a line: a terminal would obey them. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** Of bytes and of seconds: moments so far ahead can still be shown. */
const LARGEST_NUMBER = 8e12;
const SCOPE = /^[A-Za-z0-9_-]{1,64}(?::[A-Za-z0-9_-]{1,64})?$/;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** `{"scopes":[…],"expires_in_seconds":…}` (GET /v1/oauth/token/info); null and 0 stand for never (doctl, do/oauth.go). */
export function parseTokenDescription(body: string): TokenDescription {
  const { scopes, expires_in_seconds: seconds } = parseObject(body);
  if (!Array.isArray(scopes)) throw malformed("no list of scopes");
  return {
    scopes: scopes.filter((scope): scope is string => typeof scope === "string" && SCOPE.test(scope)),
    expiresInSeconds: isNatural(seconds) && seconds > 0 ? seconds : undefined,
  };
}

/** `{"account":{"email":…,"status":…,"team":{"name":…}}}` (GET /v2/account). */
export function parseAccount(body: string): Account {
  const { account } = parseObject(body);
  if (!isObject(account)) throw malformed("no account");
  const email = textOf(account["email"]);
  if (email === undefined) throw malformed("an account without an address");
  const team = isObject(account["team"]) ? textOf(account["team"]["name"]) : undefined;
  return { email, team, status: textOf(account["status"]) ?? "unknown" };
}

/** `{"registries":[{"name":…,"region":…,…},…]}` (GET /v2/registries); null where the team has none. */
export function parseRegistries(body: string): Registry[] {
  const { registries } = parseObject(body);
  if (registries === null) return [];
  if (!Array.isArray(registries)) throw malformed("no list of registries");
  return registries.map((registry: unknown) => {
    const fields = isObject(registry) ? registry : {};
    const { name, region, created_at: created, storage_usage_bytes: bytes } = fields;
    if (typeof name !== "string" || !isRegistryName(name)) throw malformed("a registry without a name");
    return {
      name,
      region: textOf(region),
      createdAt: typeof created === "string" && TIMESTAMP.test(created) ? created : undefined,
      storageBytes: isNatural(bytes) ? bytes : undefined,
    };
  });
}

/** A whole number, and one that can be reckoned with. */
function isNatural(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= LARGEST_NUMBER;
}

/** Undefined where it is no text, or an empty one. */
function textOf(value: unknown): string | undefined {
  if (typeof value !== "string" || value === "") return undefined;
  return value.slice(0, LONGEST_TEXT).replace(UNPRINTABLE, "?");
}
