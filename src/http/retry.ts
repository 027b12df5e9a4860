import { traitsOf } from "../core/error-catalog.ts";
import { isHelperError } from "../core/errors.ts";
import type { HttpResponse } from "./exchange.ts";
import type { Send } from "./traced.ts";

/** In milliseconds. Doubled for each further attempt. */
const FIRST_PAUSE_MS = 250;
const MAX_ATTEMPTS = 5;

export interface RetryOptions {
  /** Milliseconds that are left for all attempts. */
  readonly leftMs: () => number;
  readonly pause: (ms: number) => Promise<void>;
  /** From 0 to below 1. Jitter: jobs that fail together must not retry together. */
  readonly random: () => number;
}

/**
 * Retries after a 5xx status and after a retryable error, with growing pauses, and after a 429 when the server says so.
 * Returns the last response, or throws the last error, when the next attempt would not fit the time that is left.
 * A mint that was cut off may have succeeded. The retry then leaves one unused credential, which expires.
 */
export function withRetries(send: Send, options: RetryOptions): Send {
  return async (request) => {
    for (let attempt = 1; ; attempt += 1) {
      let response: HttpResponse | undefined;
      let failure: unknown;
      try {
        response = await send(request);
      } catch (error) {
        failure = error;
      }
      const pauseMs = attempt < MAX_ATTEMPTS ? pauseBefore(attempt, response, failure, options) : undefined;
      if (pauseMs !== undefined && pauseMs < options.leftMs()) {
        await options.pause(pauseMs);
        continue;
      }
      if (response) return response;
      throw failure;
    }
  };
}

/** The pause before the next attempt, in milliseconds. Undefined if another attempt would end the same way. */
function pauseBefore(
  attempt: number,
  response: HttpResponse | undefined,
  failure: unknown,
  { random }: RetryOptions,
): number | undefined {
  const backoffMs = FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + random());
  if (!response) return isHelperError(failure) && traitsOf(failure).retryable ? backoffMs : undefined;
  if (response.status === 429) return rateLimitEndsInMs(response);
  return response.status >= 500 ? backoffMs : undefined;
}

/**
 * How long the rate limit still lasts, in milliseconds: `retry-after` (seconds), else `ratelimit-reset` (seconds since the
 * epoch) minus the server's own `date`, because this machine's clock may be wrong. Undefined if the server does not say.
 */
export function rateLimitEndsInMs({ headers }: Pick<HttpResponse, "headers">): number | undefined {
  const after = wholeNumber(headers["retry-after"]);
  if (after !== undefined) return after * 1000;
  const reset = wholeNumber(headers["ratelimit-reset"]);
  const serverNow = typeof headers["date"] === "string" ? Date.parse(headers["date"]) : Number.NaN;
  if (reset === undefined || Number.isNaN(serverNow)) return undefined;
  return Math.max(0, reset * 1000 - serverNow);
}

function wholeNumber(header: string | string[] | undefined): number | undefined {
  return typeof header === "string" && /^\d{1,13}$/.test(header) ? Number(header) : undefined;
}
