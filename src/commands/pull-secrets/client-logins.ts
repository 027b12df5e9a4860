import { REGISTRY_HOST } from "../../core/address.ts";
import { credentialOf, loginOf } from "../../client-config/client-login.ts";
import {
  type ClientLogin,
  type ClientName,
  helperOf,
  loginIn,
  type Resolved,
} from "../../client-config/types.ts";
import { HelperError, isHelperError } from "../../core/errors.ts";
import { clientKeyOf } from "../../core/image.ts";
import type { RegistryLogin } from "../../oci/session.ts";
import type { CommandContext } from "../context.ts";
import { resolveAndWarn } from "../images/resolve-and-warn.ts";
import { serverUrlOf, type Target } from "../images/target.ts";
import type { PullLogin } from "./docker-config.ts";

/** A client's login for a registry or an image. */
export interface TargetLogin extends PullLogin {
  readonly target: Target;
  /** The same login, for requests to the registry. */
  readonly login: RegistryLogin;
}

/** Returns the client's login, or else the one in docr's store. Throws `no-login`. */
export async function findClientLogin(
  context: Pick<CommandContext, "clients" | "helper" | "reporter">,
  target: Target,
  client: ClientName,
  key?: string,
): Promise<TargetLogin> {
  const { host, repository } = target;
  const resolved = await resolveAndWarn(context, host, client, { repository, key });
  const login = loginIn(resolved) ?? (await findOwnLogin(context, resolved, target, key));
  if (login?.kind === "registry-token") {
    throw new HelperError("no-login", `${client} has a registry token for ${host} and no password`, {
      hint: `log in with a user name and a password: ${client} login ${host}`,
    });
  }
  const credential = login && credentialOf(login);
  if (!credential) {
    throw new HelperError("no-login", `${client} has no login for ${host}`, {
      hint:
        host === REGISTRY_HOST
          ? "run docr login"
          : `run ${client} login ${host}, or docr registry add ${host}`,
    });
  }
  const identityToken = login.kind === "identity-token" ? login.token : undefined;
  return { key: key ?? clientKeyOf(host), target, login: credential, credential, identityToken };
}

/** Returns docr's own login if the client has none, because the client may not be configured to ask docr. */
async function findOwnLogin(
  { helper, reporter }: Pick<CommandContext, "helper" | "reporter">,
  resolved: Resolved,
  target: Target,
  key: string | undefined,
): Promise<ClientLogin | undefined> {
  if (helperOf(resolved) === "docr") return undefined;
  try {
    const login = loginOf(await helper.get(key ?? serverUrlOf(target)));
    reporter.warn(`${resolved.client} has no login for ${target.host}; this is the one in docr's store`);
    return login;
  } catch (error) {
    if (isHelperError(error, "not-found") || isHelperError(error, "keychain-missing")) return undefined;
    throw error;
  }
}
