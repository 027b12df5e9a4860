import { REGISTRY_HOST } from "../../core/address.ts";
import type { ApiToken } from "../../core/api-token.ts";
import { isHelperError } from "../../core/errors.ts";
import type { AccountApi } from "../../credentials/accounts/ports.ts";
import { formatDuration } from "../../terminal/durations.ts";
import type { CommandContext } from "../context.ts";
import { fail, type Finding, pass, runCheck, warn } from "./finding.ts";

/** Time limit of all API requests about one token. */
const BUDGET_MS = 15_000;
const SOON_SECONDS = 7 * 24 * 3600;
const NEW_TOKEN = "run docr login with a token that has the scopes registry:read and registry:update";

/** Checks whether there is an API token, and asks DigitalOcean's API about it. */
export async function checkAccount({
  settings,
  accounts,
  accountApi,
  logins,
}: Pick<CommandContext, "settings" | "accounts" | "accountApi" | "logins">): Promise<readonly Finding[]> {
  const token = await accounts.findInUse();
  if (!token) {
    const login = await logins.read(REGISTRY_HOST);
    return login
      ? [pass("api token", "there is no API token, but there is a stored login")]
      : [warn("api token", "there is no API token", "run docr login")];
  }
  const api = await accountApi(BUDGET_MS);
  const [described, registries] = await Promise.all([
    runCheck("api token", () => checkToken(api, token)),
    runCheck("registries", () => checkRegistries(api, token, settings().registry)),
  ]);
  return [...described, ...registries];
}

async function checkToken(api: AccountApi, token: ApiToken): Promise<readonly Finding[]> {
  const { scopes, expiresInSeconds } = await api.describeToken(token);
  const life =
    expiresInSeconds === undefined
      ? "never expires"
      : `expires in ${formatDuration(expiresInSeconds * 1000)}`;
  const what = `the token from ${token.source} is valid and ${life}`;
  const isSoon = expiresInSeconds !== undefined && expiresInSeconds < SOON_SECONDS;
  return [isSoon ? warn("api token", what, NEW_TOKEN) : pass("api token", what), checkScopes(scopes)];
}

function checkScopes(scopes: readonly string[]): Finding {
  const hasOne = (...names: readonly string[]): boolean => names.some((name) => scopes.includes(name));
  // Tokens without custom scopes have `read` and `write` for everything.
  if (!hasOne("registry:read", "read", "write")) return fail("scopes", "registry:read is missing", NEW_TOKEN);
  if (hasOne("registry:update", "write")) return pass("scopes", "sufficient for pull and push");
  return warn("scopes", "sufficient for pull; push also needs registry:update", NEW_TOKEN);
}

/** `registry`: the value of DOCR_REGISTRY. */
async function checkRegistries(
  api: AccountApi,
  token: ApiToken,
  registry: string | undefined,
): Promise<readonly Finding[]> {
  const name = "registries";
  const { length } = await api.describeRegistries(token);
  if (length === 0) return [warn(name, "the account has no registry", "run doctl registry create NAME")];
  if (length === 1) return [pass(name, "the account has one registry")];
  if (registry !== undefined)
    return [pass(name, `the account has ${length} registries, and DOCR_REGISTRY names one`)];
  return [
    warn(
      name,
      `the account has ${length} registries, and docker does not say which one to use`,
      "set DOCR_REGISTRY=NAME",
    ),
  ];
}

/** Checks whether the registry accepts the login that a client would get now. */
export async function checkHandshake({
  helper,
  registries,
}: Pick<CommandContext, "helper" | "registries">): Promise<readonly Finding[]> {
  const name = "handshake";
  try {
    const credential = await helper.get(REGISTRY_HOST);
    await (await registries()).checkLogin(REGISTRY_HOST, credential);
    return [pass(name, `${REGISTRY_HOST} accepts the login that docker would get`)];
  } catch (error) {
    if (!isHelperError(error, "not-found")) throw error;
    return [warn(name, "there is no login to test", "run docr login")];
  }
}
