import { HelperError } from "./errors.ts";
import { Secret } from "./secret.ts";
import type { TokenPlace } from "./credential.ts";

/** A DigitalOcean API token and where it was found. */
export interface ApiToken {
  readonly secret: Secret;
  readonly from: TokenPlace;
  /** Which of the place's accounts it is, where it has several (credentials/minting/cache-key.ts); empty for the environment's. */
  readonly account?: string;
  /** The place in words that may be shown: a variable's name, "the keychain". */
  readonly source: string;
  /** A digest of the place's state, where others change it behind our back: another state, maybe another token. */
  readonly mark?: string;
}

/** Personal, OAuth access and later kinds (`do?_v1_` and 64 hex digits), and the legacy 64 hex digits alone. */
const SHAPE = /^(?:do[a-z]_v1_)?[0-9a-f]{64}$/;

/** Whether the secret has an API token's shape. A minted credential's secret can have it too. */
export function hasApiTokenShape(secret: Secret): boolean {
  return secret.matches(SHAPE);
}

/**
 * The API token in `text`, white space around it dropped. `source` is the place in words that may be shown.
 * Throws `bad-api-token`, naming the place, where it is empty or has not a token's shape: sending it would only
 * turn a typing error into a refusal, and might show some other secret to the API.
 */
export function parseApiToken(text: string, from: TokenPlace, source: string): ApiToken {
  const secret = new Secret(text.trim());
  if (secret.matches(/^$/)) throw new HelperError("bad-api-token", `${source} is set but empty`);
  if (!hasApiTokenShape(secret)) {
    throw new HelperError("bad-api-token", `${source} does not hold a DigitalOcean API token`);
  }
  return { secret, from, source };
}
