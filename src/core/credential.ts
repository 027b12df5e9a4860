import type { Dated } from "./lifetime.ts";
import type { Secret } from "./secret.ts";

/** What a credential may do at the registry. */
export type Access = "read-only" | "read-write";

/** A user name and password for a registry. The user name is a Secret too: DigitalOcean may repeat the password there. */
export interface Credential {
  readonly username: Secret;
  readonly secret: Secret;
}

/**
 * Where an API token was found. `account` names an account and the store that holds its token (minting/cache-key.ts).
 * `tokenDigest` is the SHA-256 of the environment's token, so that a logout finds what that token minted. Records of earlier
 * versions have none.
 * `fingerprint` identifies the state of doctl's configuration: another state may mean another token.
 */
export type TokenOrigin =
  | { readonly kind: "environment"; readonly tokenDigest?: string | undefined }
  | { readonly kind: "keychain"; readonly account: string }
  | { readonly kind: "doctl"; readonly account: string; readonly fingerprint: string };

/** A credential that docr minted, with everything that docr needs to refresh and revoke it. */
export interface MintedCredential extends Credential, Dated {
  readonly access: Access;
  /** Undefined if the API token may not list registries. The credential is then for the account's only registry. */
  readonly registry: string | undefined;
  /** The API token that minted it. A new token from the same origin invalidates it. */
  readonly origin: TokenOrigin;
  /** Base URL of the OAuth service that can revoke it. docr sends it to no other service to revoke it. */
  readonly revokeAt: string;
}
