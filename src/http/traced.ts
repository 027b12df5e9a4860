import { HelperError, isHelperError } from "../core/errors.ts";
import type { Environment } from "../core/machine.ts";
import type { Trace } from "../core/reporter.ts";
import type { HttpResponse } from "./dispatch.ts";
import { createExchange, type HttpRequest } from "./exchange.ts";
import { faultOf } from "./faults.ts";

export interface SendOptions {
  /** The prefix of error codes, and the name of the trace's events. */
  readonly family: "api" | "registry";
  readonly env: Environment;
  readonly userAgent: string;
  /** Aborts every request. */
  readonly signal: AbortSignal;
  readonly trace: Trace;
  /** Milliseconds of the monotonic clock. Not the global `performance`, which Node loads first (src/app/startup/README.md). */
  readonly monotonicMs: () => number;
}

export interface TracedRequest extends Omit<HttpRequest, "headers"> {
  /** The server's name in error messages. */
  readonly server: string;
  /** The media types that the caller can read. */
  readonly accept?: string | undefined;
}

/** Sends one request and returns the response with any status. Throws a HelperError of the family if there is no complete response. */
export type Send = (request: TracedRequest) => Promise<HttpResponse>;

/** The trace shows the path, but never the query, headers or body: they may contain secrets. */
export function createSend({ family, env, userAgent, signal, trace, monotonicMs }: SendOptions): Send {
  const exchange = createExchange(env, signal);
  return async ({ server, accept, ...request }) => {
    const { method, url } = request;
    const headers = { "user-agent": userAgent, ...(accept !== undefined && { accept }) };
    const started = monotonicMs();
    const record = (outcome: Parameters<Trace>[1]): void => {
      const ms = Math.round(monotonicMs() - started);
      trace(family, { method, host: url.host, path: url.pathname, ...outcome, ms });
    };
    try {
      const response = await exchange({ ...request, headers });
      record({ status: response.status, requestId: requestIdOf(response) });
      return response;
    } catch (error) {
      const failure = isHelperError(error) ? error : networkFailure(error, family, server);
      record({ code: failure.code });
      throw failure;
    }
  };
}

function networkFailure(error: unknown, family: SendOptions["family"], server: string): HelperError {
  const { kind, text } = faultOf(error);
  const code = kind === "too-large" ? "malformed" : kind;
  return new HelperError(`${family}-${code}`, `${server} ${text}`, { cause: error });
}

/** Returns the request's id, for the server's support. Undefined if it does not look like an id, because messages show it. */
export function requestIdOf({ headers }: Pick<HttpResponse, "headers">): string | undefined {
  const id = headers["x-request-id"];
  return typeof id === "string" && /^[A-Za-z0-9-]{8,64}$/.test(id) ? id : undefined;
}
