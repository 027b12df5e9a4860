import type { CurrentPlace } from "../inventory/placement.ts";
import type { RegistryRequest } from "./cache-key.ts";
import { getCredential, type GetSteps } from "./get.ts";

/**
 * Whether a `get` would answer a minted credential: from the cache, else it mints one within `limitMs`. Docr revokes a
 * credential that it cannot cache, because no client has it. Undefined where there is no API token. Throws like a `get`.
 */
export async function probeCredential(
  request: RegistryRequest,
  steps: GetSteps & { readonly current: () => Pick<CurrentPlace, "cache"> },
  limitMs: number,
): Promise<true | undefined> {
  const credential = await getCredential(request, steps, limitMs);
  if (!credential) return undefined;
  if (!steps.current().cache) await steps.revocation.revoke([credential]);
  return true;
}
