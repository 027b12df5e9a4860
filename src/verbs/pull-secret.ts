/** A credential in the forms that clients and platforms take it in. Each of these texts is the secret itself. */
import type { Credential } from "../registry/credential.ts";
import type { Secret } from "../secret.ts";

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
