/**
 * Whether the error says that there is no such file, or that this user may not look: under sudo and in containers, HOME
 * is often somebody else's.
 */
export function isMissing(error: unknown): boolean {
  if (!(error instanceof Error && "code" in error)) return false;
  return ["ENOENT", "ENOTDIR", "EACCES", "EPERM"].some((code) => code === error.code);
}
