/** Converts the file system's errors. */
import { HelperError, isHelperError } from "../../core/errors.ts";
import { errorCodeOf } from "../../system/errno.ts";

/** Converts a system error to `client-config`. Returns any other error unchanged. */
export function refused(error: unknown, label: string): unknown {
  const code = errorCodeOf(error);
  if (code === undefined || isHelperError(error)) return error;
  return new HelperError("client-config", `cannot read or write ${label} (${code})`, {
    cause: error,
    hint: "nothing was changed; check the file's owner and the free disk space",
  });
}
