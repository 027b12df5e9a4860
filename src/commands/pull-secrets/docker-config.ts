/** A credential in the forms that clients and platforms take it in. Each of these texts is the secret itself. */
import { REGISTRY_HOST } from "../../core/address.ts";
import { hasApiTokenFormat } from "../../core/api-token.ts";
import type { Credential } from "../../core/credential.ts";
import type { Secret } from "../../core/secret.ts";

/** What a pull from some hosts needs. */
export interface PullSecret {
  /** The keys that clients look under: `registry.digitalocean.com`, `https://index.docker.io/v1/`. */
  readonly hosts: readonly string[];
  readonly credential: Credential;
  /** In the place of the password, where the registry gave one: then the credential's user name is `<token>`. */
  readonly identityToken?: Secret | undefined;
}

/** The authorisation token of `auths`: base64 of user name, colon and password. */
export function authTokenOf({ username, secret }: Credential): string {
  return Buffer.from(`${username.reveal()}:${secret.reveal()}`, "utf8").toString("base64");
}

/** docker's config.json with these logins alone, as a value for JSON. */
export function dockerConfigOf({ hosts, credential, identityToken }: PullSecret): DockerConfig {
  const auth =
    identityToken === undefined
      ? { auth: authTokenOf(credential) }
      : { identitytoken: identityToken.reveal() };
  return { auths: Object.fromEntries(hosts.map((host) => [host, auth])) };
}

export interface DockerConfig {
  readonly auths: Readonly<Record<string, { readonly auth: string } | { readonly identitytoken: string }>>;
}

/**
 * The user name where anybody may see it; undefined where it is, or can be, the secret itself: at our host, where the API
 * may repeat the password there, and wherever somebody logged in with a token as both.
 */
export function shownUsername(host: string, { username, secret }: Credential): string | undefined {
  if (host === REGISTRY_HOST || username.equals(secret) || hasApiTokenFormat(username)) return undefined;
  return username.reveal();
}

/** For whoever asked to see both. */
export function openCredential({ username, secret }: Credential): {
  readonly username: string;
  readonly password: string;
} {
  return { username: username.reveal(), password: secret.reveal() };
}

/** The same for a token without a user name. */
export function openSecret(secret: Secret): string {
  return secret.reveal();
}
