import { isLoopback } from "../core/loopback.ts";
import type { Trace } from "../core/reporter.ts";
import type { Authorization, Exchange, HttpRequest, HttpResponse } from "../http/exchange.ts";
import { insecure, malformed, networkFailure } from "./registry-failures.ts";

const MOST_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export interface RegistryRequest extends Pick<HttpRequest, "url" | "form" | "largestAnswer"> {
  /** Who is asked, in words that may be shown. */
  readonly who: string;
  readonly accept?: string;
  readonly authorization?: Authorization | undefined;
}

export interface RegistryResponse extends HttpResponse {
  /** Where the answer came from at last. */
  readonly url: URL;
}

/** Sends a request: a POST where it has a form, else a GET. Throws `registry-…` for everything but an HTTP status. */
export type Send = (request: RegistryRequest) => Promise<RegistryResponse>;

/**
 * Follows redirects of what is fetched (registries send people to a store for blobs), at most five, from https to https
 * alone; the authorization stays with the origin that it was meant for.
 */
export function createSend(exchange: Exchange, userAgent: string, trace: Trace): Send {
  const once = async (request: RegistryRequest, url: URL): Promise<HttpResponse> => {
    const { form, accept, who, largestAnswer } = request;
    const authorization = url.origin === request.url.origin ? request.authorization : undefined;
    const headers: Record<string, string> = { "user-agent": userAgent };
    if (accept !== undefined) headers["accept"] = accept;
    const method = form ? "POST" : "GET";
    const started = performance.now();
    const seen = { method, host: url.host, path: url.pathname };
    const ms = (): number => Math.round(performance.now() - started);
    try {
      const answer = await exchange({ method, url, headers, authorization, form, largestAnswer });
      trace("registry", { ...seen, status: answer.status, ms: ms() });
      return answer;
    } catch (error) {
      const failure = networkFailure(error, who);
      trace("registry", { ...seen, code: failure.code, ms: ms() });
      throw failure;
    }
  };
  return async (request) => {
    let { url } = request;
    for (let redirects = 0; ; redirects += 1) {
      const answer = await once(request, url);
      const { location } = answer.headers;
      if (request.form || !REDIRECTS.has(answer.status) || typeof location !== "string")
        return { ...answer, url };
      if (redirects === MOST_REDIRECTS) throw malformed(request.who, "one redirect after another");
      url = followed(location, url, request.who);
    }
  };
}

function followed(location: string, from: URL, who: string): URL {
  if (!URL.canParse(location, from)) throw malformed(who, "a redirect to no URL");
  const url = new URL(location, from);
  if (!isPrivateWay(url, from)) throw insecure(who, "redirects to plain http");
  url.username = "";
  url.password = "";
  return url;
}

/** Whether nobody can listen in on the way to the URL that `from` named: https, or this machine naming itself. */
export function isPrivateWay(url: URL, from: URL): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url) && isLoopback(from));
}
