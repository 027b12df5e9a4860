/** The code of a system error, such as `ENOENT`. Undefined for other errors. */
export function errorCodeOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

export function isMissing(error: unknown): boolean {
  return errorCodeOf(error) === "ENOENT";
}

/**
 * Whether the path does not exist: it is missing, or a part of it that should be a folder is a file (ENOTDIR). Any other error, such as
 * EACCES, says nothing about whether the file exists.
 */
export function isAbsence(error: unknown): boolean {
  return isMissing(error) || errorCodeOf(error) === "ENOTDIR";
}
