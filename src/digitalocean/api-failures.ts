import type { ApiToken } from "../core/api-token.ts";
import { HelperError, type ErrorCode } from "../core/errors.ts";
import type { HttpResponse } from "../http/exchange.ts";
import { rateLimitEndsInMs } from "../http/retry.ts";
import { requestIdOf } from "../http/traced.ts";

/** What a request needs of its API token (DigitalOcean's custom scopes). */
export type Scope = "registry:read" | "registry:update" | "account:read";

/**
 * The error for a response whose status is not a success. Its message names where the token came from and shows, of all
 * that was received, only the request id. `scope` is undefined for a request that needs none.
 */
export function apiFailure(
  response: Pick<HttpResponse, "status" | "headers">,
  token: ApiToken,
  scope?: Scope,
): HelperError {
  const [code, what] = describeStatus(response, token, scope);
  const id = requestIdOf(response);
  return new HelperError(code, id === undefined ? what : `${what}, request ${id}`);
}

function describeStatus(
  response: Pick<HttpResponse, "status" | "headers">,
  token: ApiToken,
  scope: Scope | undefined,
): [ErrorCode, string] {
  const { status } = response;
  if (status === 401)
    return ["api-unauthorized", `DigitalOcean refuses the API token from ${token.source} (401)`];
  if (status === 403) {
    const lack = scope === undefined ? "may not do this" : `lacks the scope ${scope}`;
    return ["api-forbidden", `the API token from ${token.source} ${lack} (403)`];
  }
  if (status === 404) return ["api-not-found", "DigitalOcean knows no such registry (404)"];
  if (status === 412) return ["api-ambiguous", "this account has no registry, or several (412)"];
  if (status === 429) {
    const waitMs = rateLimitEndsInMs(response);
    const wait = waitMs === undefined ? "" : `, come back in ${Math.ceil(waitMs / 1000)} s`;
    return ["api-rate-limited", `DigitalOcean limits this API token's rate (429)${wait}`];
  }
  if (status >= 500) return ["api-unavailable", `DigitalOcean's API is failing (${status})`];
  return ["api-unexpected", `DigitalOcean's API answered ${status}, which is no answer to this request`];
}
