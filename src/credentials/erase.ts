import { parseAddress } from "../core/address.ts";
import type { HelperPorts } from "./ports.ts";
import { logOutEverywhere } from "./accounts/log-out.ts";

/**
 * Any other host: forgets the login. Our host: forgets the API tokens, the login and every minted
 * credential, and revokes the minted ones. docker asks four times, in different spellings; the first does it.
 */
export async function erase(ports: HelperPorts, serverUrl: string): Promise<void> {
  const address = parseAddress(serverUrl);
  if (address.kind === "other") await ports.logins.erase(address.key);
  else await logOutEverywhere(ports);
}
