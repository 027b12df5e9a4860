import { isHelperError } from "../errors.ts";
import { parseAddress, REGISTRY_HOST } from "../registry/address.ts";
import type { MintedCredential } from "../registry/credential.ts";
import type { HelperPorts } from "./ports.ts";
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
    }
  });
  await revokeAll(ports, alive);
  const failure = failures.find((error) => !isExcused(ports, error));
  if (failure !== undefined) throw failure;
}

/**
 * A runner with its API token in the environment and no keychain at all has nothing there to forget; any
 * other trouble with the keychain means that the login may still be in it.
 */
function isExcused(ports: HelperPorts, error: unknown): boolean {
  return isHelperError(error) && error.code === "keychain-missing" && ports.settings().apiToken !== undefined;
}
