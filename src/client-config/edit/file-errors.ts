/** What the file system's errors become. */
import { HelperError, isHelperError } from "../../core/errors.ts";

/** A system error as `client-config`; any other error unchanged. */
export function refused(error: unknown, label: string): unknown {
  const code = codeOf(error);
  if (code === undefined || isHelperError(error)) return error;
  return new HelperError("client-config", `${label} cannot be read or written (${code})`, {
    cause: error,
    hint: "nothing was changed; see whose it is, and whether the disk is full",
  });
}

/** A system error's code, such as `ENOENT`. Undefined for any other error. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}
