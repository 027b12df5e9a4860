import type { ApiToken } from "../../core/api-token.ts";

/** DigitalOcean's API as far as it describes an API token. Every method throws errors of the family "api". */
export interface AccountApi {
  describeToken(token: ApiToken): Promise<TokenDescription>;
  /** Undefined where the token lacks the scope account:read. */
  describeAccount(token: ApiToken): Promise<Account | undefined>;
  /** The registries of the token's team, in the API's order. May be empty. */
  describeRegistries(token: ApiToken): Promise<readonly Registry[]>;
}

/** Texts from the API have no control characters. */
export interface TokenDescription {
  /** As the API names them: `registry:read`, or `read` and `write` for tokens without custom scopes. */
  readonly scopes: readonly string[];
  /** Counted from the response on. Undefined: the token never expires. */
  readonly expiresInSeconds: number | undefined;
}

export interface Account {
  readonly email: string;
  /** Undefined where the API names none. */
  readonly team: string | undefined;
  /** `active`, `warning` or `locked`, as the API has it. */
  readonly status: string;
}

/** A field that the API leaves out is undefined. */
export interface Registry {
  readonly name: string;
  readonly region: string | undefined;
  /** RFC 3339. */
  readonly createdAt: string | undefined;
  readonly storageBytes: number | undefined;
}
