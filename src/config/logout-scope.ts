import type { Machine } from "../core/machine.ts";
import type { LogoutScope } from "../credentials/accounts/log-out.ts";
import { parseContextName } from "./config-file.ts";
import { readApiToken } from "./registry.ts";

/**
 * What docker's `erase` is for, so that users who share a runner end only their own credentials: what the environment's API
 * token minted, else the account in DIGITALOCEAN_CONTEXT, else everything. Other settings may be wrong. Throws
 * `bad-api-token` and `bad-setting` for these, because it is unknown whose credentials are meant.
 */
export function readLogoutScope(machine: Machine, storeId: () => string): LogoutScope {
  const token = readApiToken(machine);
  if (token) return { kind: "token", token };
  const name = "DIGITALOCEAN_CONTEXT";
  const context = machine.env[name];
  if (context) return { kind: "account", context: parseContextName(context, name), storeId: storeId() };
  return { kind: "everything" };
}
