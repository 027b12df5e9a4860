import { randomUUID } from "node:crypto";
import {
  createServer as createHttp,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createHttps } from "node:https";
import { Account, type AccountOptions } from "./digitalocean-account.ts";
import { type Call, readBasic, readBearer, type Reply, replyError } from "./digitalocean-exchange.ts";
import { FaultTable, sendFault } from "./digitalocean-faults.ts";
import { answerOauth } from "./digitalocean-oauth.ts";
import { answerV2, type V2Options } from "./digitalocean-v2.ts";
import { createRateLimit, type RateLimits } from "./rate-limit.ts";
import { answerRegistryAuth, type TokenSigner } from "./registry-token-endpoint.ts";

export interface StandInOptions extends AccountOptions, V2Options {
  /** Loopback address and port. 127.0.0.1 and a free port by default. */
  readonly host?: string;
  readonly port?: number;
  /** PEM texts. Plain http without them. */
  readonly tls?: { readonly key: string; readonly certificate: string };
  /** Limits the requests of each API token. No limits without it. */
  readonly limits?: RateLimits;
  /** Serves the registry's token endpoint too. */
  readonly signer?: TokenSigner;
}

/** What a call was about, by its path. */
export type Purpose =
  | "list"
  | "describe"
  | "mint"
  | "account"
  | "revoke"
  | "token-info"
  | "registry-auth"
  | "other";

/** A request, without its secrets. */
export interface RecordedCall {
  readonly purpose: Purpose;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** 0 without a response. */
  readonly status: number;
}

/** DigitalOcean's API for registries, on loopback, with an account that tests arrange. */
export interface StandIn {
  readonly url: string;
  readonly account: Account;
  readonly faults: FaultTable;
  readonly calls: readonly RecordedCall[];
  /** The number of calls with these purposes. Without a purpose, all calls except the registry's own. */
  count(...purposes: readonly Purpose[]): number;
  /** Clears the calls and the faults, but not the account. */
  reset(): void;
  close(): Promise<void>;
}

const HOURLY_LIMIT = 5000;

export async function createStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const account = new Account(options);
  const faults = new FaultTable();
  const refuse = options.limits ? createGate(options.limits) : () => undefined;
  const calls: RecordedCall[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = await readCall(request);
    const send = (reply: Reply): void => sendReply(response, reply, HOURLY_LIMIT - calls.length);
    const fault = faults.take(call.method, call.path);
    const reply = fault ? undefined : (refuse(call) ?? route(account, call, options));
    const status = fault ? sendFault(fault, response, send) : (reply?.status ?? 0);
    const { method, path, query } = call;
    calls.push({ purpose: purposeOf(path), method, path, query: query.toString(), status });
    if (reply) send(reply);
  };
  const server = createServerWith(options.tls, answer);
  const port = await listen(server, options.port ?? 0, options.host ?? "127.0.0.1");
  return {
    url: `${options.tls ? "https" : "http"}://${options.host ?? "127.0.0.1"}:${port}`,
    account,
    faults,
    calls,
    count: (...purposes) =>
      calls.filter(({ purpose }) =>
        purposes.length === 0 ? purpose !== "registry-auth" : purposes.includes(purpose),
      ).length,
    reset() {
      calls.length = 0;
      faults.clear();
    },
    close: () => closeServer(server),
  };
}

/** Returns a reply to a request of `/v2` that exceeds its API token's limit, and undefined for others. */
function createGate(limits: RateLimits): (call: Call) => Reply | undefined {
  const byToken = new Map<string, ReturnType<typeof createRateLimit>>();
  return ({ path, bearer }) => {
    if (bearer === undefined || !path.startsWith("/v2/")) return undefined;
    const take = byToken.get(bearer) ?? createRateLimit(limits);
    byToken.set(bearer, take);
    const grant = take(performance.now() / 1000);
    if (grant.kind === "granted") return undefined;
    const seconds = Math.ceil(grant.endsInS);
    const headers = grant.hasRetryAfter
      ? { "retry-after": String(seconds) }
      : { "ratelimit-reset": String(Math.floor(Date.now() / 1000) + seconds) };
    return { ...replyError(429), headers: { "ratelimit-remaining": "0", ...headers } };
  };
}

function route(account: Account, call: Call, options: StandInOptions): Reply {
  if (call.path === "/v2/registry/auth" && options.signer)
    return answerRegistryAuth(account, call, options.signer);
  return answerV2(account, call, options) ?? answerOauth(account, call) ?? replyError(404);
}

function purposeOf(path: string): Purpose {
  if (path === "/v2/registry/auth") return "registry-auth";
  if (path.endsWith("/docker-credentials")) return "mint";
  if (path === "/v2/registries") return "list";
  if (path === "/v2/registry" || path.startsWith("/v2/registries/")) return "describe";
  if (path === "/v2/account") return "account";
  if (path === "/v1/oauth/revoke") return "revoke";
  return path === "/v1/oauth/token/info" ? "token-info" : "other";
}

async function readCall(request: IncomingMessage): Promise<Call> {
  const body = await readBody(request);
  const url = new URL(request.url ?? "/", "http://stand-in");
  return {
    method: request.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    bearer: readBearer(request.headers.authorization),
    basic: readBasic(request.headers.authorization),
    body,
  };
}

/** The whole body as text. */
export function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => resolve(Buffer.concat(chunks).toString()));
    request.on("error", reject);
  });
}

function sendReply(response: ServerResponse, reply: Reply, remaining: number): void {
  const requestId = randomUUID();
  response.writeHead(reply.status, {
    "content-type": "application/json; charset=utf-8",
    "ratelimit-limit": String(HOURLY_LIMIT),
    "ratelimit-remaining": String(remaining),
    "ratelimit-reset": String(Math.floor(Date.now() / 1000) + 3600),
    "x-request-id": requestId,
    ...reply.headers,
  });
  response.end(reply.body.replace("REQUEST_ID", requestId));
}

/** A server with this handler. Plain http without `tls`. */
export function createServerWith(
  tls: StandInOptions["tls"] | undefined,
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Server {
  const onRequest = (request: IncomingMessage, response: ServerResponse): void =>
    void answer(request, response);
  return tls ? createHttps({ key: tls.key, cert: tls.certificate }, onRequest) : createHttp(onRequest);
}

/** Returns the port. */
export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("not listening on a port"));
      else resolve(address.port);
    });
  });
}

export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    // Requests without a response would keep the server open.
    server.closeAllConnections();
  });
}
