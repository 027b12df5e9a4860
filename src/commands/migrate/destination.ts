/** The keychain as a place to move logins to: what it holds already, and whether it has got what it was given. */
import { contextInUse } from "../../credentials/accounts/accounts.ts";
import type { HelperPorts } from "../../credentials/ports.ts";
import { isApiToken } from "../../credentials/accounts/store-credential.ts";
import { hasApiTokenFormat } from "../../core/api-token.ts";
import { Secret } from "../../core/secret.ts";
import { addressKeyOf, type FoundLogin, isOurHost, isSameCredential } from "./found-logins.ts";

/** Whether a client that asks for it now would get it: at our own host, it or what is minted with it. */
export async function isKept(domain: HelperPorts, login: FoundLogin): Promise<boolean> {
  const kept = await domain.logins.read(addressKeyOf(login));
  if (kept !== undefined) {
    const { username, secret } = kept;
    if (isSameCredential(login.credential, { username: new Secret(username), secret })) return true;
  }
  return isOurHost(login) && (await isTokenOrMinted(domain, login.credential.secret));
}

async function isTokenOrMinted(domain: HelperPorts, secret: Secret): Promise<boolean> {
  const token = await domain.apiTokens.read(contextInUse(domain));
  if (token?.secret.equals(secret) === true) return true;
  for (const place of domain.everywhere()) if (await place.isOurs(secret)) return true;
  return false;
}

/** Whether the keychain has another login in the place of this one, which nobody has asked us to replace. */
export async function isTaken(domain: HelperPorts, login: FoundLogin): Promise<boolean> {
  if (await isKept(domain, login)) return false;
  if ((await domain.logins.read(addressKeyOf(login))) !== undefined) return true;
  const { secret } = login.credential;
  if (!isOurHost(login) || !hasApiTokenFormat(secret)) return false;
  // A finished credential, as doctl leaves them, has its place beside an API token; a second token has none.
  const token = await domain.apiTokens.read(contextInUse(domain));
  return token !== undefined && isApiToken(domain, secret);
}
