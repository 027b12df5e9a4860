import { Agent, type Dispatcher, EnvHttpProxyAgent } from "undici";
import type { Trace } from "../helper/ports.ts";
import { isLoopback } from "../config/base-url.ts";
import type { Environment } from "../config/machine.ts";
import { HelperError } from "../errors.ts";
import type { Secret } from "../secret.ts";
import { networkFailure, requestIdOf, tooLarge } from "./failures.ts";
import { trustedAuthorities } from "./trust.ts";

const CONNECT_TIMEOUT_MS = 5_000;
const ANSWER_TIMEOUT_MS = 10_000;
/** The longest answer is a list of ten registries. Bytes. */
const LARGEST_ANSWER = 1024 * 1024;

export interface ApiRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  /** Sent as `Authorization: Bearer`. */
  readonly bearer: Secret;
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, Secret>>;
}

export interface ApiResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** One exchange with the API. Throws `api-…` errors for everything but an HTTP status. */
export type Send = (request: ApiRequest) => Promise<ApiResponse>;

/**
 * Follows no redirect (the token was meant for the host that was asked), verifies certificates whatever
 * NODE_TLS_REJECT_UNAUTHORIZED says, reads a bounded answer, and gives up when `signal` does.
 */
export function createSend(env: Environment, userAgent: string, signal: AbortSignal, trace: Trace): Send {
  const dispatchers = new Map<boolean, Dispatcher>();
  const dispatcherFor = (url: URL): Dispatcher => {
    const direct = isLoopback(url);
    const dispatcher = dispatchers.get(direct) ?? createDispatcher(env, direct);
    dispatchers.set(direct, dispatcher);
    return dispatcher;
  };
  return async ({ method, url, bearer, form }) => {
    const target = new URL(url);
    const headers: Record<string, string> = {
      authorization: `Bearer ${bearer.reveal()}`,
      accept: "application/json",
      "user-agent": userAgent,
    };
    let body: string | null = null;
    if (form) {
      headers["content-type"] = "application/x-www-form-urlencoded";
      const fields = Object.entries(form).map(([name, value]): [string, string] => [name, value.reveal()]);
      body = new URLSearchParams(fields).toString();
    }
    const destination = { origin: target.origin, path: target.pathname + target.search };
    const started = performance.now();
    const ms = (): number => Math.round(performance.now() - started);
    try {
      const dispatcher = dispatcherFor(target);
      const answer = await dispatcher.request({ ...destination, method, headers, body, signal });
      const { statusCode: status } = answer;
      const response = { status, headers: answer.headers, body: await readBody(answer.body) };
      trace("api", { method, path: target.pathname, status, ms: ms(), requestId: requestIdOf(response) });
      return response;
    } catch (error) {
      const failure = networkFailure(error, target.hostname);
      trace("api", { method, path: target.pathname, code: failure.code, ms: ms() });
      throw failure;
    }
  };
}

/** Proxies come from HTTPS_PROXY, HTTP_PROXY and NO_PROXY; this machine's loopback is never asked for through one. */
function createDispatcher(env: Environment, direct: boolean): Dispatcher {
  const tls = { ca: trustedAuthorities(env), rejectUnauthorized: true };
  const options = {
    // One or two requests: HTTP/2 would only cost the loading of it (the bundle leaves it out, scripts/build).
    allowH2: false,
    connect: { ...tls, timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
    connections: 4,
  };
  if (direct) return new Agent(options);
  return new EnvHttpProxyAgent({
    ...options,
    // Always named, also as nothing: left out, undici would look into the process's environment itself.
    httpProxy: proxyUrl(env["http_proxy"] ?? env["HTTP_PROXY"]),
    httpsProxy: proxyUrl(env["https_proxy"] ?? env["HTTPS_PROXY"]),
    noProxy: env["no_proxy"] ?? env["NO_PROXY"] ?? "",
    requestTls: tls,
    proxyTls: tls,
  });
}

/** As curl and Go take it: without a scheme it is http. Throws `bad-setting` where it is no URL. */
function proxyUrl(text: string | undefined): string {
  if (text === undefined || text === "") return "";
  const url = text.includes("://") ? text : `http://${text}`;
  if (URL.canParse(url)) return url;
  throw new HelperError("bad-setting", "HTTPS_PROXY or HTTP_PROXY is not the URL of a proxy");
}

async function readBody(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > LARGEST_ANSWER) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
