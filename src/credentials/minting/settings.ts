import type { ApiToken } from "../../core/api-token.ts";
import type { Lifetime } from "../../core/lifetime.ts";

/** The access that docr requests. `auto` requests read-write, and read-only if the token allows no more. */
export type AccessSetting = "read-only" | "read-write" | "auto";

/** Where docr caches minted credentials. If undefined, docr chooses a place that this machine has. */
export type CacheSetting = "runtime" | "keychain" | "none" | undefined;

/** The settings for DigitalOcean's registry, from the environment and the configuration file. */
export interface RegistrySettings {
  /** Base URL of the API, without a trailing slash. */
  readonly apiUrl: string;
  /** Base URL of the OAuth endpoints (revocation), without a trailing slash. */
  readonly oauthUrl: string;
  /** The environment's API token. Undefined if it is in the store or in doctl's configuration. */
  readonly apiToken: ApiToken | undefined;
  /** DOCR_REGISTRY, a valid name. A path in the address takes precedence. */
  readonly registry: string | undefined;
  /** The account to use if `contexts` has none for the registry. */
  readonly context: string | undefined;
  /** Accounts by the names of their registries. */
  readonly contexts: Readonly<Record<string, string>>;
  /** Identifies the store of the accounts' tokens. The same account name in another store is another account. */
  readonly storeId: string;
  readonly access: AccessSetting;
  /** DOCR_TTL: 60 s to 30 days. */
  readonly lifetime: Lifetime;
  readonly cache: CacheSetting;
}
