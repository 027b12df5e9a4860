/** A registry's errors. Messages contain no received text. `server` is the server's name in messages. */
import { HelperError } from "../core/errors.ts";
import type { HttpResponse } from "../http/dispatch.ts";
import { rateLimitEndsInMs } from "../http/retry.ts";
import { requestIdOf } from "../http/traced.ts";

/** The error for an unexpected status. Callers first handle 401, 403 and 404 if these have another meaning. */
export function registryFailure(
  response: Pick<HttpResponse, "status" | "headers">,
  server: string,
): HelperError {
  const { status } = response;
  const requestId = requestIdOf(response);
  if (status === 429) {
    const waitMs = rateLimitEndsInMs(response);
    const retryAfterSeconds = waitMs === undefined ? undefined : Math.ceil(waitMs / 1000);
    const wait = retryAfterSeconds === undefined ? "" : `, try again in ${retryAfterSeconds} s`;
    const message = `${server} limits the rate of requests (HTTP 429${wait})`;
    return new HelperError("registry-rate-limited", message, {
      response: { status, requestId, retryAfterSeconds },
    });
  }
  if (status === 403) return denied(server, status);
  if (status === 401) return loginRejected(server);
  const options = { response: { status, requestId } };
  if (status >= 500) {
    return new HelperError("registry-unavailable", `${server} failed (HTTP ${status})`, options);
  }
  const message = `${server} sent an unexpected response (HTTP ${status})`;
  return new HelperError("registry-unexpected", message, options);
}

/** The request needs a login, and docr has none. */
export function loginRequired(server: string): HelperError {
  const message = `${server} requires a login, and docr found none (HTTP 401)`;
  return new HelperError("registry-unauthorized", message, { response: { status: 401 } });
}

/** The user name or the password is wrong, or no longer valid. */
export function loginRejected(server: string): HelperError {
  const message = `${server} rejected the login (HTTP 401)`;
  return new HelperError("registry-unauthorized", message, { response: { status: 401 } });
}

/** The login is valid, or none is needed, but it does not permit this request. */
export function denied(server: string, status: number): HelperError {
  const message = `${server} denied access (HTTP ${status})`;
  return new HelperError("registry-denied", message, { response: { status } });
}

export function malformed(server: string, what: string): HelperError {
  return new HelperError("registry-malformed", `${server} sent an invalid response: ${what}`);
}

/** docr did not send a request, because others could have read it. */
export function insecure(server: string, what: string): HelperError {
  return new HelperError("registry-insecure", `${server} ${what}, which docr does not use`);
}

/** The registry redirects to another host, and that host asks for the registry's login. */
export function loginRequiredElsewhere(host: string): HelperError {
  const message = `${host} redirects to another host that requires a login, and docr sends no login there`;
  return new HelperError("registry-insecure", message, {
    hint: "use the image's name on the other host, or check without a login: docr check --anonymous IMAGE",
  });
}

/** The registry asks for no bearer token. */
export function noToken(host: string, wantsLogin: boolean): HelperError {
  const instead = wantsLogin ? "it asks for the login itself" : "it answers without a login";
  return new HelperError("registry-no-token", `${host} uses no bearer tokens: ${instead}`);
}

/** The token service issued a token that does not permit the requested access. */
export function notGranted(host: string, actions: string): HelperError {
  return new HelperError("registry-denied", `the token service of ${host} did not grant ${actions}`);
}
