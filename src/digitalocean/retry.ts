import { isHelperError, type ErrorCode } from "../core/errors.ts";
import { limitEndsInMs } from "./api-failures.ts";
import type { ApiResponse, Send } from "./transport.ts";

/** In milliseconds; doubled for each further attempt. */
const FIRST_PAUSE_MS = 250;
const MOST_ATTEMPTS = 5;

/** Failures of the way that may be over in a moment. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  "api-unavailable",
  "api-refused",
  "api-cut-off",
  "api-timeout",
]);

export interface RetryOptions {
  /** Milliseconds that are left for everything; what does not fit is not begun. */
  readonly leftMs: () => number;
  /** Resolves after so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
  /** From 0 to below 1, by chance: jobs that fail together must not come back together. */
  readonly random: () => number;
}

/**
 * Tries again what may pass: 5xx, and connections that were refused, reset or silent, after a growing pause; 429
 * when the server says. Ends with the last answer where the next attempt would not fit the time that is left.
 * A minting request that was cut off may have minted: then one credential is left, which expires by itself.
 */
export function withRetries(send: Send, options: RetryOptions): Send {
  return async (request) => {
    for (let attempt = 1; ; attempt += 1) {
      let response: ApiResponse | undefined;
      let failure: unknown;
      try {
        response = await send(request);
      } catch (error) {
        failure = error;
      }
      const pauseMs = attempt < MOST_ATTEMPTS ? pauseBefore(attempt, response, failure, options) : undefined;
      if (pauseMs !== undefined && pauseMs < options.leftMs()) {
        await options.pause(pauseMs);
        continue;
      }
      if (response) return response;
      throw failure;
    }
  };
}

/** How long to wait before the next attempt, in milliseconds; undefined where another would end the same. */
function pauseBefore(
  attempt: number,
  response: ApiResponse | undefined,
  failure: unknown,
  { random }: RetryOptions,
): number | undefined {
  const backoffMs = FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + random());
  if (!response) return isHelperError(failure) && PASSING.has(failure.code) ? backoffMs : undefined;
  if (response.status === 429) return limitEndsInMs(response);
  return response.status >= 500 ? backoffMs : undefined;
}
