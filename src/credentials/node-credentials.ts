import type { MintedCredential } from "../core/credential.ts";
import { REGISTRY_HOST } from "../core/address.ts";
import { HelperError } from "../core/errors.ts";
import { type GetSteps, replaceCredential } from "./minting/get.ts";
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

/**
 * Like a `get`, but in the foreground: a process that the kubelet started must leave no background process, because the kubelet would wait
 * for it.
 */
export function createNodeCredentials(
  steps: GetSteps,
  settings: () => Pick<RegistrySettings, "registry" | "contexts">,
): NodeCredentials {
  return {
    async get(registry) {
      const request = { serverUrl: `${REGISTRY_HOST}/${registry}`, registry };
      const key = steps.keyOf(request);
      const cached = await steps.lookup.find(key);
      if (cached?.freshness === "fresh") return cached.credential;
      const credential = await replaceCredential(request, key, cached, steps, MINT_BUDGET_MS);
      if (credential) return credential;
      throw new HelperError("no-api-token", "there is no API token for docr kubelet", {
        hint: "set DIGITALOCEAN_ACCESS_TOKEN_FILE in the env of the provider; docr kubelet config shows how",
      });
    },
    // DOCR_REGISTRY names the only registry that the node pulls from. Another account may own the registries in `contexts`.
    isForWholeHost(registry) {
      const { registry: only, contexts } = settings();
      return registry === only && Object.keys(contexts).length === 0;
    },
  };
}
