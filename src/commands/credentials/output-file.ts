import { lstatSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { HelperError } from "../../core/errors.ts";
import { errorCodeOf, isMissing } from "../../system/errno.ts";
import { replaceAtomically } from "../../system/atomic-write.ts";
import { isBehindForeignLink } from "../../system/owners.ts";

/** A file that `--output` may replace or create. */
export interface OutputFile {
  /** Absolute. */
  readonly path: string;
  /** In the user's spelling. */
  readonly label: string;
}

/**
 * Checks the path and follows links. Throws `bad-arguments` if docr cannot write a file there, or if it is a client's own
 * configuration, which may contain other logins.
 */
export function parseOutput(
  label: string,
  uid: number | undefined,
  clientFiles: readonly string[],
): OutputFile {
  if (isBehindForeignLink(resolve(label), uid)) {
    throw rejected(label, "is behind another user's link to a file that is not theirs");
  }
  const path = followLink(resolve(label));
  const folder = statSync(dirname(path), { throwIfNoEntry: false });
  if (!folder?.isDirectory()) throw rejected(label, "is in a folder that does not exist");
  const present = lstatSync(path, { throwIfNoEntry: false });
  if (present && !present.isFile()) throw rejected(label, "is not a regular file");
  if (clientFiles.some((file) => followLink(resolve(file)) === path)) {
    throw new HelperError(
      "bad-arguments",
      `${label} is a client's own configuration, and --output would replace it`,
      {
        hint: "name another file; docr configure sets the clients up",
      },
    );
  }
  return { path, label };
}

/** Replaces the whole file. Only this user can read it. Throws `output-failed`. */
export function writeOutput({ path, label }: OutputFile, text: string): void {
  const unique = Math.random().toString(36).slice(2);
  const temporary = join(dirname(path), `.${basename(path)}.${unique}`);
  try {
    // Under sudo, the file belongs to the owner of the one that it replaces, or of its folder.
    const owner = statSync(path, { throwIfNoEntry: false }) ?? statSync(dirname(path));
    replaceAtomically(path, text, { temporary, owner });
  } catch (error) {
    const code = errorCodeOf(error) ?? "unknown reason";
    // Linux replaces no mount point, such as a file that `docker run --volume` mounts.
    if (code === "EBUSY") {
      throw new HelperError("output-failed", `${label} is a mount point or in use, and cannot be replaced`, {
        cause: error,
        hint: "mount the file's folder instead of the file",
      });
    }
    throw new HelperError("output-failed", `cannot write ${label} (${code})`, { cause: error });
  }
}

function followLink(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return path;
  }
}

function rejected(label: string, why: string): HelperError {
  return new HelperError("bad-arguments", `${label} ${why}`, { hint: "name a file in an existing folder" });
}
