import type { TokenOrigin } from "./credential.ts";
import { HelperError } from "./errors.ts";
import { Secret } from "./secret.ts";

/** A DigitalOcean API token. */
export interface ApiToken {
  readonly secret: Secret;
  readonly origin: TokenOrigin;
  /** The origin in words that docr may print: a variable's name, "the keychain". */
  readonly source: string;
}

/** Personal, OAuth access and later kinds (`do?_v1_` and 64 hex digits), and the legacy 64 hex digits alone. */
const API_TOKEN = /^(?:do[a-z]_v1_)?[0-9a-f]{64}$/;

/** Whether the secret has an API token's format. The secret of a minted credential can have it too. */
export function hasApiTokenFormat(secret: Secret): boolean {
  return secret.matches(API_TOKEN);
}

/**
 * The API token in `text`, without surrounding white space. Throws `bad-api-token`, naming the source, where it is empty
 * or has another format: sending it would turn a typing error into a rejection, and could show another secret to the API.
 */
export function parseApiToken(text: string, origin: TokenOrigin, source: string): ApiToken {
  const secret = new Secret(text.trim());
  if (secret.matches(/^$/)) throw new HelperError("bad-api-token", `${source} is set but empty`);
  if (!hasApiTokenFormat(secret)) {
    throw new HelperError("bad-api-token", `${source} does not hold a DigitalOcean API token`);
  }
  return { secret, origin, source };
}
