import type { ApiToken } from "../../core/api-token.ts";
import type { Lifetime } from "../../core/lifetime.ts";

/** What docr mints. `auto` asks for read-write, and takes read-only where the token allows no more. */
export type AccessSetting = "read-only" | "read-write" | "auto";

/** Where docr caches minted credentials. Undefined: the machine decides. */
export type CacheSetting = "runtime" | "keychain" | "none" | undefined;

/** What the environment and the configuration file say about a `get` for DigitalOcean's registry. */
export interface RegistrySettings {
  /** Base URL of the API, without a slash at the end. */
  readonly apiUrl: string;
  /** Base URL of the OAuth endpoints (revocation), without a slash at the end. */
  readonly oauthUrl: string;
  /** From the environment. Undefined: the store or doctl's configuration holds it. */
  readonly apiToken: ApiToken | undefined;
  /** DOCR_REGISTRY, a name that passed the grammar. A path in the address wins over it. */
  readonly registry: string | undefined;
  /** The account to use where the registry's name decides nothing. */
  readonly context: string | undefined;
  /** Accounts by the names of their registries. */
  readonly contexts: Readonly<Record<string, string>>;
  /** The kind and place of the store that holds the accounts' tokens: the same account name in another store is another account. */
  readonly storeId: string;
  readonly access: AccessSetting;
  /** DOCR_TTL: 60 s to 30 days. */
  readonly lifetime: Lifetime;
  readonly cache: CacheSetting;
}
