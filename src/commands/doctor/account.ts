import { isHelperError } from "../../core/errors.ts";
import type { AccountApi } from "../../credentials/accounts/ports.ts";
import type { VerbPorts } from "../ports.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import type { ApiToken } from "../../core/api-token.ts";
import { fail, look, pass, warn, type Line } from "./finding.ts";
import { shownSpan } from "../../terminal/durations.ts";

/** For the API's answers about one token, in milliseconds. */
const BUDGET_MS = 15_000;
const SOON_SECONDS = 7 * 24 * 3600;
const NEW_TOKEN = "docr login, with a token that has the scopes registry:read and registry:update";

/** Whether there is an API token, what DigitalOcean says of it, and whether the registry takes what it gives. */
export async function lookAtAccount(ports: VerbPorts): Promise<readonly Line[]> {
  const { domain } = ports;
  const token = await domain.findTokenInUse();
  if (!token) {
    const login = await domain.logins.read(REGISTRY_HOST);
    return login
      ? [pass("api token", "there is none, but a login that somebody stored")]
      : [warn("api token", "there is none", "docr login")];
  }
  const api = await domain.openAccountApi(BUDGET_MS);
  const [described, registries] = await Promise.all([
    look(ports, "api token", () => describeToken(api, token)),
    look(ports, "registries", () => countRegistries(ports, api, token)),
  ]);
  return [...described, ...registries];
}

async function describeToken(api: AccountApi, token: ApiToken): Promise<readonly Line[]> {
  const { scopes, expiresInSeconds } = await api.describeToken(token);
  const life =
    expiresInSeconds === undefined ? "never expires" : `expires in ${shownSpan(expiresInSeconds * 1000)}`;
  const what = `the one from ${token.source} is good and ${life}`;
  const isSoon = expiresInSeconds !== undefined && expiresInSeconds < SOON_SECONDS;
  return [isSoon ? warn("api token", what, NEW_TOKEN) : pass("api token", what), judgeScopes(scopes)];
}

function judgeScopes(scopes: readonly string[]): Line {
  const has = (...names: readonly string[]): boolean => names.some((name) => scopes.includes(name));
  // Tokens from before custom scopes have `read` and `write` for everything.
  if (!has("registry:read", "read", "write")) return fail("scopes", "registry:read is missing", NEW_TOKEN);
  if (has("registry:update", "write")) return pass("scopes", "enough for pull and push");
  return warn("scopes", "enough for pull; registry:update is missing for push", NEW_TOKEN);
}

async function countRegistries(
  { domain }: VerbPorts,
  api: AccountApi,
  token: ApiToken,
): Promise<readonly Line[]> {
  const name = "registries";
  const { length } = await api.describeRegistries(token);
  if (length === 0) return [warn(name, "the account has none", "doctl registry create NAME")];
  if (length === 1) return [pass(name, "the account has one")];
  if (domain.settings().registry !== undefined) {
    return [pass(name, `the account has ${length}, and DOCR_REGISTRY names one`)];
  }
  return [warn(name, `the account has ${length}, and docker does not say which`, "set DOCR_REGISTRY=NAME")];
}

/** The registry's whole handshake, with what a client would be answered now. */
export async function lookAtHandshake(ports: VerbPorts): Promise<readonly Line[]> {
  const name = "handshake";
  try {
    const credential = await ports.helper.get(REGISTRY_HOST);
    await (await ports.registries()).checkLogin(REGISTRY_HOST, credential);
    return [pass(name, `${REGISTRY_HOST} takes the login that docker would be given`)];
  } catch (error) {
    if (!isHelperError(error) || error.code !== "not-found") throw error;
    return [warn(name, "there is no login to try", "docr login")];
  }
}
