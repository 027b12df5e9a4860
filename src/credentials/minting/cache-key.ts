import type { MintedCredential } from "../../core/credential.ts";
import { identityOf } from "../../core/api-token.ts";
import type { Sha256 } from "../../core/secret.ts";
import type { RegistrySettings } from "./settings.ts";

/** A request for DigitalOcean's registry. */
export interface RegistryRequest {
  readonly serverUrl: string;
  /** The first path segment of the server URL, not validated. Undefined if the URL has no path. */
  readonly registry: string | undefined;
}

/** A `get` for the bare host, as most clients send it. */
export const BARE_HOST: Pick<RegistryRequest, "registry"> = { registry: undefined };

/** Identifies the credential for a request. */
export interface CacheKey {
  /** The name of the credential in the cache, unless it is under `sharedName`. */
  readonly name: string;
  /**
   * The name of the credential for the account's only registry, and of the lock for all mints of this account. The same as `name`
   * without a registry.
   */
  readonly sharedName: string;
  /** The `name` of a request that names this registry, in the same account. */
  readonly nameFor: (registry: string) => string;
  /** The registry that the address or DOCR_REGISTRY names. Undefined for the account's only registry. */
  readonly registry: string | undefined;
  /** Where `registry` comes from. */
  readonly namedBy: "address" | "DOCR_REGISTRY" | undefined;
  /** The account whose API token mints, unless the environment has a token. Undefined for the default account. */
  readonly context: string | undefined;
  /** The account and the store that holds its token. Empty for the environment's token. */
  readonly account: string;
}

/**
 * The key depends on the API, the account, the registry and the access. For a token from the environment, the key includes its
 * identity. For a token in the store or in doctl's configuration, the
 * key includes the account's name instead, so that docr finds a cached credential without reading the token.
 */
export function cacheKeyOf(
  settings: RegistrySettings,
  { registry: named }: Pick<RegistryRequest, "registry">,
  sha256: Sha256,
): CacheKey {
  const registry = named ?? settings.registry;
  const mapped = registry === undefined ? undefined : ownValue(settings.contexts, registry);
  const context = mapped ?? settings.context;
  const account = settings.apiToken ? "" : accountName(context, settings);
  const owner = settings.apiToken ? identityOf(settings.apiToken, sha256) : account;
  const nameFor = (name: string): string =>
    sha256([settings.apiUrl, owner, name, settings.access].join("\n"));
  const sharedName = nameFor("");
  const namedBy = named !== undefined ? "address" : registry !== undefined ? "DOCR_REGISTRY" : undefined;
  const name = registry === undefined ? sharedName : nameFor(registry);
  return { name, sharedName, nameFor, registry, namedBy, context, account };
}

/** A credential and its name in the cache. */
export interface StoredCredential {
  readonly name: string;
  readonly credential: MintedCredential;
}

/** Whether a stored credential is for this key. The one for the account's only registry is also for requests that name this registry. */
export function isStoredFor(key: CacheKey, { name, credential }: StoredCredential): boolean {
  return name === key.name || (name === key.sharedName && credential.registry === key.registry);
}

/**
 * An account's name within its store. An undefined context and "default" are different accounts: for doctl, an undefined context is
 * the one that it has switched to.
 */
export function accountName(
  context: string | undefined,
  { storeId }: Pick<RegistrySettings, "storeId">,
): string {
  return `${context ?? ""} in ${storeId}`;
}

function ownValue(map: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}
