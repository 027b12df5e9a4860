import { chmodSync, lstatSync, type Stats } from "node:fs";
import { makeFolders } from "./make-folders.ts";
import { readRegularFile } from "./regular-file.ts";

const MODE = 0o700;
/** KiB. docr writes no larger file into a private folder. */
const LARGEST_KIB = 64;

/** A folder that only this user can enter. docr creates it at the first write and checks it at every read. */
export interface PrivateFolder {
  readonly path: string;
  /** Whether it is in the user's runtime directory, which the system deletes when the session ends. */
  readonly endsWithSession: boolean;
}

/** What determines where a private folder can be. `uid` is undefined if files have no owner (Windows). */
export interface FolderOptions {
  readonly runtimeDir: string | undefined;
  /** The system's temporary directory. Every user may write there. */
  readonly temporaryDir: () => string;
  readonly platform: string;
  readonly uid: number | undefined;
}

/**
 * Returns the first usable place of these: the user's runtime directory (in memory, 0700, deleted at logout), shared memory, the
 * temporary directory. In a shared place, the folder's name contains the user id, and a folder of another user is skipped.
 */
export function findPrivateFolder(options: FolderOptions): PrivateFolder | undefined {
  const { runtimeDir, temporaryDir, platform, uid } = options;
  if (uid === undefined) return { path: `${temporaryDir()}/docr`, endsWithSession: false };
  if (platform === "linux" && runtimeDir?.startsWith("/") && isPrivateFolder(runtimeDir, uid)) {
    return { path: `${runtimeDir}/docr`, endsWithSession: true };
  }
  const shared = platform === "linux" ? ["/dev/shm", temporaryDir()] : [temporaryDir()];
  const path = shared
    .map((base) => `${base}/docr-${uid}`)
    .find((candidate) => makePrivateFolder(candidate, uid));
  return path === undefined ? undefined : { path, endsWithSession: false };
}

/** Returns every existing private folder. A desktop session, cron and SSH use different ones, and a logout clears all of them. */
export function listPrivateFolders(options: FolderOptions): readonly PrivateFolder[] {
  const { runtimeDir, temporaryDir, platform, uid } = options;
  if (uid === undefined || platform !== "linux") return [];
  const bases = new Set([runtimeDir, `/run/user/${uid}`]);
  const ofSessions = [...bases].filter((base) => base?.startsWith("/")).map((base) => `${base}/docr`);
  const shared = [`/dev/shm/docr-${uid}`, `${temporaryDir()}/docr-${uid}`];
  return [
    ...ofSessions.map((path) => ({ path, endsWithSession: true })),
    ...shared.map((path) => ({ path, endsWithSession: false })),
  ].filter(({ path }) => isPrivateFolder(path, uid));
}

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
