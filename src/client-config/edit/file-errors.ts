/** Converts the file system's errors. */
import { HelperError, isHelperError } from "../../core/errors.ts";
import { errorCodeOf } from "../../system/errno.ts";

/** Converts a system error to `client-config`. Returns any other error unchanged. */
export function refused(error: unknown, label: string): unknown {
  const code = errorCodeOf(error);
  if (code === undefined || isHelperError(error)) return error;
  // Linux replaces and removes no mount point, such as a file that `docker run --volume` mounts.
  if (code === "EBUSY") {
    return new HelperError("client-config", `${label} is a mount point or in use, and cannot be replaced`, {
      cause: error,
      hint: "nothing was changed; mount the file's folder instead of the file",
    });
  }
  return new HelperError("client-config", `cannot read or write ${label} (${code})`, {
    cause: error,
    hint: "nothing was changed; check the file's owner and the free disk space",
  });
}
