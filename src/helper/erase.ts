import { isHelperError } from "../errors.ts";
import { parseAddress, REGISTRY_HOST } from "../registry/address.ts";
import type { MintedCredential } from "../registry/credential.ts";
import { hasToken } from "./list.ts";
import type { HelperPorts } from "./ports.ts";
import { quietly } from "./quietly.ts";
import { whileKeeping } from "./replace.ts";
import { revokeAll } from "./revoke.ts";

/**
 * Any other host: forgets the login. Our host: forgets the API token, the login and every minted
 * credential, and revokes the minted ones. docker asks four times, in different spellings; the first does it.
 */
export async function erase(ports: HelperPorts, serverUrl: string): Promise<void> {
  const address = parseAddress(serverUrl);
  if (address.kind === "other") {
    await ports.logins.erase(address.key);
    return;
  }
  const alive: MintedCredential[] = [];
  const failures: unknown[] = [];
  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    await work().catch((error: unknown) => failures.push(error));
  };
  await whileKeeping(ports, async () => {
    await attempt(() => ports.apiTokens.eraseAll());
    await attempt(() => ports.logins.erase(REGISTRY_HOST));
    for (const place of ports.everywhere()) {
      await attempt(() => place.forget(() => true, alive));
      await attempt(() => place.forgetReadOnly());
    }
  });
  await revokeAll(ports, alive);
  const serious = failures.filter((error) => !isKeychainMissing(error));
  if (serious.length > 0) throw serious[0];
  // Without a keychain there is nothing in it to forget, for somebody whose token is not kept there.
  if (failures.length > 0 && !(await quietly(() => hasToken(ports)))) throw failures[0];
}

function isKeychainMissing(error: unknown): boolean {
  return isHelperError(error) && error.code === "keychain-missing";
}
