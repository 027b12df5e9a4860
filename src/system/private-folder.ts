import { chmodSync, lstatSync, mkdirSync, type Stats } from "node:fs";

/** A folder that only this user can enter: made when it is first written to, judged each time it is read. */
export interface PrivateFolder {
  readonly path: string;
  /** Whether it goes with the user's session, as a runtime directory does. */
  readonly isOfSession: boolean;
}

/** Where such a folder can be. `uid` is undefined where files have no owner (Windows). */
export interface FolderOptions {
  readonly runtimeDir: string | undefined;
  /** As the system names it; everybody may write there. */
  readonly temporaryDir: () => string;
  readonly platform: string;
  readonly uid: number | undefined;
}

/**
 * The first that is to be had: the user's runtime directory (memory, 0700, gone at logout), memory that everybody
 * shares, the temporary directory. In a shared place the folder has the user's number in its name, and one that
 * somebody else made is passed over.
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
 * Every folder of this kind that is there, whichever is the first: a session, cron and ssh see different ones, and a
 * logout means all of them.
 */
export function listPrivateFolders(options: FolderOptions): readonly string[] {
  const { runtimeDir, temporaryDir, platform, uid } = options;
  if (uid === undefined || platform !== "linux") return [];
  const bases = new Set([runtimeDir, `/run/user/${uid}`]);
  const ofSessions = [...bases].filter((base) => base?.startsWith("/")).map((base) => `${base}/docr`);
  const candidates = [...ofSessions, `/dev/shm/docr-${uid}`, `${temporaryDir()}/docr-${uid}`];
  return candidates.filter((path) => isPrivateFolder(path, uid));
}

/** Whether it is a directory of this user's own, closed to everybody else, and no symlink. */
export function isPrivateFolder(path: string, uid: number | undefined): boolean {
  const stats = statOf(path);
  return stats !== undefined && stats.isDirectory() && isPrivate(stats, uid);
}

/** Makes it if need be; false where that is not possible, or somebody else's. Never follows a symlink. */
export function makePrivateFolder(path: string, uid: number | undefined): boolean {
  try {
    const stats = statOf(path);
    if (stats === undefined) mkdirSync(path, { mode: 0o700, recursive: true });
    // Ours, but open to others: each file in it is judged by itself, so closing it is enough.
    else if (stats.isDirectory() && stats.uid === uid && !isPrivate(stats, uid)) chmodSync(path, 0o700);
  } catch {
    // Another process of ours may have been first.
  }
  return isPrivateFolder(path, uid);
}

/** Whether only this user can use it; without owners (Windows) the folder around it decides. */
export function isPrivate(stats: Stats, uid: number | undefined): boolean {
  return uid === undefined || (stats.uid === uid && (stats.mode & 0o077) === 0);
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
