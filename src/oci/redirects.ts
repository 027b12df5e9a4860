import { isLoopback } from "../core/loopback.ts";
import type { HttpResponse } from "../http/dispatch.ts";
import type { Send, TracedRequest } from "../http/traced.ts";
import { type Grant, type Observe, sendObserved } from "./exchanges.ts";
import { insecure, malformed } from "./registry-failures.ts";

const MAX_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export interface OciRequest extends Omit<TracedRequest, "method"> {
  /** By default a POST if it has a form, otherwise a GET. */
  readonly method?: TracedRequest["method"] | undefined;
  /** The service and scope of a token request. */
  readonly grant?: Grant | undefined;
}

export interface OciResponse extends HttpResponse {
  /** The URL of the response, after all redirects. */
  readonly url: URL;
}

/** Returns a response with any status. Throws `registry-…` if there is none. */
export type OciSend = (request: OciRequest) => Promise<OciResponse>;

/**
 * Follows the redirects of a GET, because registries redirect to blob stores. Follows at most five, and never from https to http.
 * Sends the authorization only to the first origin.
 */
export function followRedirects(send: Send, observe: Observe = () => undefined): OciSend {
  return async ({ grant, ...request }) => {
    const method = request.method ?? (request.form ? "POST" : "GET");
    let { url } = request;
    for (let redirects = 0; ; redirects += 1) {
      const authorization = url.origin === request.url.origin ? request.authorization : undefined;
      const response = await sendObserved(send, { ...request, method, url, authorization }, grant, observe);
      const { location } = response.headers;
      if (method !== "GET" || !REDIRECTS.has(response.status) || typeof location !== "string")
        return { ...response, url };
      if (redirects === MAX_REDIRECTS) throw malformed(request.server, "too many redirects");
      url = targetOf(location, url, request.server);
    }
  };
}

function targetOf(location: string, from: URL, server: string): URL {
  if (!URL.canParse(location, from)) throw malformed(server, "a redirect to an invalid URL");
  const url = new URL(location, from);
  if (!isConfidential(url, from)) throw insecure(server, "redirects to plain http");
  url.username = "";
  url.password = "";
  return url;
}

/** Whether data sent to `url` stays confidential: with https, or with http if both `url` and `from`, which named it, are loopback. */
export function isConfidential(url: URL, from: URL): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url) && isLoopback(from));
}
