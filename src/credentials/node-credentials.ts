import type { MintedCredential } from "../core/credential.ts";
import { REGISTRY_HOST } from "../core/address.ts";
import { HelperError } from "../core/errors.ts";
import type { CacheKey, RegistryRequest } from "./minting/cache-key.ts";
import type { Cached, Lookup } from "./minting/lookup.ts";
import type { RegistrySettings } from "./minting/settings.ts";

/**
 * Time limit of a mint that the kubelet waits for. It is long enough for the pause that DigitalOcean asks for after a burst of
 * requests.
 */
const MINT_BUDGET_MS = 45_000;

/** The credentials that the kubelet of this node holds. */
export interface NodeCredentials {
  /** Returns a read-only credential for the registry, whose name is not validated. Throws `no-api-token`, and errors like a `get`. */
  get(registry: string): Promise<MintedCredential>;
  /** Whether the credential for this registry is for every image of the host that this node pulls. */
  isForWholeHost(registry: string): boolean;
}

export interface NodeCredentialsPorts {
  readonly settings: () => Pick<RegistrySettings, "registry" | "contexts">;
  readonly keyOf: (request: Pick<RegistryRequest, "registry">) => CacheKey;
  readonly lookup: Pick<Lookup, "find">;
  /** Mints a replacement within `limitMs`. Undefined if there is no API token. */
  readonly replace: (
    request: RegistryRequest,
    key: CacheKey,
    cached: Cached | undefined,
    limitMs: number,
  ) => Promise<MintedCredential | undefined>;
}

/**
 * Like a `get`, but in the foreground: a process that the kubelet started must leave no background process, because the kubelet would wait
 * for it.
 */
export function createNodeCredentials(ports: NodeCredentialsPorts): NodeCredentials {
  return {
    async get(registry) {
      const request = { serverUrl: `${REGISTRY_HOST}/${registry}`, registry };
      const key = ports.keyOf(request);
      const cached = await ports.lookup.find(key);
      if (cached?.freshness === "fresh") return cached.credential;
      const credential = await ports.replace(request, key, cached, MINT_BUDGET_MS);
      if (credential) return credential;
      throw new HelperError("no-api-token", "there is no API token for docr kubelet", {
        hint: "set DIGITALOCEAN_ACCESS_TOKEN_FILE in the env of the provider; docr kubelet config shows how",
      });
    },
    // DOCR_REGISTRY names the only registry that the node pulls from. Another account may own the registries in `contexts`.
    isForWholeHost(registry) {
      const { registry: only, contexts } = ports.settings();
      return registry === only && Object.keys(contexts).length === 0;
    },
  };
}
