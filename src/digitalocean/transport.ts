import type { Trace } from "../core/reporter.ts";
import type { Environment } from "../core/machine.ts";
import { createExchange, type HttpResponse } from "../http/exchange.ts";
import type { Secret } from "../core/secret.ts";
import { networkFailure, requestIdOf } from "./api-failures.ts";

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

export interface ApiResponse extends Pick<HttpResponse, "status" | "headers"> {
  readonly body: string;
}

/** One exchange with the API. Throws `api-…` errors for everything but an HTTP status. */
export type Send = (request: ApiRequest) => Promise<ApiResponse>;

/** Follows no redirect, verifies certificates, reads a bounded answer, and gives up when `signal` does (src/http). */
export function createSend(env: Environment, userAgent: string, signal: AbortSignal, trace: Trace): Send {
  const exchange = createExchange(env, signal);
  return async ({ method, url: text, bearer, form }) => {
    const url = new URL(text);
    const headers = { accept: "application/json", "user-agent": userAgent };
    const authorization = { bearer };
    const started = performance.now();
    const ms = (): number => Math.round(performance.now() - started);
    try {
      const sent = { method, url, headers, authorization, form, largestAnswer: LARGEST_ANSWER };
      const answer = await exchange(sent);
      const response = { ...answer, body: answer.body.toString("utf8") };
      const { status } = response;
      trace("api", { method, path: url.pathname, status, ms: ms(), requestId: requestIdOf(response) });
      return response;
    } catch (error) {
      const failure = networkFailure(error, url.hostname);
      trace("api", { method, path: url.pathname, code: failure.code, ms: ms() });
      throw failure;
    }
  };
}
