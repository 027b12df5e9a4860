/** The code of a system error, such as `ENOENT`. Undefined for other errors. */
export function errorCodeOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

export function isMissing(error: unknown): boolean {
  return errorCodeOf(error) === "ENOENT";
}

const MISSING_OR_FORBIDDEN: ReadonlySet<unknown> = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM"]);

/**
 * Whether the file is missing or this user has no access to its folder. Under sudo and in containers, HOME is often another
 * user's.
 */
export function isMissingOrForbidden(error: unknown): boolean {
  return MISSING_OR_FORBIDDEN.has(errorCodeOf(error));
}
