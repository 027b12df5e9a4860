/** Reports the requests to a registry for the user, without logins and tokens. Of a query, only the service and scope are shown. */
import type { ErrorCode } from "../core/errors.ts";
import { isHelperError } from "../core/errors.ts";
import { printable } from "../core/text.ts";
import type { HttpResponse } from "../http/dispatch.ts";
import type { Send, TracedRequest } from "../http/traced.ts";
import { type Challenge, parseChallenges } from "./challenges.ts";

export interface RegistryExchange {
  readonly method: string;
  /** Without the query, which can contain a signature. */
  readonly url: string;
  readonly sent: "nothing" | "login" | "token" | "identity token";
  /** The service and scope of a token request. */
  readonly grant: Grant | undefined;
  /** Undefined if there was no response. */
  readonly status: number | undefined;
  /** The error's code if there was no response. */
  readonly failure: ErrorCode | undefined;
  readonly challenges: readonly ShownChallenge[];
}

/** The service and scope of a request to a token service. */
export interface Grant {
  readonly service: string | undefined;
  readonly scope: string | undefined;
}

/** A registry's challenge with printable texts. If the realm is a URL, its query is removed. */
export interface ShownChallenge extends Grant {
  readonly scheme: string;
  readonly realm: string | undefined;
}

export type Observe = (exchange: RegistryExchange) => void;

/** Sends the request and reports the exchange to `observe`. */
export async function sendObserved(
  send: Send,
  request: TracedRequest,
  grant: Grant | undefined,
  observe: Observe,
): Promise<HttpResponse> {
  const { method, url } = request;
  const asked = { method, url: withoutQuery(url), sent: sentWith(request), grant };
  try {
    const response = await send(request);
    const challenges = parseChallenges(response.headers["www-authenticate"]).map(shownChallenge);
    observe({ ...asked, status: response.status, failure: undefined, challenges });
    return response;
  } catch (error) {
    const failure = isHelperError(error) ? error.code : "internal";
    observe({ ...asked, status: undefined, failure, challenges: [] });
    throw error;
  }
}

function sentWith({ authorization, form }: TracedRequest): RegistryExchange["sent"] {
  if (form) return "identity token";
  if (!authorization) return "nothing";
  return "basic" in authorization ? "login" : "token";
}

function shownChallenge({ scheme, parameters }: Challenge): ShownChallenge {
  const textOf = (name: string): string | undefined => {
    const text = parameters.get(name);
    return text === undefined ? undefined : printable(text);
  };
  const realm = textOf("realm");
  return {
    scheme,
    realm: realm !== undefined && URL.canParse(realm) ? withoutQuery(new URL(realm)) : realm,
    service: textOf("service"),
    scope: textOf("scope"),
  };
}

function withoutQuery({ origin, pathname }: URL): string {
  return origin + pathname;
}
