/** What commands use of the domain. Each member stands alone, so that a command names just what it needs. */
import type { ApiToken } from "../core/api-token.ts";
import type { MintedCredential } from "../core/credential.ts";
import type { Clock } from "../core/lifetime.ts";
import type { Trace } from "../core/reporter.ts";
import type { SecretStore } from "../core/secret-store.ts";
import type { Secret, Sha256 } from "../core/secret.ts";
import type { ApiTokens } from "../credentials/accounts/api-tokens.ts";
import type { AcceptedToken } from "../credentials/accounts/log-in.ts";
import type { LogoutResult } from "../credentials/accounts/log-out.ts";
import type { AccountApi } from "../credentials/accounts/ports.ts";
import type { TokenFinder } from "../credentials/accounts/token-finder.ts";
import type { InventoryReport } from "../credentials/inventory/inventory.ts";
import type { IssueOrder } from "../credentials/issue.ts";
import type { DoctlTokens } from "../credentials/minting/ports.ts";
import type { RegistrySettings } from "../credentials/minting/settings.ts";
import type { StoredLogins } from "../credentials/stored-logins.ts";

export interface CommandDomain {
  /** Throws `bad-setting` and `bad-api-token`. */
  settings(): RegistrySettings;
  /** The context whose account a `get` for the bare host uses. Undefined: the default account. Throws like `settings`. */
  contextInUse(): string | undefined;
  /** API tokens in the store. */
  readonly apiTokens: ApiTokens;
  /** The API token that a `get` for the bare host uses. Undefined: there is none. Throws like `settings`, and errors of the store. */
  findTokenInUse(): Promise<ApiToken | undefined>;
  readonly tokens: Pick<TokenFinder, "findForAccount">;
  readonly doctl: DoctlTokens;
  /** Throws what is wrong with the token; stores nothing. */
  checkApiToken(token: ApiToken): Promise<AcceptedToken>;
  /** Stores the API token as the account's once DigitalOcean has accepted it, and never before. */
  logIn(token: ApiToken, context: string | undefined): Promise<AcceptedToken>;
  logOut(context: string | undefined): Promise<LogoutResult>;
  logOutEverywhere(): Promise<LogoutResult>;
  /** Calls together take at most `budgetMs`. */
  openAccountApi(budgetMs: number): Promise<AccountApi>;
  issue(order: IssueOrder): Promise<MintedCredential>;
  /** What may be alive, in every place. Makes no API request. */
  takeInventory(): Promise<InventoryReport>;
  /** Revokes every superseded credential at once. Returns how many. */
  revokeSuperseded(): Promise<number>;
  isMintedByDocr(secret: Secret): Promise<boolean>;
  /** Asks the API. */
  isApiToken(secret: Secret): Promise<boolean>;
  /** Whether docr caches minted credentials. Throws like `settings`. */
  cachesCredentials(): boolean;
  readonly logins: StoredLogins;
  /** The store of API tokens and logins. */
  readonly store: SecretStore;
  readonly clock: Clock;
  /** Milliseconds on a clock that cannot be set. */
  readonly monotonicMs: () => number;
  readonly sha256: Sha256;
  readonly trace: Trace;
}
