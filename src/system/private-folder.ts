import { chmodSync, lstatSync, type Stats } from "node:fs";
import { makeFolders } from "./make-folders.ts";
import { readRegularFile } from "./regular-file.ts";

const MODE = 0o700;
/** KiB. docr writes no larger file into a private folder. */
const LARGEST_KIB = 64;

/** Whether the path is a directory (not a symlink) that this user owns and that no other user can access. */
export function isPrivateFolder(path: string, uid: number | undefined): boolean {
  const stats = statOf(path);
  return stats !== undefined && stats.isDirectory() && isPrivate(stats, uid);
}

/** Creates the folder if it is missing. Returns false if that fails or another user owns it. Never follows a symlink. */
export function makePrivateFolder(path: string, uid: number | undefined): boolean {
  try {
    const stats = statOf(path);
    if (stats === undefined) makeFolders(path);
    // This user owns it, but others can access it, or this user cannot enter it (umask 177). A chmod is enough, because docr also
    // checks each file in it.
    else if (stats.isDirectory() && stats.uid === uid && (stats.mode & 0o777) !== MODE) chmodSync(path, MODE);
  } catch {
    // Another process of this user may have created it.
  }
  return isPrivateFolder(path, uid);
}

/** Reads a file that only this user can access. Returns undefined if it is missing, too large, a symlink, or accessible to others. */
export function readPrivateFile(path: string, uid: number | undefined): string | undefined {
  const check = (stats: Stats): string | undefined => (isPrivate(stats, uid) ? undefined : "not private");
  const file = readRegularFile(path, { limitKib: LARGEST_KIB, noFollow: true, check });
  return file.kind === "content" ? file.bytes.toString("utf8") : undefined;
}

/** Whether only this user can access it. Always true if files have no owner (Windows), because the parent folder is private. */
function isPrivate(stats: Stats, uid: number | undefined): boolean {
  return uid === undefined || (stats.uid === uid && (stats.mode & 0o077) === 0);
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
