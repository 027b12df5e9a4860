import type { ApiTokens } from "./api-tokens.ts";
import type { Sha256 } from "./entry-key.ts";
import type { Logins } from "./logins.ts";
import type { MintedCredentials } from "./minted-credentials.ts";
import type { Places } from "./places.ts";
import type { Settings } from "./settings.ts";
import type { Access, MintedCredential } from "../registry/credential.ts";
import type { ApiToken } from "../registry/api-token.ts";
import type { Secret } from "../secret.ts";

/** The wall clock. */
export interface Clock {
  /** Milliseconds since the epoch. May jump either way between two calls. */
  now(): number;
}

/**
 * Named secrets that outlive the process: the OS keychain, the user's runtime directory, or nothing.
 * Names are ours, printable, and tell no secret. Every method may throw a `keychain-…` error; an absent
 * name is not an error.
 */
export interface SecretStore {
  /** The value, or undefined where the store is sure that there is none. */
  read(name: string): Promise<Secret | undefined>;
  /** Creates or replaces, whole or not at all. */
  write(name: string, value: Secret): Promise<void>;
  /** Idempotent: true where there was something to erase. */
  erase(name: string): Promise<boolean>;
  /** Every name that starts with `prefix`, with its value. */
  entries(prefix: string): Promise<ReadonlyMap<string, Secret>>;
}

/** What a credential is minted from and for. */
export interface MintRequest {
  readonly token: ApiToken;
  /** A name that passed the grammar, or undefined for the account's only one through the deprecated endpoint. */
  readonly registry: string | undefined;
  readonly access: Access;
  readonly ttlSeconds: number;
}

/** DigitalOcean's API, as far as minting needs it. Every method throws `api-…` errors. */
export interface RegistryApi {
  /** Names of the registries that the token's team has, in the API's order; possibly none. */
  listRegistries(token: ApiToken): Promise<readonly string[]>;
  /** Makes a new credential: each call leaves one more token in the account until it expires. */
  mint(request: MintRequest): Promise<MintedCredential>;
  /** Idempotent as the API is: revoking what is dead already may throw, and the caller may ignore it. */
  revoke(credential: MintedCredential): Promise<void>;
}

/** Where one-line remarks to the person go (stderr). Never a secret: the type of `text` is checked by review. */
export interface Notices {
  warn(text: string): void;
}

/** All that the helper stands on. What costs time to build is a function, called only where it is needed. */
export interface HelperPorts {
  /** Read at most once. Throws `bad-setting` and `bad-api-token`: only our own host's requests may ask. */
  settings(): Settings;
  readonly logins: Logins;
  readonly apiTokens: ApiTokens;
  /** Where minted credentials and their marks are, as the settings and the machine decide. */
  minted(): Places<MintedCredentials>;
  api(): Promise<RegistryApi>;
  readonly clock: Clock;
  readonly notices: Notices;
  readonly sha256: Sha256;
}
