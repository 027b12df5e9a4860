/** What root may change in another user's folders, for example under sudo with the user's HOME. */
import { fchownSync, fstatSync, lstatSync, readlinkSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path";

/** More links in one path than Linux itself follows. */
const MOST_LINKS = 40;

/**
 * Whether root would follow another user's link to a file that is not that user's, and so change a file that the user cannot. Always
 * false for other users: the kernel itself decides what they may change. `path` is absolute; its end may be missing.
 */
export function isBehindForeignLink(path: string, uid: number | undefined): boolean {
  if (uid !== 0) return false;
  const linkOwners = new Set<number>();
  const parts = path.split("/");
  let reached = "";
  let owner = 0;
  let links = 0;
  while (parts.length > 0) {
    const part = parts.shift() ?? "";
    if (part === "" || part === ".") continue;
    const next = part === ".." ? dirname(reached || "/") : `${reached}/${part}`;
    const stats = statusOf(next);
    if (!stats) break;
    if (!stats.isSymbolicLink()) {
      reached = next;
      owner = stats.uid;
      continue;
    }
    links += 1;
    if (links > MOST_LINKS) return true;
    linkOwners.add(stats.uid);
    const target = readlinkSync(next);
    if (target.startsWith("/")) {
      reached = "";
      owner = 0;
    }
    parts.unshift(...target.split("/"));
  }
  return [...linkOwners].some((one) => one !== 0 && one !== owner);
}

/** The owner of the path, or of its nearest existing folder. Undefined if that is unknown. */
export function nearestOwner(path: string): number | undefined {
  const stats = statusOf(path);
  if (stats) return stats.uid;
  const parent = dirname(path);
  return parent === path ? undefined : nearestOwner(parent);
}

/** Whether this user is root and the path, or its nearest existing folder, belongs to another user. */
export function isOfAnotherUser(path: string, uid: number | undefined): boolean {
  return uid === 0 && nearestOwner(path) !== 0;
}

/**
 * Gives an open file, which this process has just created at the path, to its folder's owner. Only root can: for other users, it stays
 * their own. Takes a descriptor, because the folder's owner can put another file at the path at any time. Never throws.
 */
export function giveToFolderOwner(fd: number, path: string): void {
  try {
    const { uid, gid } = statSync(dirname(path));
    if (fstatSync(fd).uid !== uid) fchownSync(fd, uid, gid);
  } catch {
    // docker does not set the owner either.
  }
}

function statusOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}
