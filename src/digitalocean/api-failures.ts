import type { ApiToken } from "../core/api-token.ts";
import { CREATE_TOKEN } from "../core/error-catalog.ts";
import { HelperError, type ErrorCode } from "../core/errors.ts";
import { parseJsonObject } from "../core/json.ts";
import type { HttpResponse } from "../http/dispatch.ts";
import { rateLimitEndsInMs } from "../http/retry.ts";
import { requestIdOf } from "../http/traced.ts";
import { printableText } from "./responses.ts";

/** The scope that a request's API token needs (DigitalOcean's custom scopes). */
export type Scope = "registry:read" | "registry:update" | "account:read";

/** Text with this many hexadecimal digits may be a token. */
const TOKEN_LIKE = /(?:do[a-z]_v1_)?[0-9a-f]{32,}/gi;

/**
 * Creates the error for an unsuccessful response. Its message names the source of the API token. Of the response, it shows only the
 * request id and, for a status below 500, the API's own message. `scope` is undefined if the request needs no particular scope.
 */
export function apiFailure(response: HttpResponse, token: ApiToken, scope?: Scope): HelperError {
  const { status } = response;
  const retryAfterSeconds = status === 429 ? waitOf(response) : undefined;
  const requestId = requestIdOf(response);
  const apiMessage = status < 500 ? apiMessageOf(response) : undefined;
  const facts = [
    `HTTP ${status}`,
    ...(retryAfterSeconds === undefined ? [] : [`try again in ${retryAfterSeconds} s`]),
    ...(requestId === undefined ? [] : [`request ${requestId}`]),
  ];
  const [code, what, hint] = describeStatus(status, token, scope);
  const reason = apiMessage === undefined ? "" : `: ${apiMessage}`;
  return new HelperError(code, `${what} (${facts.join(", ")})${reason}`, {
    ...(hint !== undefined && { hint }),
    response: { status, requestId, retryAfterSeconds, apiMessage },
  });
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
  if (status === 400 || status === 422) return ["api-rejected", "DigitalOcean's API rejected the request"];
  if (status >= 500) return ["api-unavailable", "DigitalOcean's API failed"];
  return ["api-unexpected", "DigitalOcean's API sent an unexpected response"];
}

/** Tells the user where to put a new token. Undefined for a token from the store or doctl: the catalog's hint suggests docr login. */
function hintFor({ origin, source }: ApiToken): string | undefined {
  return origin.kind === "environment" ? `${CREATE_TOKEN}, and put it into ${source}` : undefined;
}

/** Returns whole seconds. */
function waitOf(response: HttpResponse): number | undefined {
  const waitMs = rateLimitEndsInMs(response);
  return waitMs === undefined ? undefined : Math.ceil(waitMs / 1000);
}

/** Reads the message from `{"id":…,"message":…}`, without its full stop. */
function apiMessageOf({ body }: HttpResponse): string | undefined {
  const { message } = parseJsonObject(body.toString("utf8")) ?? {};
  if (typeof message !== "string") return undefined;
  return printableText(message.replace(TOKEN_LIKE, "...").replace(/\.$/, "").trim());
}
