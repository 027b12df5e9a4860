import { closeSync, constants, fstatSync, openSync, type Stats, statSync, writeSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { errorCodeOf } from "./errno.ts";
import { giveToFolderOwner, isBehindForeignLink } from "./owners.ts";

const PRIVATE_MODE = 0o600;

/**
 * Appends the text to a regular file of this user's own, and creates it with mode 0600 if it is missing. Does not follow a link to the
 * file, and never waits for the reader of a named pipe. Returns why that failed: a system error's code, or what the path is instead.
 */
export function appendToOwnFile(path: string, text: string, uid: number | undefined): string | undefined {
  if (isBehindForeignLink(resolve(path), uid)) return "behind another user's link";
  let fd: number;
  try {
    fd = openToAppend(path);
  } catch (error) {
    const code = errorCodeOf(error) ?? "unknown";
    // ENXIO: a named pipe without a reader, or a socket.
    return code === "ELOOP" ? "a link" : code === "ENXIO" ? "not a regular file" : code;
  }
  try {
    const objection = objectionTo(fstatSync(fd), path, uid);
    if (objection !== undefined) return objection;
    writeSync(fd, text);
    return undefined;
  } catch (error) {
    return errorCodeOf(error) ?? "unknown";
  } finally {
    closeSync(fd);
  }
}

function openToAppend(path: string): number {
  // Windows lacks some of these flags; undefined counts as 0.
  const { O_WRONLY, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
  const flags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
  try {
    const fd = openSync(path, flags | O_CREAT | O_EXCL, PRIVATE_MODE);
    giveToFolderOwner(fd, path);
    return fd;
  } catch (error) {
    if (errorCodeOf(error) !== "EEXIST") throw error;
    return openSync(path, flags);
  }
}

function objectionTo(stats: Stats, path: string, uid: number | undefined): string | undefined {
  if (!stats.isFile()) return "not a regular file";
  if (uid === undefined || stats.uid === uid) return undefined;
  // Under sudo, root appends to the file of the folder's owner.
  const isFolderOwners = uid === 0 && stats.nlink === 1 && stats.uid === statSync(dirname(path)).uid;
  return isFolderOwners ? undefined : "a file of another user";
}
