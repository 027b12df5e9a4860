import { Agent, type Dispatcher, EnvHttpProxyAgent } from "undici";
import { isLoopback } from "../core/loopback.ts";
import type { Environment } from "../core/machine.ts";
import { parseProxy } from "./proxy.ts";
import { HelperError } from "../core/errors.ts";
import type { Credential } from "../core/credential.ts";
import type { Secret } from "../core/secret.ts";
import { AnswerTooLarge } from "./faults.ts";
import { trustedAuthorities } from "./trust.ts";

const CONNECT_TIMEOUT_MS = 5_000;
const ANSWER_TIMEOUT_MS = 10_000;

/** What is said for the `Authorization` of a request. */
export type Authorization = { readonly bearer: Secret } | { readonly basic: Credential };

export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly authorization?: Authorization | undefined;
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, Secret>> | undefined;
  /** The longest body that is read, in bytes. */
  readonly largestAnswer: number;
}

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/**
 * One exchange. Throws whatever undici throws and `AnswerTooLarge` (faults.ts tells what it means), `bad-setting` for a
 * proxy that is no URL and `bad-trust` for authorities that cannot be read.
 */
export type Exchange = (request: HttpRequest) => Promise<HttpResponse>;

/**
 * Follows no redirect (what a request carries was meant for the host that was asked), verifies certificates whatever
 * NODE_TLS_REJECT_UNAUTHORIZED says, reads a bounded answer, and gives up when `signal` does.
 */
export function createExchange(env: Environment, signal: AbortSignal): Exchange {
  const dispatchers = new Map<boolean, Dispatcher>();
  const dispatcherFor = (url: URL): Dispatcher => {
    const direct = isLoopback(url);
    const dispatcher = dispatchers.get(direct) ?? createDispatcher(env, direct);
    dispatchers.set(direct, dispatcher);
    return dispatcher;
  };
  return async ({ method, url, headers, authorization, form, largestAnswer }) => {
    const destination = { origin: url.origin, path: url.pathname + url.search };
    const all: Record<string, string> = { ...headers };
    if (authorization) all["authorization"] = headerOf(authorization);
    if (form) all["content-type"] = "application/x-www-form-urlencoded";
    const body = form ? encodeForm(form) : null;
    const answer = await dispatcherFor(url).request({ ...destination, method, headers: all, body, signal });
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: await readBody(answer.body, largestAnswer),
    };
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
  const httpProxy = proxyUrl(env["http_proxy"] ?? env["HTTP_PROXY"]);
  const httpsProxy = proxyUrl(env["https_proxy"] ?? env["HTTPS_PROXY"]);
  // The other one would do the same, and its modules take 1 ms to run.
  if (httpProxy === "" && httpsProxy === "") return new Agent(options);
  return new EnvHttpProxyAgent({
    ...options,
    // Always named, also as nothing: left out, undici would look into the process's environment itself.
    httpProxy,
    httpsProxy,
    noProxy: env["no_proxy"] ?? env["NO_PROXY"] ?? "",
    requestTls: tls,
    proxyTls: tls,
  });
}

/** Empty where none is named. Throws `bad-setting` where it is no URL. */
function proxyUrl(text: string | undefined): string {
  if (text === undefined || text === "") return "";
  const url = parseProxy(text);
  if (url) return url.href;
  throw new HelperError("bad-setting", "HTTPS_PROXY or HTTP_PROXY is not the URL of a proxy");
}

async function readBody(body: AsyncIterable<Uint8Array>, largest: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > largest) throw new AnswerTooLarge("the answer is larger than allowed for");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
