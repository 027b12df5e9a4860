import type { Files } from "../client-config/edit/files.ts";
import type { RunHelper } from "../client-config/helper-client.ts";
import type { Clients } from "../client-config/resolve.ts";
import type { GeneralSettings } from "../config/general.ts";
import type { ApiToken } from "../core/api-token.ts";
import type { MintedCredential } from "../core/credential.ts";
import type { Clock } from "../core/lifetime.ts";
import type { Machine } from "../core/machine.ts";
import type { Reporter } from "../core/reporter.ts";
import type { Secret, Sha256 } from "../core/secret.ts";
import type { SecretStore } from "../core/secret-store.ts";
import type { StoredContexts } from "../credentials/accounts/api-tokens.ts";
import type { AcceptedToken } from "../credentials/accounts/log-in.ts";
import type { LogoutResult } from "../credentials/accounts/log-out.ts";
import type { FinishedLoginState } from "../credentials/finished-login.ts";
import type { Helper } from "../credentials/helper.ts";
import type { InventoryReport } from "../credentials/inventory/inventory.ts";
import type { IssueAllOrder, IssueOrder } from "../credentials/issue.ts";
import type { RegistrySettings } from "../credentials/minting/settings.ts";
import type { RevokedSecret } from "../credentials/revoke-issued.ts";
import type { AccountApi } from "../credentials/accounts/ports.ts";
import type { StoredLogins } from "../credentials/stored-logins.ts";
import type { Network } from "../http/reach.ts";
import type { RunProvider } from "../kubelet/run-provider.ts";
import type { Observe } from "../oci/exchanges.ts";
import type { Registries } from "../oci/registries.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { About } from "./about/about.ts";

/**
 * What commands may use. A command names the parts that it receives (`needs`). Functions load their result at the first call, so that
 * an unused part costs no start-up time.
 */
export interface CommandContext {
  /** docr's version. */
  readonly version: string;
  readonly about: About;
  readonly machine: Machine;
  readonly terminal: Terminal;
  /** Prints warnings on stderr immediately. */
  readonly reporter: Pick<Reporter, "warn">;
  /** Throws `bad-setting`. */
  readonly general: () => GeneralSettings;
  /** The settings for DigitalOcean's registry. Throws `bad-setting` and `bad-api-token`. */
  readonly settings: () => RegistrySettings;
  readonly accounts: CommandAccounts;
  /** DigitalOcean's API for requests about an API token. All calls together take at most `budgetMs`. */
  readonly accountApi: (budgetMs: number) => Promise<AccountApi>;
  /** Mints one new credential for the user, without caching it. Throws `no-api-token` and the API's errors. */
  readonly issue: (order: IssueOrder) => Promise<MintedCredential>;
  /** Mints one new credential for each registry, or none if one fails. Throws like `issue`. */
  readonly issueAll: (order: IssueAllOrder) => Promise<readonly MintedCredential[]>;
  /**
   * Revokes issued credentials by their secrets. Returns one result for each, in order. `stateDir` is the kubelet's, if it is not the
   * usual one. Throws `bad-setting`.
   */
  readonly revokeIssued: (secrets: readonly Secret[], stateDir?: string) => Promise<readonly RevokedSecret[]>;
  readonly inventory: CommandInventory;
  /** The login for DigitalOcean's registry that a client stored and docr did not mint. Makes no request. Throws errors of the store. */
  readonly finishedLogin: () => Promise<FinishedLoginState | undefined>;
  /** Logins in docr's store. */
  readonly logins: StoredLogins;
  /** The program behind the keychain. Undefined if docr's store is not a Linux keychain. Throws `bad-setting` and errors of the store. */
  readonly keychain: () => Promise<KeychainDescription | undefined>;
  /** docr's store of API tokens and logins. */
  readonly store: SecretStore;
  /** The four requests of the credential-helper protocol. */
  readonly helper: Pick<Helper, "get" | "store" | "erase" | "list">;
  readonly clock: Clock;
  readonly sha256: Sha256;
  readonly clients: () => Promise<Clients>;
  readonly files: () => Promise<Files>;
  /** `observe` is called with each exchange. */
  readonly registries: (observe?: Observe) => Promise<Registries>;
  readonly network: () => Promise<Network>;
  readonly kubelet: KubeletParts;
  readonly runHelper: RunHelper;
  /** The places for private files that docr tried, in order. The last one is usable, unless there is none. */
  readonly cachePlaces: () => readonly CachePlace[];
}

export interface CachePlace {
  /** The folder's path, or the variable that names it. */
  readonly name: string;
  /** Follows the name in a message. Undefined if docr can write there. */
  readonly problem: string | undefined;
}

/** The kubelet's side of its credential providers, and docr's own. */
export interface KubeletParts {
  /** Answers as `docr kubelet` does, with the request or else with stdin. Throws a HelperError for a failure. */
  answer(stateDir: string, request?: Uint8Array): Promise<string>;
  readonly run: RunProvider;
}

/** The program behind a Linux keychain, and its keyrings, wallets or databases. Contains no secret. */
export interface KeychainDescription {
  /** Undefined if it cannot be read. */
  readonly daemon: string | undefined;
  readonly collections: readonly {
    /** Its name in the daemon's paths, which errors quote. */
    readonly name: string;
    /** The user's name for it: one line, bounded. */
    readonly label: string;
    readonly isLocked: boolean;
    /** Whether new items go there. */
    readonly isDefault: boolean;
  }[];
}

/** Accounts by the names of their contexts. An undefined context is the default account. */
export interface CommandAccounts {
  /** The context that a `get` for the bare host uses. Throws `bad-setting`. */
  contextInUse(): string | undefined;
  /** Stores the API token once DigitalOcean has accepted it. Throws `bad-api-token` and the API's errors. */
  logIn(token: ApiToken, context: string | undefined): Promise<AcceptedToken>;
  /** Checks the API token like `logIn`, without storing it. */
  checkApiToken(token: ApiToken): Promise<AcceptedToken>;
  /** Whether the secret is an API token. Asks DigitalOcean, because a minted credential can have the same format. */
  isApiToken(secret: Secret): Promise<boolean>;
  /** Also stores the API token of account `from` for account `to`. Does nothing if `from` has none. */
  copyApiToken(from: string, to: string): Promise<void>;
  /** Deletes the account's API token and revokes the credentials that it minted. */
  logOut(context: string | undefined): Promise<LogoutResult>;
  /** Revokes the credentials that this API token of the environment minted. Needs no settings. */
  logOutToken(token: ApiToken): Promise<LogoutResult>;
  /** Does the same for every account and for the environment's API token. Needs no settings. */
  logOutEverywhere(): Promise<LogoutResult>;
  /** The contexts with an API token in the store. */
  contexts(): Promise<StoredContexts>;
  /** The API token that a `get` for the bare host uses. Undefined if there is none. Throws `bad-setting` and errors of the store. */
  findInUse(): Promise<ApiToken | undefined>;
  /** The API token in the store. */
  readStored(context: string | undefined): Promise<ApiToken | undefined>;
  /** The API token in the store, or else in doctl's configuration. Throws `bad-api-token`. */
  find(context: string | undefined): Promise<ApiToken | undefined>;
  /** The API token in doctl's configuration. An undefined context is the one that doctl has switched to. */
  findInDoctl(context: string | undefined): Promise<ApiToken | undefined>;
  /** The names of the registries of the account that `issue` would use. Throws the API's errors. */
  listRegistries(order: Pick<IssueOrder, "registry" | "context">): Promise<readonly string[]>;
}

/** The credentials that docr has minted, in every place where docr may have stored them. */
export interface CommandInventory {
  living(stateDir?: string): Promise<InventoryReport>;
  /** The secrets that the kubelet holds. */
  held(stateDir: string): Promise<readonly Secret[]>;
  /** Whether docr has minted it. */
  contains(secret: Secret): Promise<boolean>;
  /** Revokes every superseded credential, even if clients still use it. Returns how many it revoked. */
  prune(): Promise<number>;
  /** Whether docr caches credentials with the current settings. Throws `bad-setting`. */
  hasCache(): boolean;
  /** Whether docr can record on this machine what it mints. */
  canRecord(): Promise<boolean>;
}
