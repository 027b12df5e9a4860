import { HelperError, isHelperError } from "../core/errors.ts";
import type { Environment } from "../core/machine.ts";
import type { Trace } from "../core/reporter.ts";
import { createExchange, type HttpRequest, type HttpResponse } from "./exchange.ts";
import { faultOf } from "./faults.ts";

export interface SendOptions {
  /** Begins the codes of the errors, and names the trace's events. */
  readonly family: "api" | "registry";
  readonly env: Environment;
  readonly userAgent: string;
  /** Ends every exchange. */
  readonly signal: AbortSignal;
  readonly trace: Trace;
}

export interface TracedRequest extends Omit<HttpRequest, "headers"> {
  /** The server, as error messages name it. */
  readonly who: string;
  /** The media types that the caller can read. */
  readonly accept?: string | undefined;
}

/** One exchange, with any status. Throws a HelperError of the family if there is no complete response. */
export type Send = (request: TracedRequest) => Promise<HttpResponse>;

/** The trace names the path, but neither the query nor a header or body: they may hold secrets. */
export function createSend({ family, env, userAgent, signal, trace }: SendOptions): Send {
  const exchange = createExchange(env, signal);
  return async ({ who, accept, ...request }) => {
    const { method, url } = request;
    const headers = { "user-agent": userAgent, ...(accept !== undefined && { accept }) };
    const started = performance.now();
    const record = (outcome: Parameters<Trace>[1]): void => {
      const ms = Math.round(performance.now() - started);
      trace(family, { method, host: url.host, path: url.pathname, ...outcome, ms });
    };
    try {
      const response = await exchange({ ...request, headers });
      record({ status: response.status, requestId: requestIdOf(response) });
      return response;
    } catch (error) {
      const failure = isHelperError(error) ? error : networkFailure(error, family, who);
      record({ code: failure.code });
      throw failure;
    }
  };
}

function networkFailure(error: unknown, family: SendOptions["family"], who: string): HelperError {
  const { kind, text } = faultOf(error);
  const code = kind === "too-large" ? "malformed" : kind;
  return new HelperError(`${family}-${code}`, `${who} ${text}`, { cause: error });
}

/** The server's id of the request, for its support. Undefined unless it looks like an id: messages show it. */
export function requestIdOf({ headers }: Pick<HttpResponse, "headers">): string | undefined {
  const id = headers["x-request-id"];
  return typeof id === "string" && /^[A-Za-z0-9-]{8,64}$/.test(id) ? id : undefined;
}
