import { traitsOf } from "../core/error-catalog.ts";
import { isHelperError } from "../core/errors.ts";
import type { HttpResponse } from "./dispatch.ts";
import type { Send } from "./traced.ts";

/** Doubles with each further attempt. */
const FIRST_PAUSE_MS = 250;
const MAX_ATTEMPTS = 5;

export interface RetryOptions {
  /** Returns the time that is left for all attempts, in milliseconds. */
  readonly leftMs: () => number;
  readonly pause: (ms: number) => Promise<void>;
  /** Returns a number from 0 to below 1. The jitter keeps jobs that fail together from retrying together. */
  readonly random: () => number;
}

/**
 * Retries after a 5xx status and after a retryable error, with growing pauses. Retries after a 429 when the rate limit ends. If the
 * next attempt would take longer than the time that is left, returns the last response or throws the last error. A mint whose
 * connection was cut off may have succeeded; the retry then leaves one unused credential, which expires.
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

/** Returns the pause before the next attempt, in milliseconds, or undefined if a retry would not help. */
function pauseBefore(
  attempt: number,
  response: HttpResponse | undefined,
  failure: unknown,
  { random }: RetryOptions,
): number | undefined {
  const backoffMs = FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + random());
  if (!response) return isHelperError(failure) && traitsOf(failure).retryable ? backoffMs : undefined;
  if (response.status === 429) return afterRateLimit(response, random());
  return response.status >= 500 ? backoffMs : undefined;
}

/**
 * Up to a half later, so that machines that were refused together do not ask together. In the model of 1,000 machines
 * (`npm run bench -- fleet`), a fifth costs a fifth more calls.
 */
function afterRateLimit(response: HttpResponse, random: number): number | undefined {
  const endsInMs = rateLimitEndsInMs(response);
  return endsInMs === undefined ? undefined : endsInMs * (1 + random / 2);
}

/**
 * Returns how long the rate limit still lasts, in milliseconds, or undefined if the server does not say. Uses `retry-after` (seconds),
 * or else `ratelimit-reset` (seconds since the epoch) minus the server's own `date`, because this machine's clock may be wrong.
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
