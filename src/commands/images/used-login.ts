import type { ResolveOptions } from "../../client-config/resolve.ts";
import { credentialOf } from "../../client-config/client-login.ts";
import { type ClientName, helperOf, loginIn, type Resolved, settingOf } from "../../client-config/types.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import { isHelperError } from "../../core/errors.ts";
import type { RegistryLogin } from "../../oci/session.ts";
import type { CommandContext } from "../context.ts";
import { resolveAndWarn } from "./resolve-and-warn.ts";
import { serverUrlOf, type Target } from "./target.ts";

/** The login that docr sends to a registry, and its source. */
export interface UsedLogin {
  /** Undefined if docr asks without a login. */
  readonly login: RegistryLogin | undefined;
  /** The source, for the user. */
  readonly label: string;
  /** The source, for scripts. */
  readonly json: Readonly<Record<string, string | undefined>>;
}

export const ANONYMOUS: UsedLogin = {
  login: undefined,
  label: "none (--anonymous)",
  json: { source: "none" },
};

/**
 * Finds the login that the client would use for the target. For DigitalOcean's registry, finds docr's own login if the client is not
 * configured to ask docr. Throws like `Clients.resolve` and `get`.
 */
export async function findUsedLogin(
  { helper, ...context }: Pick<CommandContext, "clients" | "helper" | "reporter">,
  target: Target,
  {
    client,
    key: named,
    authFile,
  }: Pick<ResolveOptions, "key" | "authFile"> & { readonly client: ClientName },
): Promise<UsedLogin> {
  const { host, repository } = target;
  const resolved = await resolveAndWarn(context, host, client, { repository, key: named, authFile });
  const login = registryLoginIn(resolved);
  const helperName = helperOf(resolved);
  // docker may use a helper that it finds on the machine (credentials.DetectDefaultStore). That does not count as configured.
  const isClientsOwn = named === undefined && authFile === undefined;
  if (!login && helperName !== "docr" && host === REGISTRY_HOST && isClientsOwn) {
    return findOwnLogin(helper, client, serverUrlOf(target));
  }
  const { source, key } = resolved;
  const kind = settingOf(resolved);
  const from =
    helperName === undefined
      ? `${kind} in ${source}`
      : `docker-credential-${helperName} (${kind} in ${source})`;
  const none = kind === "none" ? `none: ${client} has no login for ${key}` : `none: no login in ${from}`;
  return { login, label: login ? from : none, json: { client, source, kind, helper: helperName, key } };
}

function registryLoginIn(resolved: Resolved): RegistryLogin | undefined {
  const login = loginIn(resolved);
  if (login === undefined) return undefined;
  return login.kind === "registry-token" ? { registryToken: login.token } : credentialOf(login);
}

async function findOwnLogin(
  helper: CommandContext["helper"],
  client: ClientName,
  serverUrl: string,
): Promise<UsedLogin> {
  const json = { client, source: "docr", kind: "none", helper: "docr", key: REGISTRY_HOST };
  try {
    const login = await helper.get(serverUrl);
    return { login, label: `docr (${client} is not configured to ask docr; run docr configure)`, json };
  } catch (error) {
    if (!isHelperError(error, "not-found")) throw error;
    return { login: undefined, label: `none: neither ${client} nor docr has a login (run docr login)`, json };
  }
}
