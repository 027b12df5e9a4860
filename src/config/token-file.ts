import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from "node:fs";
import { HelperError } from "../core/errors.ts";

/** Far more than an API token and a line break. Bytes. */
const LARGEST_FILE = 16 * 1024;

/**
 * The text of a file that holds an API token, such as a mounted secret. Throws `bad-api-token` if the file cannot be read,
 * is not a regular file, or can be written by a user other than this one and root: that user would decide which registry
 * this user pushes to. `uid` is undefined where files have no owner (Windows).
 */
export function readTokenFile(path: string, uid: number | undefined, variable: string): string {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    throw new HelperError("bad-api-token", `the file in ${variable} cannot be read`, { cause });
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile() || stats.size > LARGEST_FILE) {
      throw new HelperError(
        "bad-api-token",
        `the file in ${variable} is not a regular file of at most 16 KiB`,
      );
    }
    if (uid !== undefined && mayOthersWrite(stats, uid)) {
      throw new HelperError("bad-api-token", `other users can write to the file in ${variable}`);
    }
    return readFileSync(fd, "utf8");
  } finally {
    closeSync(fd);
  }
}

function mayOthersWrite({ uid: owner, mode }: Stats, uid: number): boolean {
  return (owner !== uid && owner !== 0) || (mode & 0o022) !== 0;
}
