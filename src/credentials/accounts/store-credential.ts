import { HelperError, isHelperError } from "../../core/errors.ts";
import { parseAddress, REGISTRY_HOST } from "../../core/address.ts";
import { hasApiTokenFormat, type ApiToken } from "../../core/api-token.ts";
import type { Secret } from "../../core/secret.ts";
import { keepApiToken } from "./accounts.ts";
import { entryOf } from "../minting/cache-key.ts";
import type { HelperPorts } from "../ports.ts";
import type { Login } from "../codec.ts";
import { quietly } from "../best-effort.ts";

/** The user name by which clients mark an OAuth2 identity token (docker/cli, containers/image). */
const IDENTITY_TOKEN = "<token>";
/** For the question whether a secret is an API token, in milliseconds. */
const PROBE_BUDGET_MS = 15_000;

/**
 * Any other host: keeps the login. Our host: keeps an API token as what mints, keeps nothing of a
 * credential that we minted ourselves, and keeps any other login (doctl stores finished credentials) for
 * when no API token is there.
 */
export async function store(ports: HelperPorts, login: Login): Promise<void> {
  const address = parseAddress(login.serverUrl);
  const stamped = { ...login, storedAt: ports.clock.read().now };
  if (address.kind === "other") return ports.logins.write(address.key, stamped);

  for (const place of ports.everywhere()) {
    if (await quietly(() => place.isOurs(login.secret))) {
      ports.trace("ours");
      return;
    }
  }
  if (hasApiTokenFormat(login.secret) && (await isApiToken(ports, login.secret))) {
    const entry = entryOf(ports.settings(), address, ports.sha256);
    await keepApiToken(ports, entry.context, login.secret);
    return;
  }
  if (login.username === IDENTITY_TOKEN) {
    throw new HelperError("input-identity-token", `${REGISTRY_HOST} takes no identity tokens`);
  }
  await ports.logins.write(REGISTRY_HOST, stamped);
}

/** Asks the API: a finished credential has the same shape, and the API answers it with 401. */
export async function isApiToken(ports: HelperPorts, secret: Secret): Promise<boolean> {
  const candidate: ApiToken = { secret, origin: { kind: "keychain", account: "" }, source: "the login" };
  const api = await ports.api(PROBE_BUDGET_MS);
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
