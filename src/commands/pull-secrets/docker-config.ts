/** Converts a credential to the formats that clients and platforms accept. Each of them contains the secret. */
import { REGISTRY_HOST } from "../../core/address.ts";
import { hasApiTokenFormat } from "../../core/api-token.ts";
import type { Credential } from "../../core/credential.ts";
import type { Secret } from "../../core/secret.ts";

/** A login for pulls. */
export interface PullLogin {
  /** Its key in the client's file: `registry.digitalocean.com`, `https://index.docker.io/v1/`. */
  readonly key: string;
  readonly credential: Credential;
  /** Used instead of the password, if the registry issued one. The credential's user name is then `<token>`. */
  readonly identityToken?: Secret | undefined;
}

/** The value of `auth` in `auths`: base64 of `user:password`. */
export function authTokenOf({ username, secret }: Credential): string {
  return Buffer.from(`${username.reveal()}:${secret.reveal()}`, "utf8").toString("base64");
}

/** Returns a docker config.json with only these logins. */
export function dockerConfigOf(logins: readonly PullLogin[]): DockerConfig {
  return { auths: Object.fromEntries(logins.map((login) => [login.key, entryOf(login)])) };
}

export function dockerConfigTextOf(logins: readonly PullLogin[]): string {
  return `${JSON.stringify(dockerConfigOf(logins), null, 2)}\n`;
}

function entryOf({ credential, identityToken }: PullLogin): ConfigEntry {
  return identityToken === undefined
    ? { auth: authTokenOf(credential) }
    : { identitytoken: identityToken.reveal() };
}

type ConfigEntry = { readonly auth: string } | { readonly identitytoken: string };

export interface DockerConfig {
  readonly auths: Readonly<Record<string, ConfigEntry>>;
}

/**
 * Returns the user name, or undefined if it may be the secret itself: DigitalOcean may repeat the password there, and some registries
 * accept a token as both.
 */
export function shownUsername(host: string, { username, secret }: Credential): string | undefined {
  if (host === REGISTRY_HOST || username.equals(secret) || hasApiTokenFormat(username)) return undefined;
  return username.reveal();
}

export function openCredential({ username, secret }: Credential): {
  readonly username: string;
  readonly password: string;
} {
  return { username: username.reveal(), password: secret.reveal() };
}

/** Reveals a token without a user name. */
export function openSecret(secret: Secret): string {
  return secret.reveal();
}
