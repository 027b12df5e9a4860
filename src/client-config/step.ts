import type { HelperError } from "../core/errors.ts";
import type { ClientSetting } from "../commands/ports.ts";
import type { Credential } from "../core/credential.ts";
import { Secret } from "../core/secret.ts";

/** What a client finds when it looks for a login, one after the other until one of them has it. */
export type Step = StoredStep | HelperStep | BrokenStep;

/** Somebody's login in the file itself. */
export interface StoredStep {
  readonly kind: "auths";
  /** For people: a variable's name, or a path. */
  readonly source: string;
  readonly key: string;
  readonly login: StoredLogin;
}

/** A helper that is to be asked for the key. */
export interface HelperStep {
  readonly kind: Exclude<ClientSetting, "auths">;
  readonly source: string;
  readonly key: string;
  /** By the last part of its name. */
  readonly helper: string;
}

/** A file that the client cannot read, and goes on without. */
export interface BrokenStep {
  readonly kind: "broken";
  readonly failure: HelperError;
}

export interface StoredLogin {
  /** With an identity token: the user name `<token>` and the token, as in the helpers' protocol. */
  readonly credential: Credential | undefined;
  readonly identityToken: Secret | undefined;
  readonly registryToken: Secret | undefined;
}

/** The user name by which helpers mark an identity token (docker/cli, containers/image). */
const IDENTITY_TOKEN = /^<token>$/;

/** A helper's answer as a login. */
export function loginOf(credential: Credential): StoredLogin {
  const isToken = credential.username.matches(IDENTITY_TOKEN);
  return { credential, identityToken: isToken ? credential.secret : undefined, registryToken: undefined };
}

export function tokenLogin(identityToken: Secret): StoredLogin {
  return loginOf({ username: new Secret("<token>"), secret: identityToken });
}
