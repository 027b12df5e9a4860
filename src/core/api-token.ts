import type { TokenOrigin } from "./credential.ts";
import { HelperError } from "./errors.ts";
import { Secret, type Sha256 } from "./secret.ts";

/** A DigitalOcean API token. */
export interface ApiToken {
  readonly secret: Secret;
  readonly origin: TokenOrigin;
  /** The origin, for display: a variable's name, "the keychain". */
  readonly source: string;
  /** The file of a token of another form, whose content changes often. Undefined for every other token. */
  readonly changingFile?: string | undefined;
}

/**
 * Identifies what the token may do, without revealing it: the SHA-256 of the token, which has 256 random bits. A token that changes often
 * is identified by its file instead.
 */
export function identityOf({ secret, changingFile }: ApiToken, sha256: Sha256): string {
  return changingFile === undefined ? secret.digest(sha256) : sha256(`file ${changingFile}`);
}

/** Where DigitalOcean creates and revokes API tokens. */
export const TOKENS_PAGE = "https://cloud.digitalocean.com/account/api/tokens";

/** `do?_v1_` and 64 hex digits (personal, OAuth access and later kinds), or 64 hex digits alone (legacy). */
const API_TOKEN = /^(?:do[a-z]_v1_)?[0-9a-f]{64}$/;

/** A token for a proxy in front of the API, such as a JSON web token. Neither a short password nor a truncated API token is one. */
const ANY_TOKEN = /^(?!do[a-z]_v1_)[\x21-\x7e]{20,16384}$/;

/** Matches a text that is or contains an API token. Hex digits without the prefix count only if they are the whole text: they may be a digest. */
const CONTAINS_API_TOKEN = /do[a-z]_v1_[0-9a-f]{64}|^[0-9a-f]{64}$/;

export function containsApiToken(text: string): boolean {
  return CONTAINS_API_TOKEN.test(text);
}

/** Whether the secret has an API token's format. A minted credential's secret may have the same format. */
export function hasApiTokenFormat(secret: Secret): boolean {
  return secret.matches(API_TOKEN);
}

/** Parses an API token that the user typed or set. Throws like `requireApiToken`. */
export function parseApiToken(text: string, origin: TokenOrigin, source: string, form?: TokenForm): ApiToken {
  return requireApiToken(new Secret(text), origin, source, { form });
}

/** `any`: for a proxy in front of the API, which decides which tokens it accepts. */
export type TokenForm = "digitalocean" | "any";

/**
 * Returns the secret as an API token, without surrounding white space. Throws `bad-api-token`, naming the source, if the text is
 * empty or has another format: it may be some other secret, and docr must not send that to the API.
 */
export function requireApiToken(
  found: Secret,
  origin: TokenOrigin,
  source: string,
  { form, ...options }: { readonly hint?: string; readonly form?: TokenForm | undefined } = {},
): ApiToken {
  const secret = found.trimmed();
  if (secret.matches(/^$/)) throw new HelperError("bad-api-token", `${source} is set but empty`, options);
  const isToken = hasApiTokenFormat(secret) || (form === "any" && secret.matches(ANY_TOKEN));
  if (!isToken) {
    throw new HelperError("bad-api-token", `${source} does not contain a DigitalOcean API token`, options);
  }
  return { secret, origin, source };
}
