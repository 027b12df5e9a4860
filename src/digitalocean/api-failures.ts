import type { ApiToken } from "../core/api-token.ts";
import { CREATE_TOKEN } from "../core/error-catalog.ts";
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
  const { status } = response;
  const facts = [`HTTP ${status}`, status === 429 ? waitOf(response) : undefined, requestOf(response)];
  const [code, what, hint] = describeStatus(status, token, scope);
  const message = `${what} (${facts.filter((fact) => fact !== undefined).join(", ")})`;
  return new HelperError(code, message, hint === undefined ? {} : { hint });
}

function describeStatus(
  status: number,
  token: ApiToken,
  scope: Scope | undefined,
): readonly [code: ErrorCode, message: string, hint?: string | undefined] {
  const { source } = token;
  if (status === 401)
    return ["api-unauthorized", `DigitalOcean rejected the API token from ${source}`, hintFor(token)];
  if (status === 403) {
    const lack = scope === undefined ? "does not permit this request" : `lacks the scope ${scope}`;
    return ["api-forbidden", `the API token from ${source} ${lack}`, hintFor(token)];
  }
  if (status === 404) return ["api-not-found", "this account has no such registry"];
  if (status === 412) return ["api-ambiguous", "this account has no registry, or more than one"];
  if (status === 429) return ["api-rate-limited", "this API token exceeded DigitalOcean's rate limit"];
  if (status >= 500) return ["api-unavailable", "DigitalOcean's API failed"];
  return ["api-unexpected", "DigitalOcean's API sent an unexpected response"];
}

/** Where to put a new token. Undefined for a token in the store or from doctl: the catalog's hint names docr login. */
function hintFor({ origin, source }: ApiToken): string | undefined {
  return origin.kind === "environment" ? `${CREATE_TOKEN}, and put it into ${source}` : undefined;
}

function waitOf(response: Pick<HttpResponse, "headers">): string | undefined {
  const waitMs = rateLimitEndsInMs(response);
  return waitMs === undefined ? undefined : `try again in ${Math.ceil(waitMs / 1000)} s`;
}

function requestOf(response: Pick<HttpResponse, "headers">): string | undefined {
  const id = requestIdOf(response);
  return id === undefined ? undefined : `request ${id}`;
}
