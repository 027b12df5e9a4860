import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  type Stats,
} from "node:fs";

/** docr writes no longer file into such a folder. Bytes. */
const LARGEST = 64 * 1024;

/** A folder that only this user can enter. docr creates it at the first write and checks it at every read. */
export interface PrivateFolder {
  readonly path: string;
  /** Whether it is in the user's runtime directory, which disappears with the session. */
  readonly isOfSession: boolean;
}

/** What decides where such a folder can be. `uid` is undefined where files have no owner (Windows). */
export interface FolderOptions {
  readonly runtimeDir: string | undefined;
  /** The system's temporary directory. Every user may write there. */
  readonly temporaryDir: () => string;
  readonly platform: string;
  readonly uid: number | undefined;
}

/**
 * Returns the first usable place: the user's runtime directory (in memory, 0700, gone at logout), shared memory, the
 * temporary directory. In a shared place, the folder's name contains the user id, and another user's folder is skipped.
 */
export function findPrivateFolder(options: FolderOptions): PrivateFolder | undefined {
  const { runtimeDir, temporaryDir, platform, uid } = options;
  if (uid === undefined) return { path: `${temporaryDir()}/docr`, isOfSession: false };
  if (platform === "linux" && runtimeDir?.startsWith("/") && isPrivateFolder(runtimeDir, uid)) {
    return { path: `${runtimeDir}/docr`, isOfSession: true };
  }
  const shared = platform === "linux" ? ["/dev/shm", temporaryDir()] : [temporaryDir()];
  const path = shared
    .map((base) => `${base}/docr-${uid}`)
    .find((candidate) => makePrivateFolder(candidate, uid));
  return path === undefined ? undefined : { path, isOfSession: false };
}

/**
 * Returns every existing folder of this kind. A desktop session, cron and SSH use different ones, and a logout clears them
 * all.
 */
export function listPrivateFolders(options: FolderOptions): readonly string[] {
  const { runtimeDir, temporaryDir, platform, uid } = options;
  if (uid === undefined || platform !== "linux") return [];
  const bases = new Set([runtimeDir, `/run/user/${uid}`]);
  const ofSessions = [...bases].filter((base) => base?.startsWith("/")).map((base) => `${base}/docr`);
  const candidates = [...ofSessions, `/dev/shm/docr-${uid}`, `${temporaryDir()}/docr-${uid}`];
  return candidates.filter((path) => isPrivateFolder(path, uid));
}

/** Whether it is a directory, not a symlink, that belongs to this user and is closed to all others. */
export function isPrivateFolder(path: string, uid: number | undefined): boolean {
  const stats = statOf(path);
  return stats !== undefined && stats.isDirectory() && isPrivate(stats, uid);
}

/** Creates the folder if it is missing. False if it cannot be created or belongs to another user. Never follows a symlink. */
export function makePrivateFolder(path: string, uid: number | undefined): boolean {
  try {
    const stats = statOf(path);
    if (stats === undefined) mkdirSync(path, { mode: 0o700, recursive: true });
    // This user's, but open to others. Closing it is enough, because each file in it is checked too.
    else if (stats.isDirectory() && stats.uid === uid && !isPrivate(stats, uid)) chmodSync(path, 0o700);
  } catch {
    // Another process of this user may have created it.
  }
  return isPrivateFolder(path, uid);
}

/** Reads a file that only this user can use. Undefined if it is missing, too long, a symlink or open to other users. */
export function readPrivateFile(path: string, uid: number | undefined): string | undefined {
  let fd: number;
  try {
    // O_NONBLOCK: opening a named pipe must not wait for its writer. Windows defines neither flag; undefined counts as 0.
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile() || !isPrivate(stats, uid) || stats.size > LARGEST) return undefined;
    return readFileSync(fd, "utf8");
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}

/** Whether only this user can use it. Without owners (Windows), the parent folder decides. */
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
