import { Agent, type Dispatcher, EnvHttpProxyAgent } from "undici";
import type { Credential } from "../core/credential.ts";
import { isLoopback } from "../core/loopback.ts";
import type { Environment } from "../core/machine.ts";
import type { Secret } from "../core/secret.ts";
import { dispatch, type HttpResponse } from "./dispatch.ts";
import { isUntrusted } from "./faults.ts";
import { readProxy } from "./proxy.ts";
import { isReadByOpenssl, trustedAuthorities } from "./trust.ts";

const CONNECT_TIMEOUT_MS = 5_000;
const RESPONSE_TIMEOUT_MS = 10_000;

/** Becomes the `Authorization` header. */
export type Authorization = { readonly bearer: Secret } | { readonly basic: Credential };

export interface HttpRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly authorization?: Authorization | undefined;
  /** The body, sent URL-encoded. */
  readonly form?: Readonly<Record<string, Secret>> | undefined;
  readonly maxBytes: number;
}

/**
 * Sends one request and returns the response. Throws undici's errors and `ResponseTooLarge`, which faults.ts classifies. Throws
 * `bad-setting` if a proxy is not a URL, and `bad-trust` if the certificate authorities cannot be read.
 */
export type Exchange = (request: HttpRequest) => Promise<HttpResponse>;

/**
 * Follows no redirects, because a request's secrets are only for the host in its URL. Always verifies certificates, even if
 * NODE_TLS_REJECT_UNAUTHORIZED is 0. Reads at most `maxBytes` of the body, and stops when `signal` aborts. If OpenSSL
 * trusts no authority that it reads itself, tries once more with all authorities.
 */
export function createExchange(env: Environment, signal: AbortSignal): Exchange {
  const quick = isReadByOpenssl(env) ? openDispatchers(env, () => undefined) : undefined;
  const complete = openDispatchers(env, () => trustedAuthorities(env));
  let dispatchers = quick ?? complete;
  return async ({ method, url, headers, authorization, form, maxBytes }) => {
    const destination = { origin: url.origin, path: url.pathname + url.search };
    const all: Record<string, string> = { ...headers };
    if (authorization) all["authorization"] = headerOf(authorization);
    if (form) all["content-type"] = "application/x-www-form-urlencoded";
    const request = { ...destination, method, headers: all, body: form ? encodeForm(form) : null };
    const used = dispatchers;
    try {
      return await dispatch(used(url), request, { signal, maxBytes });
    } catch (error) {
      if (used === complete || !isUntrusted(error)) throw error;
      dispatchers = complete;
      return dispatch(complete(url), request, { signal, maxBytes });
    }
  };
}

/** Returns the dispatcher for a URL. `findAuthorities` returns undefined for those that OpenSSL reads itself. */
function openDispatchers(
  env: Environment,
  findAuthorities: () => string[] | undefined,
): (url: URL) => Dispatcher {
  const dispatchers = new Map<boolean, Dispatcher>();
  return (url) => {
    const isDirect = isLoopback(url);
    const dispatcher = dispatchers.get(isDirect) ?? createDispatcher(env, isDirect, findAuthorities());
    dispatchers.set(isDirect, dispatcher);
    return dispatcher;
  };
}

function headerOf(authorization: Authorization): string {
  if ("bearer" in authorization) return `Bearer ${authorization.bearer.reveal()}`;
  const { username, secret } = authorization.basic;
  return `Basic ${Buffer.from(`${username.reveal()}:${secret.reveal()}`).toString("base64")}`;
}

function encodeForm(form: Readonly<Record<string, Secret>>): string {
  const fields = Object.entries(form).map(([name, value]): [string, string] => [name, value.reveal()]);
  return new URLSearchParams(fields).toString();
}

/** Uses the proxies in HTTPS_PROXY, HTTP_PROXY and NO_PROXY, but never for loopback. */
function createDispatcher(env: Environment, isDirect: boolean, ca: string[] | undefined): Dispatcher {
  const tls = { ca, rejectUnauthorized: true };
  const options = {
    // For one or two requests, HTTP/2 would only take time to load. The bundle does not contain it.
    allowH2: false,
    connect: { ...tls, timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: RESPONSE_TIMEOUT_MS,
    bodyTimeout: RESPONSE_TIMEOUT_MS,
    connections: 4,
  };
  if (isDirect) return new Agent(options);
  const [httpProxy, httpsProxy] = [readProxy(env, "HTTP_PROXY"), readProxy(env, "HTTPS_PROXY")];
  // EnvHttpProxyAgent would do the same, but takes time to load (src/app/startup/README.md).
  if (!httpProxy && !httpsProxy) return new Agent(options);
  return new EnvHttpProxyAgent({
    ...options,
    // Always set these, even to "": if an option is missing, undici reads the process's environment.
    httpProxy: httpProxy?.href ?? "",
    httpsProxy: httpsProxy?.href ?? "",
    noProxy: env["no_proxy"] ?? env["NO_PROXY"] ?? "",
    requestTls: tls,
    proxyTls: tls,
    clientFactory: (proxy, settings) => {
      const used = [httpProxy, httpsProxy].find((one) => one?.href === proxy.href);
      const client = new Agent(settings);
      return used?.problem ? Object.assign(client, { connect: () => Promise.reject(used.problem) }) : client;
    },
  });
}
