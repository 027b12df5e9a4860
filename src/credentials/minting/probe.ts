import type { CurrentPlace } from "../inventory/placement.ts";
import type { RegistryRequest } from "./cache-key.ts";
import { getCredential, type GetSteps } from "./get.ts";

/**
 * Returns true if `get` would return a minted credential, or undefined if there is no API token. If none is cached, mints one within
 * `limitMs`. docr revokes it again if it cannot cache it, because no client received it. Throws like `get`.
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
