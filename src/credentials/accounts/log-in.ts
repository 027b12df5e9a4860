import { HelperError, isHelperError } from "../../core/errors.ts";
import { hasApiTokenFormat, type ApiToken } from "../../core/api-token.ts";
import { keepApiToken } from "./accounts.ts";
import type { Account, AccountApi, HelperPorts, Registry, TokenDescription } from "../ports.ts";
import { quietly, unlessFailed } from "../best-effort.ts";

/** For the question that decides, in milliseconds. */
const BUDGET_MS = 15_000;
/** For what is only shown: a host that is walled off must not hold the login up. Milliseconds. */
const SHORT_BUDGET_MS = 5_000;

const TOKENS_PAGE = "https://cloud.digitalocean.com/account/api/tokens";
const WHAT_IT_IS = `an API token is dop_v1_ and 64 hex digits: make one at ${TOKENS_PAGE}`;
const NEW_TOKEN = `make one with the scopes registry:read and registry:update at ${TOKENS_PAGE}`;

/** What DigitalOcean says of a token that it accepts; what it did not say is undefined. */
export interface AcceptedToken {
  readonly token: TokenDescription | undefined;
  readonly account: Account | undefined;
  readonly registries: readonly Registry[] | undefined;
}

/** Keeps the API token as the account's once DigitalOcean has accepted it, and never before. */
export async function logIn(
  ports: HelperPorts,
  token: ApiToken,
  context: string | undefined,
): Promise<AcceptedToken> {
  const accepted = await checkApiToken(ports, token);
  await keepApiToken(ports, context, token.secret);
  return accepted;
}

/**
 * Asks DigitalOcean about the token. Throws `bad-api-token` for what is none, and what the API says where it does not
 * let the token read registries: that it lists them is the proof, because a scope's name may be another tomorrow.
 */
export async function checkApiToken(ports: HelperPorts, token: ApiToken): Promise<AcceptedToken> {
  if (!hasApiTokenFormat(token.secret)) {
    throw new HelperError("bad-api-token", `${token.source} holds no DigitalOcean API token`, {
      hint: WHAT_IT_IS,
    });
  }
  for (const place of ports.everywhere()) {
    if (!(await quietly(() => place.isOurs(token.secret)))) continue;
    throw new HelperError("bad-api-token", "this is a credential that docr minted, not an API token", {
      hint: WHAT_IT_IS,
    });
  }
  const patient = await ports.accountApi(BUDGET_MS);
  const hasty = await ports.accountApi(SHORT_BUDGET_MS);
  const [registries, description, account] = await Promise.all([
    listRegistries(patient, token),
    unlessFailed(() => hasty.describeToken(token)),
    unlessFailed(() => hasty.describeAccount(token)),
  ]);
  const accepted = { token: description, account, registries };
  if (Object.values(accepted).some((said) => said !== undefined)) return accepted;
  throw new HelperError("api-unexpected", "nothing that was asked at DigitalOcean accepts the API token", {
    hint: "check DIGITALOCEAN_API_URL and DIGITALOCEAN_OAUTH_URL, and try again",
  });
}

/** Undefined for an API from before there were several registries. */
async function listRegistries(api: AccountApi, token: ApiToken): Promise<readonly Registry[] | undefined> {
  try {
    return await api.describeRegistries(token);
  } catch (error) {
    if (!isHelperError(error)) throw error;
    const { code, message, cause } = error;
    if (code === "api-not-found") return undefined;
    if (code !== "api-unauthorized" && code !== "api-forbidden") throw error;
    throw new HelperError(code, message, { cause, hint: NEW_TOKEN });
  }
}

/**
 * Whether the scopes let a token make credentials that can push: that takes registry:update (earlier registry:create).
 * Tokens without custom scopes have `write` for everything (DigitalOcean, create-personal-access-token).
 */
export function mayPush({ scopes }: TokenDescription): boolean {
  return scopes.some((scope) => ["registry:update", "registry:create", "write"].includes(scope));
}
