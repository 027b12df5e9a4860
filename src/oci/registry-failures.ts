/** The errors of a registry. Messages contain nothing that was received. `who` is the server, as messages name it. */
import { HelperError } from "../core/errors.ts";
import type { HttpResponse } from "../http/exchange.ts";
import { rateLimitEndsInMs } from "../http/retry.ts";

/** The error for an unexpected status. Callers handle 401, 403 and 404 first where these mean something else. */
export function registryFailure(
  response: Pick<HttpResponse, "status" | "headers">,
  who: string,
): HelperError {
  const { status } = response;
  if (status === 429) {
    const waitMs = rateLimitEndsInMs(response);
    const wait = waitMs === undefined ? "" : `, come back in ${Math.ceil(waitMs / 1000)} s`;
    return new HelperError("registry-rate-limited", `${who} limits the rate of requests (429)${wait}`);
  }
  if (status === 403) return denied(who, status);
  if (status === 401) return refusedLogin(who);
  if (status >= 500) return new HelperError("registry-unavailable", `${who} is failing (${status})`);
  return new HelperError(
    "registry-unexpected",
    `${who} answered ${status}, which is no answer to this request`,
  );
}

/** The request needs a login, and docr has none. */
export function wantsLogin(who: string): HelperError {
  return new HelperError("registry-unauthorized", `${who} wants a login, and there is none for it (401)`);
}

/** The user name or the password is wrong, or no longer valid. */
export function refusedLogin(who: string): HelperError {
  return new HelperError("registry-unauthorized", `${who} refuses the login (401)`);
}

/** The login is valid, or none is needed, but it does not permit this request. */
export function denied(who: string, status: number): HelperError {
  return new HelperError("registry-denied", `${who} denies access (${status})`);
}

export function malformed(who: string, what: string): HelperError {
  return new HelperError(
    "registry-malformed",
    `${who} answered something else than a registry does: ${what}`,
  );
}

/** docr did not send a request that others could have read. */
export function insecure(who: string, what: string): HelperError {
  return new HelperError("registry-insecure", `${who} ${what}, and nothing was sent there`);
}

/** The registry redirects to another host, and that host asks for the registry's login. */
export function askedElsewhere(host: string): HelperError {
  const message = `${host} redirects to another host, which asks for a login, and none was sent there`;
  return new HelperError("registry-insecure", message, {
    hint: "name the image as that host has it, or ask without a login (docr check --anonymous)",
  });
}
