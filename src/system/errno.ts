/** The code of a system error, such as `ENOENT`. Undefined for anything else. */
export function errorCodeOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/** Whether the error says that there is no such file. */
export function isMissing(error: unknown): boolean {
  return errorCodeOf(error) === "ENOENT";
}

const MISSING_OR_FORBIDDEN: ReadonlySet<unknown> = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM"]);

/**
 * Whether the error says that there is no such file, or that this user may not look. Under sudo and in containers, HOME is
 * often another user's.
 */
export function isMissingOrForbidden(error: unknown): boolean {
  return MISSING_OR_FORBIDDEN.has(errorCodeOf(error));
}
