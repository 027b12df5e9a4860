import type { Stats } from "node:fs";
import { HelperError } from "../core/errors.ts";
import { readRegularFile } from "../system/regular-file.ts";

/** KiB. An API token with a line break is far shorter. */
const LARGEST_KIB = 16;

/**
 * Reads a file that contains an API token, such as a mounted secret. Throws `bad-api-token` if the file is missing or cannot be
 * read, or if a user other than this one and root can write it: that user could make docker push to another account.
 * `uid` is undefined if files have no owner (Windows).
 */
export function readTokenFile(path: string, uid: number | undefined, variable: string): string {
  const check = (stats: Stats): undefined => {
    if (uid === undefined || !mayOthersWrite(stats, uid)) return;
    throw new HelperError("bad-api-token", `other users can write to the file in ${variable}`, {
      hint: `run chmod go-w ${path}, or name a file of your own`,
    });
  };
  const file = readRegularFile(path, { limitKib: LARGEST_KIB, check });
  if (file.kind === "content") return file.bytes.toString("utf8");
  const reason = file.kind === "absent" ? "ENOENT" : file.reason;
  throw new HelperError("bad-api-token", `the file in ${variable} cannot be read (${reason})`, {
    cause: file.kind === "absent" ? undefined : file.cause,
    hint: `check ${path}`,
  });
}

function mayOthersWrite({ uid: owner, mode }: Stats, uid: number): boolean {
  return (owner !== uid && owner !== 0) || (mode & 0o022) !== 0;
}
