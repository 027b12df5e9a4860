import type { Sha256 } from "../../core/secret.ts";
import type { RegistrySettings } from "./settings.ts";

/** A `get` for DigitalOcean's registry: which registry, and as which client spelled it. */
export interface RegistryRequest {
  readonly serverUrl: string;
  /** The first path segment of the server URL, unchecked. Undefined where it has none. */
  readonly registry: string | undefined;
}

/** A `get` for the bare host, which is what most clients ask for. */
export const BARE_HOST: Pick<RegistryRequest, "registry"> = { registry: undefined };

/** Which credential answers a request. */
export interface CacheKey {
  /** The name of the credential in the cache. */
  readonly name: string;
  /** The registry that the address or DOCR_REGISTRY names. Undefined: the account's only registry. */
  readonly registry: string | undefined;
  /** What names the registry. */
  readonly namedBy: "address" | "DOCR_REGISTRY" | undefined;
  /** The account whose API token mints, unless the environment holds a token. Undefined: the default account. */
  readonly context: string | undefined;
  /** The account and the store that holds its token. Empty for the environment's token. */
  readonly account: string;
}

/**
 * The key depends on the API, the account, the registry and the access. A token from the environment takes part
 * through SHA-256 alone and has 256 random bits, so the key does not reveal it. A token in the store or in doctl's
 * configuration takes part as its account, so that a cached credential is found without opening either.
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
  const owner = settings.apiToken?.secret.digest(sha256) ?? account;
  const parts = [settings.apiUrl, owner, registry ?? "", settings.access];
  const namedBy = named !== undefined ? "address" : registry !== undefined ? "DOCR_REGISTRY" : undefined;
  return { name: sha256(parts.join("\n")), registry, namedBy, context, account };
}

/**
 * An account's name within its store. No context and "default" are two accounts: to doctl, no context means the one
 * that it has switched to.
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
