import { isHelperError } from "../core/errors.ts";
import { REGISTRY_HOST } from "../core/address.ts";
import { entryOf } from "./minting/cache-key.ts";
import type { HelperPorts } from "./ports.ts";
import { findToken } from "./minting/replace.ts";

/** What stands in for the user name at our host, where the real one can be the secret itself. */
export const LABEL = "docr";

/** Our host whenever `get` would answer for it, and every stored login of other hosts. */
export async function list(ports: HelperPorts): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  try {
    for (const [key, login] of await ports.logins.all()) {
      if (key === REGISTRY_HOST) names.set(REGISTRY_HOST, LABEL);
      else names.set(login.serverUrl, login.username);
    }
  } catch (error) {
    // With a token from elsewhere and no keychain at all, a runner's `get` answers for our host alone.
    if (!isHelperError(error) || error.code !== "keychain-missing") throw error;
    if (!(await hasToken(ports))) throw error;
  }
  if (await hasToken(ports)) names.set(REGISTRY_HOST, LABEL);
  return names;
}

/** Whether `get` for the bare host, which is what clients ask for, finds an API token. */
export async function hasToken(ports: HelperPorts): Promise<boolean> {
  const entry = entryOf(ports.settings(), { kind: "docr", registry: undefined }, ports.sha256);
  return (await findToken(ports, entry)) !== undefined;
}
