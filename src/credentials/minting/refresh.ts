import type { RegistryRequest } from "./cache-key.ts";
import { type GetSteps, replaceCredential } from "./get.ts";

/**
 * Replaces a credential that is due for refresh, unless another process has already done so. Then revokes superseded credentials that
 * clients no longer use. Runs in a background process, so no client waits for it.
 */
export async function refreshCredential(request: RegistryRequest, steps: GetSteps): Promise<void> {
  const key = steps.keyOf(request);
  const cached = await steps.lookup.find(key);
  if (cached && cached.freshness !== "fresh") await replaceCredential(request, key, cached, steps);
  await steps.revocation.revokeSuperseded("safe");
}
