import { isLoopback } from "../core/loopback.ts";
import type { HttpResponse } from "../http/exchange.ts";
import type { Send, TracedRequest } from "../http/traced.ts";
import { insecure, malformed } from "./registry-failures.ts";

const MAX_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** A POST if it has a form, else a GET. */
export type OciRequest = Omit<TracedRequest, "method">;

export interface OciResponse extends HttpResponse {
  /** The URL of the response, after all redirects. */
  readonly url: URL;
}

/** Throws `registry-…` errors for everything but an HTTP status. */
export type OciSend = (request: OciRequest) => Promise<OciResponse>;

/**
 * Follows the redirects of a GET: registries redirect to blob stores. Only from https to https, and at most five times.
 * Sends the authorization to the first origin only.
 */
export function followRedirects(send: Send): OciSend {
  return async (request) => {
    const method = request.form ? "POST" : "GET";
    let { url } = request;
    for (let redirects = 0; ; redirects += 1) {
      const authorization = url.origin === request.url.origin ? request.authorization : undefined;
      const response = await send({ ...request, method, url, authorization });
      const { location } = response.headers;
      if (request.form || !REDIRECTS.has(response.status) || typeof location !== "string")
        return { ...response, url };
      if (redirects === MAX_REDIRECTS) throw malformed(request.who, "too many redirects");
      url = targetOf(location, url, request.who);
    }
  };
}

function targetOf(location: string, from: URL, who: string): URL {
  if (!URL.canParse(location, from)) throw malformed(who, "a redirect to an invalid URL");
  const url = new URL(location, from);
  if (!isConfidential(url, from)) throw insecure(who, "redirects to plain http");
  url.username = "";
  url.password = "";
  return url;
}

/** Whether no one else can read what is sent to `url`, which the server at `from` named: https, or from loopback to loopback. */
export function isConfidential(url: URL, from: URL): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url) && isLoopback(from));
}
