import { isHelperError } from "../errors.ts";
import { REGISTRY_HOST } from "../registry/address.ts";
import { entryOf } from "./entry-key.ts";
import type { HelperPorts } from "./ports.ts";
import { findToken } from "./replace.ts";

/** What stands in for the user name at our host, where the real one can be the secret itself. */
export const LABEL = "docr";

/** Our host whenever `get` would answer for it, and every stored login of other hosts. */
export async function list(ports: HelperPorts): Promise<ReadonlyMap<string, string>> {
  const { apiToken } = ports.settings();
  const names = new Map<string, string>();
  if (apiToken) names.set(REGISTRY_HOST, LABEL);
  try {
    const logins = await ports.logins.all();
    for (const [key, login] of logins) {
      if (key === REGISTRY_HOST) names.set(REGISTRY_HOST, LABEL);
      else names.set(login.serverUrl, login.username);
    }
    if (await hasToken(ports)) names.set(REGISTRY_HOST, LABEL);
  } catch (error) {
    // With its API token in the environment and no keychain at all, a runner's `get` answers for our host alone.
    if (!apiToken || !isHelperError(error) || error.code !== "keychain-missing") throw error;
  }
  return names;
}

/** Whether `get` for the bare host, which is what clients ask for, finds an API token. */
export async function hasToken(ports: HelperPorts): Promise<boolean> {
  const entry = entryOf(ports.settings(), { kind: "docr", registry: undefined }, ports.sha256);
  return (await findToken(ports, entry)) !== undefined;
}
