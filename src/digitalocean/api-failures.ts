/** From what went wrong on the wire to a coded error. Nothing that was received gets into a message but a checked request id. */
import { HelperError, isHelperError, type ErrorCode } from "../core/errors.ts";
import { faultOf } from "../http/faults.ts";
import type { ApiToken } from "../core/api-token.ts";
import type { ApiResponse } from "./transport.ts";

/** A request that got no whole answer. */
export function networkFailure(error: unknown, host: string): HelperError {
  if (isHelperError(error)) return error;
  const { kind, words } = faultOf(error);
  if (kind === "too-large") {
    return new HelperError("api-malformed", "DigitalOcean's API answered with more than 1 MiB");
  }
  return new HelperError(`api-${kind}`, `${host} ${words}`, { cause: error });
}

/** What a request needs of its API token (DigitalOcean's custom scopes). */
export type Scope = "registry:read" | "registry:update" | "account:read";

/** An answer whose status is not a success. `token` is named by its place, never shown; undefined for a request that needs no scope. */
export function statusFailure(response: ApiResponse, token: ApiToken, scope?: Scope): HelperError {
  const [code, what] = statusFailureOf(response, token, scope);
  const id = requestIdOf(response);
  return new HelperError(code, id === undefined ? what : `${what}, request ${id}`);
}

function statusFailureOf(
  response: ApiResponse,
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
  if (status === 429)
    return ["api-rate-limited", `DigitalOcean limits this API token's rate (429)${comeBack(response)}`];
  if (status >= 500) return ["api-unavailable", `DigitalOcean's API is failing (${status})`];
  return ["api-unexpected", `DigitalOcean's API answered ${status}, which is no answer to this request`];
}

/** When the limit ends, in words. */
function comeBack(response: ApiResponse): string {
  const waitMs = limitEndsInMs(response);
  return waitMs === undefined ? "" : `, come back in ${Math.ceil(waitMs / 1000)} s`;
}

/**
 * How long a rate limit lasts from now on, in milliseconds: `retry-after` (seconds), else `ratelimit-reset` (seconds since
 * the epoch) by the server's own clock, which its `date` tells, because this machine's may be wrong.
 */
export function limitEndsInMs({ headers }: ApiResponse): number | undefined {
  const after = wholeNumber(headers["retry-after"]);
  if (after !== undefined) return after * 1000;
  const reset = wholeNumber(headers["ratelimit-reset"]);
  const serverNow = typeof headers["date"] === "string" ? Date.parse(headers["date"]) : Number.NaN;
  if (reset === undefined || Number.isNaN(serverNow)) return undefined;
  return Math.max(0, reset * 1000 - serverNow);
}

function wholeNumber(header: string | string[] | undefined): number | undefined {
  return typeof header === "string" && /^\d{1,13}$/.test(header) ? Number(header) : undefined;
}

/** The request's id at DigitalOcean, where it looks like one. */
export function requestIdOf({ headers }: ApiResponse): string | undefined {
  const id = headers["x-request-id"];
  return typeof id === "string" && /^[A-Za-z0-9-]{8,64}$/.test(id) ? id : undefined;
}
