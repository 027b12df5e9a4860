/**
 * Every way this program can fail, as one closed union. What each code looks like to a client (stdout
 * text, hint, exit code) is decided in one table, src/protocol/failures.ts; forgetting an entry there is a
 * type error.
 *
 * The law for messages: lower case, no full stop, one line, no secret and none of the bytes that were
 * received (names that passed a grammar may be named). The technical detail goes into `cause`.
 */
export const ERROR_CODES = [
  // Words of the protocol: clients compare these three.
  "not-found",
  "no-server-url",
  "no-username",
  // What was asked.
  "usage",
  "unknown-action",
  "input-missing",
  "input-unfinished",
  "input-too-large",
  "input-not-text",
  "input-not-json",
  "input-wrong-type",
  "input-bad-address",
  "input-identity-token",
  "bad-image",
  // What was configured.
  "bad-setting",
  "bad-api-token",
  "no-api-token",
  "bad-registry-name",
  "bad-trust",
  "no-registry",
  "several-registries",
  // The keychain.
  "keychain-missing",
  "keychain-locked",
  "keychain-silent",
  "keychain-failed",
  "keychain-damaged",
  // What stands in for the keychain (DOCR_STORE).
  "vault-closed",
  "pass-missing",
  "pass-failed",
  // DigitalOcean's API.
  "api-unauthorized",
  "api-forbidden",
  "api-not-found",
  "api-ambiguous",
  "api-rate-limited",
  "api-unavailable",
  "api-refused",
  "api-proxy",
  "api-unknown-host",
  "api-cut-off",
  "api-timeout",
  "api-tls",
  "api-malformed",
  "api-unexpected",
  // A registry's API.
  "registry-unauthorized",
  "registry-denied",
  "registry-rate-limited",
  "registry-unavailable",
  "registry-refused",
  "registry-proxy",
  "registry-unknown-host",
  "registry-cut-off",
  "registry-timeout",
  "registry-tls",
  "registry-insecure",
  "registry-malformed",
  "registry-digest-mismatch",
  "registry-unexpected",
  // What a person asked, beyond the protocol.
  "bad-arguments",
  "no-terminal",
  "cancelled",
  // What belongs to other programs: docker's and podman's files, other helpers.
  "client-config",
  "other-helper",
  "no-login",
  "deadline",
  "internal",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export function isErrorCode(value: unknown): value is ErrorCode {
  return ERROR_CODES.some((code) => code === value);
}

/** The one error class. `message` and `hint` follow the law above; `code` decides everything else. */
export class HelperError extends Error {
  override readonly name = "HelperError";
  readonly code: ErrorCode;
  /** What to do next, where it is known better than the code's own hint. */
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown; hint?: string }) {
    super(message, options);
    this.code = code;
    this.hint = options?.hint;
  }
}

/**
 * Whether this is one of ours. By name and not by `instanceof`: the packed program loads some rooms as
 * separate assets, and each carries its own copy of the class.
 */
export function isHelperError(error: unknown): error is HelperError {
  return error instanceof Error && error.name === "HelperError" && "code" in error;
}
