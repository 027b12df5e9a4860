import type { Machine } from "../core/machine.ts";
import type { LogoutScope } from "../credentials/accounts/log-out.ts";
import { parseContextName } from "./config-file.ts";
import { readApiToken } from "./registry.ts";

/**
 * The scope of docker's `erase`: the credentials of the environment's API token, or else the account in DIGITALOCEAN_CONTEXT, or else
 * everything. Users who share a runner therefore revoke only their own credentials. Other settings may be wrong. Throws
 * `bad-api-token` and `bad-setting` if one of these two is wrong, because docr cannot tell whose credentials to revoke.
 */
export function readLogoutScope(machine: Machine, storeId: () => string): LogoutScope {
  const token = readApiToken(machine);
  if (token) return { kind: "token", token };
  const name = "DIGITALOCEAN_CONTEXT";
  const context = machine.env[name];
  if (context) return { kind: "account", context: parseContextName(context, name), storeId: storeId() };
  return { kind: "everything" };
}
