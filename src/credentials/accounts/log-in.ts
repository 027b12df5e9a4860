import { type ApiToken, hasApiTokenFormat, TOKENS_PAGE } from "../../core/api-token.ts";
import { HelperError, isHelperError } from "../../core/errors.ts";
import { undefinedIfFailed } from "../best-effort.ts";
import { type Inventory, isMintedByDocr } from "../inventory/inventory.ts";
import type { Account, AccountApi, Registry, TokenDescription } from "./ports.ts";

/** Time limit of the request that decides whether the token is accepted. */
const BUDGET_MS = 15_000;
/** Time limit of requests whose result docr only shows. A host that a firewall blocks must not delay the login. */
const SHORT_BUDGET_MS = 5_000;

const WHAT_IT_IS = `create an API token (dop_v1_ and 64 hex digits) at ${TOKENS_PAGE}`;
const NEW_TOKEN = `create a token with the scopes registry:read and registry:update at ${TOKENS_PAGE}`;

/** DigitalOcean's description of a token that it accepts. A part is undefined if DigitalOcean does not return it. */
export interface AcceptedToken {
  readonly token: TokenDescription | undefined;
  readonly account: Account | undefined;
  readonly registries: readonly Registry[] | undefined;
}

export interface CheckTokenPorts {
  readonly allInventories: () => readonly Inventory[];
  readonly openApi: (budgetMs: number) => Promise<AccountApi>;
}

/**
 * Asks DigitalOcean about the token. Throws `bad-api-token` if it is another kind of secret, and the API's error if the token may not
 * list registries. Listing them proves the permission; the names of scopes do not, because they may change.
 */
export async function checkApiToken(token: ApiToken, ports: CheckTokenPorts): Promise<AcceptedToken> {
  if (!hasApiTokenFormat(token.secret)) {
    throw new HelperError("bad-api-token", `${token.source} does not contain a DigitalOcean API token`, {
      hint: WHAT_IT_IS,
    });
  }
  if (await isMintedByDocr(ports.allInventories(), token.secret)) {
    throw new HelperError("bad-api-token", "this is a credential that docr minted, not an API token", {
      hint: WHAT_IT_IS,
    });
  }
  const deciding = await ports.openApi(BUDGET_MS);
  const describing = await ports.openApi(SHORT_BUDGET_MS);
  const [registries, description, account] = await Promise.all([
    listRegistries(deciding, token),
    undefinedIfFailed(() => describing.describeToken(token)),
    undefinedIfFailed(() => describing.describeAccount(token)),
  ]);
  const accepted = { token: description, account, registries };
  if (Object.values(accepted).some((part) => part !== undefined)) return accepted;
  throw new HelperError("api-unexpected", "DigitalOcean did not confirm the API token", {
    hint: "check DIGITALOCEAN_API_URL and DIGITALOCEAN_OAUTH_URL, and try again",
  });
}

/** Returns undefined if the API is older and has no list of registries. */
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
 * Whether the scopes let the token mint credentials that can push: registry:update, or registry:create in the past. A token without
 * custom scopes has `write` for everything (DigitalOcean, create-personal-access-token).
 */
export function canPush({ scopes }: TokenDescription): boolean {
  return scopes.some((scope) => ["registry:update", "registry:create", "write"].includes(scope));
}
