/** From what went wrong with a registry to a coded error. Nothing that was received gets into a message. */
import { HelperError, isHelperError } from "../core/errors.ts";
import type { HttpResponse } from "../http/exchange.ts";
import { faultOf } from "../http/faults.ts";

/** A request that got no whole answer. `who` was asked, in words that may be shown. */
export function networkFailure(error: unknown, who: string): HelperError {
  if (isHelperError(error)) return error;
  const { kind, words } = faultOf(error);
  if (kind === "too-large") return malformed(who, "more than is allowed for");
  return new HelperError(`registry-${kind}`, `${who} ${words}`, { cause: error });
}

/** An answer whose status nobody can do anything with; 401, 403 and 404 mean what the request makes them mean. */
export function statusFailure({ status, headers }: HttpResponse, who: string): HelperError {
  if (status === 429) {
    const after = headers["retry-after"];
    const wait =
      typeof after === "string" && /^\d{1,6}$/.test(after) ? `, come back in ${Number(after)} s` : "";
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

/** Nobody may do this without a login, and there was none. */
export function wantsLogin(who: string): HelperError {
  return new HelperError("registry-unauthorized", `${who} wants a login, and there is none for it (401)`);
}

/** The user name or the password is wrong, or outdated. */
export function refusedLogin(who: string): HelperError {
  return new HelperError("registry-unauthorized", `${who} refuses the login (401)`);
}

/** The login, or nobody's, is good, but not for this. */
export function denied(who: string, status: number): HelperError {
  return new HelperError("registry-denied", `${who} denies access (${status})`);
}

export function malformed(who: string, what: string): HelperError {
  return new HelperError(
    "registry-malformed",
    `${who} answered something else than a registry does: ${what}`,
  );
}

/** Something would have travelled where others can read it. */
export function insecure(who: string, what: string): HelperError {
  return new HelperError("registry-insecure", `${who} ${what}, and nothing was sent there`);
}

/** Somebody else than the registry asks for its login, behind a redirect. */
export function askedElsewhere(host: string): HelperError {
  const message = `${host} redirects to another host, which asks for a login, and none was sent there`;
  return new HelperError("registry-insecure", message, {
    hint: "name the image as that host has it, or ask without a login (docr check --anonymous)",
  });
}
