import type { HelperError } from "../core/errors.ts";
import type { ApiToken } from "../core/api-token.ts";
import type { Access, MintedCredential } from "../core/credential.ts";
import type { Clock, Lifetime } from "../core/lifetime.ts";
import type { SecretStore } from "../core/secret-store.ts";
import type { Trace } from "../core/reporter.ts";
import type { ApiTokens } from "./accounts/api-tokens.ts";
import type { Sha256 } from "./minting/cache-key.ts";
import type { Logins } from "./stored-logins.ts";
import type { MintedCredentials } from "./inventory/credential-cache.ts";
import type { Places } from "./inventory/placement.ts";
import type { Settings } from "./minting/settings.ts";

/** What a credential is minted from and for. */
export interface MintRequest {
  readonly token: ApiToken;
  /** A name that passed the grammar, or undefined for the account's only one through the deprecated endpoint. */
  readonly registry: string | undefined;
  readonly access: Access;
  readonly lifetime: Lifetime;
}

/** DigitalOcean's API, as far as minting needs it. Every method throws `api-…` errors. */
export interface RegistryApi {
  /** Names of the registries that the token's team has, in the API's order; possibly none. */
  listRegistries(token: ApiToken): Promise<readonly string[]>;
  /** Makes a new credential: each call leaves one more token in the account until it expires. */
  mint(request: MintRequest): Promise<MintedCredential>;
  /** Idempotent: one that is dead already counts as revoked. */
  revoke(credential: MintedCredential): Promise<void>;
}

/** DigitalOcean's API, as far as a person asks it about an API token. Every method throws `api-…` errors. */
export interface AccountApi {
  /** What the token is, asked with the token itself. */
  describeToken(token: ApiToken): Promise<TokenDescription>;
  /** Whose it is; undefined where the token may not say (it needs the scope account:read). */
  describeAccount(token: ApiToken): Promise<Account | undefined>;
  /** The registries of the token's team, in the API's order; possibly none. */
  describeRegistries(token: ApiToken): Promise<readonly Registry[]>;
}

/** Texts from the API are free of control characters. */
export interface TokenDescription {
  /** As the API names them: `registry:read`, or `read` and `write` for tokens without custom scopes. */
  readonly scopes: readonly string[];
  /** Counted from the answer on; undefined where it never expires. */
  readonly expiresInSeconds: number | undefined;
}

export interface Account {
  readonly email: string;
  /** Undefined where the API names none. */
  readonly team: string | undefined;
  /** `active`, `warning` or `locked`, as the API has it. */
  readonly status: string;
}

export interface Registry {
  readonly name: string;
  /** What the API did not tell is undefined. */
  readonly region: string | undefined;
  /** RFC 3339. */
  readonly createdAt: string | undefined;
  readonly storageBytes: number | undefined;
}

/** Where a user's API token is found when the environment holds none: the keychain, then doctl's config. */
export interface TokenSource {
  /** The token of the named context, or undefined. Throws `bad-api-token` for one that is empty or malformed. */
  find(context: string | undefined): Promise<ApiToken | undefined>;
  /** The same in doctl's config alone; undefined names the context that doctl has switched to. */
  findInDoctl(context: string | undefined): Promise<ApiToken | undefined>;
  /** The present state of doctl's config, as in the `mark` of a token that was found there. */
  doctlMark(): Promise<string | undefined>;
}

/**
 * One turn after another among this user's processes. A turn ends with its process, however that ends, so
 * none is ever left behind.
 */
export interface Turns {
  /**
   * Waits for the turn at `name` for at most `patienceMs`. Undefined where it did not come, or where this machine
   * has no place for turns: then go on without.
   */
  take(name: string, patienceMs: number): Promise<Turn | undefined>;
}

export interface Turn {
  /** The failure that another process met at this name while this one was waiting for its turn. */
  readonly failure: HelperError | undefined;
  /** Tells those who are waiting why it failed; to be awaited before the end, or the next one may not see it. Best effort, never rejects. */
  shareFailure(failure: HelperError): Promise<void>;
  end(): void;
}

/** Work for a process of its own, on which no client waits. */
export interface Background {
  /** Starts a renewal for the server URL, unless one was started for `name` within the last half minute. */
  renew(name: string, serverUrl: string): void;
  /** Starts the revoking of replaced credentials. */
  sweep(): void;
}

/** Answers that the launcher may give by itself (src/response-cache). Every method does nothing where there is no place for them. */
export interface WarmAnswers {
  /** Whether an answer for this server URL, in this environment, can be left and is not there yet. */
  isWanted(serverUrl: string): Promise<boolean>;
  /** Where the credential is kept in a file under the key: leaves the finished answer for the next `get` of the same server URL in the same environment. */
  offer(serverUrl: string, key: string, credential: MintedCredential): Promise<void>;
}

/** Where one-line remarks to the person go (stderr). */
export interface Notices {
  warn(text: string): void;
}

/** All that the helper stands on. What costs time to build is a function, called only where it is needed. */
export interface HelperPorts {
  /** Read at most once. Throws `bad-setting` and `bad-api-token`: only our own host's requests may ask. */
  settings(): Settings;
  /** Where what outlives a session is kept, as DOCR_STORE says: what logins and API tokens stand on. */
  readonly secrets: SecretStore;
  readonly logins: Logins;
  readonly apiTokens: ApiTokens;
  readonly tokenSource: TokenSource;
  /** Where minted credentials and the inventory are, as the settings and the machine decide. */
  minted(): Places<MintedCredentials>;
  /** Every place where these or earlier settings may have left any; asks for no settings. */
  everywhere(): readonly MintedCredentials[];
  /** An API whose calls together take at most `budgetMs`. */
  api(budgetMs: number): Promise<RegistryApi>;
  accountApi(budgetMs: number): Promise<AccountApi>;
  /** The same for revoking, which asks for no settings: a wrong one must not keep a logout from it. */
  revoker(budgetMs: number): Promise<Pick<RegistryApi, "revoke">>;
  readonly turns: Turns;
  readonly background: Background;
  readonly warmAnswers: WarmAnswers;
  readonly clock: Clock;
  /** Milliseconds on a clock that nobody can set, from any start. */
  monotonicMs(): number;
  readonly notices: Notices;
  readonly trace: Trace;
  readonly sha256: Sha256;
}
