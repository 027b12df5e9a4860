/** What the file system's errors become. */
import { HelperError, isHelperError } from "../../core/errors.ts";
import { errorCodeOf } from "../../system/errno.ts";

/** A system error as `client-config`; any other error unchanged. */
export function refused(error: unknown, label: string): unknown {
  const code = errorCodeOf(error);
  if (code === undefined || isHelperError(error)) return error;
  return new HelperError("client-config", `${label} cannot be read or written (${code})`, {
    cause: error,
    hint: "nothing was changed; see whose it is, and whether the disk is full",
  });
}
