/** The interfaces that minting uses. */
import type { ApiToken } from "../../core/api-token.ts";
import type { Access, MintedCredential } from "../../core/credential.ts";
import type { Lifetime } from "../../core/lifetime.ts";
import type { RevocableCredential } from "../codec.ts";
import type { RegistryRequest, StoredCredential } from "./cache-key.ts";

export interface MintRequest {
  readonly token: ApiToken;
  /** A valid name. Undefined for the account's only registry, through the deprecated endpoint. */
  readonly registry: string | undefined;
  readonly access: Access;
  readonly lifetime: Lifetime;
}

/** The part of DigitalOcean's API that minting needs. Every method throws errors of the family "api". */
export interface MintApi {
  /** The names of the registries of the token's team, in the API's order. May be empty. */
  listRegistries(token: ApiToken): Promise<readonly string[]>;
  /** Each call creates one more token in the account, which stays there until it expires or docr revokes it. */
  mint(request: MintRequest): Promise<MintedCredential>;
}

/** Opens the API for calls that together take at most `budgetMs`. */
export type OpenMintApi = (budgetMs: number) => Promise<MintApi>;

/** Needs no settings: each credential contains the URL that revokes it. */
export interface Revoker {
  /** Idempotent: a credential that has expired or was revoked counts as revoked. Throws errors of the family "api". */
  revoke(credential: Pick<RevocableCredential, "secret" | "revokeAt">): Promise<void>;
}

/** Opens the revoker for calls that together take at most `budgetMs`. */
export type OpenRevoker = (budgetMs: number) => Promise<Revoker>;

/** Starts work in a separate process, so that no client waits for it. */
export interface Background {
  /** Starts a refresh for the server URL, unless one was started under `name` within the last 30 s. */
  refresh(name: string, serverUrl: string): void;
  revokeSuperseded(): void;
  /** Starts a process that receives the credentials on stdin and revokes them. Resolves when it has them. Never rejects. */
  revoke(credentials: readonly RevocableCredential[]): Promise<void>;
}

/** Publishes cached responses, which the launcher returns without docr. If the machine has no place for them, both methods do nothing. */
export interface Responses {
  /** For a credential from the cache. First acquires the commit lock, without waiting, and reads the cache again. Never throws. */
  publish(stored: StoredCredential, request: RegistryRequest): Promise<void>;
  /** For a credential that was just saved. The caller holds the commit lock. Never throws. */
  publishSaved(stored: StoredCredential): Promise<void>;
}

/** doctl's configuration as a source of API tokens. */
export interface DoctlTokens {
  /** Returns the context's token. An undefined context is the one that doctl has switched to. Throws `bad-api-token`. */
  find(context: string | undefined): Promise<ApiToken | undefined>;
  /** Identifies the current state of doctl's configuration. Undefined if there is none. */
  fingerprint(): string | undefined;
}
