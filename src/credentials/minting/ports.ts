/** What minting needs from the outside. */
import type { ApiToken } from "../../core/api-token.ts";
import type { Access, MintedCredential } from "../../core/credential.ts";
import type { Lifetime } from "../../core/lifetime.ts";
import type { CacheKey } from "./cache-key.ts";

export interface MintRequest {
  readonly token: ApiToken;
  /** A name that passed the grammar. Undefined: the account's only registry, through the deprecated endpoint. */
  readonly registry: string | undefined;
  readonly access: Access;
  readonly lifetime: Lifetime;
}

/** DigitalOcean's API as far as minting needs it. Every method throws errors of the family "api". */
export interface MintApi {
  /** The names of the registries of the token's team, in the API's order. May be empty. */
  listRegistries(token: ApiToken): Promise<readonly string[]>;
  /** Each call leaves one more token in the account until it expires or docr revokes it. */
  mint(request: MintRequest): Promise<MintedCredential>;
}

/** Opens the API for calls that together take at most `budgetMs`. */
export type OpenMintApi = (budgetMs: number) => Promise<MintApi>;

/** Needs no settings: a credential says itself where it can be revoked. */
export interface Revoker {
  /** Idempotent: a credential that is dead already counts as revoked. Throws errors of the family "api". */
  revoke(credential: Pick<MintedCredential, "secret" | "revokeAt">): Promise<void>;
}

/** Opens the revocation for calls that together take at most `budgetMs`. */
export type OpenRevoker = (budgetMs: number) => Promise<Revoker>;

/** Work for a process of its own, so that no client waits for it. */
export interface Background {
  /** Starts a refresh for the server URL, unless one was started under `name` within the last 30 s. */
  refresh(name: string, serverUrl: string): void;
  revokeSuperseded(): void;
}

/** Cached responses, which the launcher answers without docr. Where the machine has no place for them, both methods do nothing. */
export interface Responses {
  /** For a credential found in the cache: takes the commit lock without waiting and reads the cache again first. Never throws. */
  publish(key: CacheKey, credential: MintedCredential, serverUrl: string): Promise<void>;
  /** For a credential just saved: the caller holds the commit lock. Never throws. */
  publishSaved(key: CacheKey, credential: MintedCredential, serverUrl: string): Promise<void>;
}

/** doctl's configuration as a source of API tokens. */
export interface DoctlTokens {
  /** The token of the named context; undefined names the context that doctl has switched to. Throws `bad-api-token`. */
  find(context: string | undefined): Promise<ApiToken | undefined>;
  /** Identifies the present state of doctl's configuration. Undefined where there is none. */
  fingerprint(): string | undefined;
}
