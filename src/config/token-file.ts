import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from "node:fs";
import { HelperError } from "../core/errors.ts";
import { errorCodeOf } from "../system/errno.ts";

/** Bytes. An API token with a line break is far shorter. */
const LARGEST_FILE = 16 * 1024;

/**
 * Reads a file that contains an API token, such as a mounted secret. Throws `bad-api-token` if the file cannot be read or is not a
 * regular file, or if a user other than this one and root can write it: that user could make docker push to another account.
 * `uid` is undefined if files have no owner (Windows).
 */
export function readTokenFile(path: string, uid: number | undefined, variable: string): string {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    const code = errorCodeOf(cause) ?? "unknown";
    throw new HelperError("bad-api-token", `the file in ${variable} cannot be read (${code})`, {
      cause,
      hint: `check ${path}`,
    });
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile() || stats.size > LARGEST_FILE) {
      throw new HelperError(
        "bad-api-token",
        `the file in ${variable} is not a regular file of at most 16 KiB`,
        { hint: `check ${path}` },
      );
    }
    if (uid !== undefined && mayOthersWrite(stats, uid)) {
      throw new HelperError("bad-api-token", `other users can write to the file in ${variable}`, {
        hint: `run chmod go-w ${path}, or name a file of your own`,
      });
    }
    return readFileSync(fd, "utf8");
  } finally {
    closeSync(fd);
  }
}

function mayOthersWrite({ uid: owner, mode }: Stats, uid: number): boolean {
  return (owner !== uid && owner !== 0) || (mode & 0o022) !== 0;
}
