import type { RegistryRequest } from "./cache-key.ts";
import { type GetSteps, replaceCredential } from "./get.ts";

/**
 * Replaces a credential that is due for refresh, in a process that no client waits for, and revokes superseded credentials
 * that no client can rely on any more. Does nothing where another process has refreshed it since.
 */
export async function refreshCredential(request: RegistryRequest, steps: GetSteps): Promise<void> {
  const key = steps.keyOf(request);
  const cached = await steps.lookup.find(key);
  if (cached && cached.freshness !== "fresh") await replaceCredential(request, key, cached, steps);
  await steps.revocation.revokeSuperseded("safe");
}
