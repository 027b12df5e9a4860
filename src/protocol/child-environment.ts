import type { Environment } from "../core/machine.ts";
import { API_TOKEN_VARIABLES } from "../response-cache/shared/api-token-variables.ts";

/** The environment of a program that needs no API token: pass, a pager, a helper for other registries. */
export function withoutApiTokens(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !API_TOKEN_VARIABLES.includes(name)));
}
