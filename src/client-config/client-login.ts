/** A client's login as a credential of the helpers' protocol, and back. */
import type { Credential } from "../core/credential.ts";
import { Secret } from "../core/secret.ts";
import type { ClientLogin } from "./types.ts";

/** The user name by which helpers mark an identity token (docker/cli, containers/image). */
const IDENTITY_TOKEN = "<token>";
const IS_IDENTITY_TOKEN = /^<token>$/;

/** A helper's answer as a login. */
export function loginOf(credential: Credential): ClientLogin {
  return credential.username.matches(IS_IDENTITY_TOKEN)
    ? { kind: "identity-token", token: credential.secret }
    : { kind: "password", credential };
}

/** The login as a helper would answer it. Undefined for a registry token, which no helper can store. */
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
