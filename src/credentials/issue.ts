import type { ApiToken } from "../core/api-token.ts";
import type { Access, MintedCredential } from "../core/credential.ts";
import { HelperError } from "../core/errors.ts";
import type { Lifetime } from "../core/lifetime.ts";
import type { Trace } from "../core/reporter.ts";
import { DEFAULT_CONTEXT } from "./accounts/api-tokens.ts";
import type { TokenFinder } from "./accounts/token-finder.ts";
import { bestEffort } from "./best-effort.ts";
import type { CurrentPlace } from "./inventory/placement.ts";
import type { CacheKey, RegistryRequest } from "./minting/cache-key.ts";
import { checkRegistryName, findRegistry } from "./minting/mint.ts";
import type { OpenMintApi } from "./minting/ports.ts";
import type { Revocation } from "./revocation.ts";

/** Time limit of all API calls together. */
const BUDGET_MS = 18_000;

export interface IssueOrder {
  /** Default: the registry that the settings name, or else the account's only one. */
  readonly registry: string | undefined;
  /** The account whose API token mints, even if the environment has one. Default: the token that a `get` would use. */
  readonly context: string | undefined;
  readonly access: Access;
  readonly lifetime: Lifetime;
  /** Called before the mint, with the registry's name if docr knows it. May throw to prevent the mint. */
  readonly approve: (registry: string | undefined) => void;
}

export interface IssuePorts {
  readonly keyOf: (request: Pick<RegistryRequest, "registry">) => CacheKey;
  readonly tokens: TokenFinder;
  readonly openApi: OpenMintApi;
  readonly current: () => CurrentPlace;
  readonly trace: Trace;
}

/**
 * Mints one credential for another holder with exactly the requested access and lifetime. docr does not cache it; the inventory
 * records it without its secret. Throws `no-api-token` if there is no API token.
 */
export async function issueCredential(order: IssueOrder, ports: IssuePorts): Promise<MintedCredential> {
  const { access, lifetime } = order;
  const key = ports.keyOf(order);
  const named = key.registry === undefined ? undefined : checkRegistryName(key.registry);
  const token = await findToken(order, key, ports.tokens);
  const api = await ports.openApi(BUDGET_MS);
  const registry = named ?? (await findRegistry(api, token));
  order.approve(registry);
  const minted = await api.mint({ token, registry, access, lifetime });
  ports.trace("issued", { access, registry, seconds: lifetime.kind === "limited" ? lifetime.ms / 1000 : 0 });
  await bestEffort(() => ports.current().issuedLog.recordIssued(minted));
  return minted;
}

/** Like `IssueOrder`, with one credential for each registry. */
export interface IssueAllOrder extends Omit<IssueOrder, "registry"> {
  /** Their names. At least one. */
  readonly registries: readonly string[];
}

/**
 * Mints one credential for each of the registries, in their order. Calls `approve` for all of them before the first mint. If a mint
 * fails, docr revokes the credentials that it has just minted, and throws like `issueCredential`.
 */
export async function issueCredentials(
  { registries, approve, ...order }: IssueAllOrder,
  ports: IssuePorts & { readonly revocation: Revocation },
): Promise<readonly MintedCredential[]> {
  for (const name of registries) approve(checkRegistryName(name));
  const minted: MintedCredential[] = [];
  try {
    for (const registry of registries) {
      minted.push(await issueCredential({ ...order, registry, approve: () => undefined }, ports));
    }
    return minted;
  } catch (error) {
    const alive = await ports.revocation.revoke(minted);
    for (const { secret } of minted.filter((one) => !alive.includes(one))) {
      await bestEffort(() => ports.current().issuedLog.setRevoked(secret));
    }
    throw error;
  }
}

async function findToken(order: IssueOrder, key: CacheKey, tokens: TokenFinder): Promise<ApiToken> {
  // A context that the user names takes precedence over the environment.
  const token =
    order.context === undefined ? await tokens.find(key) : await tokens.findForAccount(order.context);
  if (token) return token;
  const context = order.context ?? key.context ?? DEFAULT_CONTEXT;
  throw new HelperError("no-api-token", `there is no API token for the context ${context}`, {
    ...(context !== DEFAULT_CONTEXT && { hint: `run docr login --context ${context}` }),
  });
}
