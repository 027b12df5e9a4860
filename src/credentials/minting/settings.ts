import type { ApiToken } from "../../core/api-token.ts";

/** What may be minted: `auto` asks for read-write and takes read-only where the token allows no more. */
export type AccessSetting = "read-only" | "read-write" | "auto";

/** Where minted credentials are kept; undefined leaves it to the machine. */
export type CacheSetting = "runtime" | "keychain" | "none" | undefined;

/** Everything that the environment and the config file decide about a `get` for our host. */
export interface Settings {
  /** Base URL of the API, no slash at the end. */
  readonly apiUrl: string;
  /** Base URL of the OAuth endpoints (revoking), no slash at the end. */
  readonly oauthUrl: string;
  /** From the environment; undefined where it is for the keychain or doctl's config to say. */
  readonly apiToken: ApiToken | undefined;
  /** DOCR_REGISTRY, a name that passed the grammar. A path in the address wins over it. */
  readonly registry: string | undefined;
  /** Which named account to use where the registry's name decides nothing. */
  readonly context: string | undefined;
  /** Which named account a registry belongs to, by the registry's name. */
  readonly contexts: Readonly<Record<string, string>>;
  /** Which store the accounts' tokens are in, kind and place: the same account's name elsewhere is another account. */
  readonly storeId: string;
  readonly access: AccessSetting;
  /** Life of a minted credential in seconds, 60 to 2,592,000. */
  readonly ttlSeconds: number;
  readonly cache: CacheSetting;
}
