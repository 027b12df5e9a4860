import type { ApiToken } from "../registry/api-token.ts";

/** What may be minted: `auto` asks for read-write and takes read-only where the token allows no more. */
export type AccessSetting = "read-only" | "read-write" | "auto";

/** Everything that the environment decides about a `get` for our host. */
export interface Settings {
  /** Base URL of the API, no slash at the end. */
  readonly apiUrl: string;
  /** Base URL of the OAuth endpoints (revoking), no slash at the end. */
  readonly oauthUrl: string;
  /** From the environment; undefined where it is for the keychain to say. */
  readonly apiToken: ApiToken | undefined;
  /** DOCR_REGISTRY, a name that passed the grammar. A path in the address wins over it. */
  readonly registry: string | undefined;
  readonly access: AccessSetting;
  /** Life of a minted credential in seconds, 60 to 2,592,000. */
  readonly ttlSeconds: number;
  readonly cache: CacheSetting;
}

/** Where minted credentials are kept; undefined leaves it to the platform. */
export type CacheSetting = "runtime" | "keychain" | "none" | undefined;
