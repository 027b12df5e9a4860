import type { ApiToken } from "../../core/api-token.ts";

/** The part of DigitalOcean's API that describes an API token. Every method throws errors of the family "api". */
export interface AccountApi {
  describeToken(token: ApiToken): Promise<TokenDescription>;
  /** Returns undefined if the token lacks the scope account:read. */
  describeAccount(token: ApiToken): Promise<Account | undefined>;
  /** The registries of the token's team, in the API's order. May be empty. */
  describeRegistries(token: ApiToken): Promise<readonly Registry[]>;
}

/** Texts from the API contain no control characters. */
export interface TokenDescription {
  /** The API's names: `registry:read`, for example, or `read` and `write` for tokens without custom scopes. */
  readonly scopes: readonly string[];
  /** Seconds after the response. Undefined if the token never expires. */
  readonly expiresInSeconds: number | undefined;
}

export interface Account {
  readonly email: string;
  /** Undefined if the API names none. */
  readonly team: string | undefined;
  /** The API's word: `active`, `warning` or `locked`. */
  readonly status: string;
}

/** A field is undefined if the API omits it. */
export interface Registry {
  readonly name: string;
  readonly region: string | undefined;
  /** RFC 3339. */
  readonly createdAt: string | undefined;
  readonly storageBytes: number | undefined;
}
