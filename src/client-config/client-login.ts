/** Converts a client's login to a credential of the helper protocol, and back. */
import type { Credential } from "../core/credential.ts";
import { Secret } from "../core/secret.ts";
import type { ClientLogin } from "./types.ts";

/** Helpers return an identity token with this user name (docker/cli, containers/image). */
const IDENTITY_TOKEN = "<token>";
const IS_IDENTITY_TOKEN = /^<token>$/;

/** Converts a helper's response to a login. */
export function loginOf(credential: Credential): ClientLogin {
  return credential.username.matches(IS_IDENTITY_TOKEN)
    ? { kind: "identity-token", token: credential.secret }
    : { kind: "password", credential };
}

/** Converts the login to a helper's response. Returns undefined for a registry token, which no helper can store. */
export function credentialOf(login: ClientLogin): Credential | undefined {
  switch (login.kind) {
    case "password":
      return login.credential;
    case "identity-token":
      return { username: new Secret(IDENTITY_TOKEN), secret: login.token };
    case "registry-token":
      return undefined;
  }
}
