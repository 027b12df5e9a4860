import { HelperError, isHelperError } from "../errors.ts";
import { parseAddress, REGISTRY_HOST } from "../registry/address.ts";
import { hasApiTokenShape, type ApiToken } from "../registry/api-token.ts";
import type { Secret } from "../secret.ts";
import type { HelperPorts } from "./ports.ts";
import type { Login } from "./records.ts";
import { revokeAll } from "./revoke.ts";

/** The user name by which clients mark an OAuth2 identity token (docker/cli, containers/image). */
const IDENTITY_TOKEN = "<token>";

/**
 * Any other host: keeps the login. Our host: keeps an API token as what mints, keeps nothing of a
 * credential that we minted ourselves, and keeps any other login (doctl stores finished credentials) for
 * when no API token is there.
 */
export async function store(ports: HelperPorts, login: Login): Promise<void> {
  const address = parseAddress(login.serverUrl);
  if (address.kind === "other") return ports.logins.write(address.key, login);

  for (const place of ports.minted().everywhere) {
    if (await place.isOurs(login.secret)) return;
  }
  if (hasApiTokenShape(login.secret) && (await isApiToken(ports, login.secret))) {
    return keepApiToken(ports, login.secret);
  }
  if (login.username === IDENTITY_TOKEN) {
    throw new HelperError("input-identity-token", `${REGISTRY_HOST} takes no identity tokens`);
  }
  await ports.logins.write(REGISTRY_HOST, login);
}

/** Asks the API: a finished credential has the same shape, and the API answers it with 401. */
async function isApiToken(ports: HelperPorts, secret: Secret): Promise<boolean> {
  const candidate: ApiToken = { secret, from: "keychain", source: "the login" };
  const api = await ports.api();
  try {
    await api.listRegistries(candidate);
    return true;
  } catch (error) {
    if (!isHelperError(error)) throw error;
    if (error.code === "api-unauthorized") return false;
    // The API knows the token: it may not list, or this API cannot.
    if (error.code === "api-forbidden" || error.code === "api-not-found") return true;
    throw error;
  }
}

async function keepApiToken(ports: HelperPorts, secret: Secret): Promise<void> {
  const replaced = await ports.apiTokens.write(secret);
  await ports.logins.erase(REGISTRY_HOST);
  if (!replaced) return;
  for (const place of ports.minted().everywhere) {
    await revokeAll(ports, await place.forget((credential) => credential.from === "keychain"));
  }
}
