import type { ErrorCode } from "./error-catalog.ts";

export type { ErrorCode };

/** Details of the response that failed. Safe to print. */
export interface FailedResponse {
  readonly status: number;
  readonly requestId?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** The server's own message: bounded, on one line, without control characters and tokens. */
  readonly apiMessage?: string | undefined;
}

/** docr's only error class. Everything but the text depends on `code` (error-catalog.ts). */
export class HelperError extends Error {
  override readonly name = "HelperError";
  readonly code: ErrorCode;
  /** A more specific hint than the catalog's. */
  readonly hint: string | undefined;
  /** Undefined if the error is not about a response. */
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
 * Whether this is a HelperError, and whether it has the code, if one is given. Compares the name instead of using `instanceof`,
 * because the executable has separate bundles, each with its own copy of the class.
 */
export function isHelperError(error: unknown, code?: ErrorCode): error is HelperError {
  if (!(error instanceof Error && error.name === "HelperError" && "code" in error)) return false;
  return code === undefined || error.code === code;
}

/** Returns a HelperError unchanged. Wraps any other error in one with the code `internal`. */
export function toHelperError(error: unknown): HelperError {
  if (isHelperError(error)) return error;
  return new HelperError("internal", `unexpected failure (${kindOf(error)})`, { cause: error });
}

/** A system error's code or an error's class. Never its message, which may quote a secret. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return "code" in error && typeof error.code === "string" && /^[A-Z0-9_]+$/.test(error.code)
    ? error.code
    : error.name;
}
