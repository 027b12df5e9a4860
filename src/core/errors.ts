// A type alone, so that a cached response does not load the catalog.
import type { ErrorCode } from "./error-catalog.ts";

export type { ErrorCode };

/** What a server said with the response that failed. Safe to show. A field that is not known is undefined. */
export interface FailedResponse {
  readonly status: number;
  readonly requestId?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** The server's own message: bounded, on one line, without control characters and tokens. */
  readonly apiMessage?: string | undefined;
}

/** The one error class. `code` decides everything but the text (error-catalog.ts). */
export class HelperError extends Error {
  override readonly name = "HelperError";
  readonly code: ErrorCode;
  /** What to do next, where it is known better than the catalog's hint. */
  readonly hint: string | undefined;
  /** Undefined where no response failed. */
  readonly response: FailedResponse | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options?: { cause?: unknown; hint?: string; response?: FailedResponse | undefined },
  ) {
    super(message, options);
    this.code = code;
    this.hint = options?.hint;
    this.response = options?.response;
  }
}

/**
 * Whether this is a HelperError, and of the code if one is given. By name and not by `instanceof`: the executable
 * loads some rooms as separate bundles, and each has its own copy of the class.
 */
export function isHelperError(error: unknown, code?: ErrorCode): error is HelperError {
  if (!(error instanceof Error && error.name === "HelperError" && "code" in error)) return false;
  return code === undefined || error.code === code;
}

/** The error itself, or `internal` for anything that docr did not foresee. */
export function toHelperError(error: unknown): HelperError {
  if (isHelperError(error)) return error;
  return new HelperError("internal", `unexpected failure (${kindOf(error)})`, { cause: error });
}

/** A system error's code or an error's class, but never its message, which may quote anything. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return "code" in error && typeof error.code === "string" && /^[A-Z0-9_]+$/.test(error.code)
    ? error.code
    : error.name;
}
