/** Where on this machine docr can keep private files, and why not elsewhere. */
import { accessSync, constants, lstatSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { errorCodeOf } from "./errno.ts";
import { nearestOwner } from "./owners.ts";
import { isPrivateFolder, makePrivateFolder } from "./private-folder.ts";

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
  /** The user's own directory for state, on disk. Undefined without a home directory. */
  readonly stateHome: string | undefined;
  readonly platform: string;
  readonly uid: number | undefined;
}

/** A place for the private folder, in the order in which docr tries them. */
export interface Place {
  /** The folder's path, or the variable that would name it. */
  readonly name: string;
  /** Undefined if docr can write there. */
  readonly problem: string | undefined;
}

/** Bytes and files. All files of one cached credential need less. */
const LEAST_SPACE = 64 * 1024;
const LEAST_FILES = 16;

/**
 * Returns the first usable place of these: the user's runtime directory (in memory, 0700, deleted at logout), shared memory, the
 * temporary directory, the user's directory for state. In a shared place, the folder's name contains the user id.
 */
export function findPrivateFolder(options: FolderOptions): PrivateFolder | undefined {
  const { temporaryDir, uid } = options;
  if (uid === undefined) return { path: `${temporaryDir()}/docr`, endsWithSession: false };
  for (const candidate of candidatesOf(options, uid)) {
    if (candidate.problem() === undefined) return candidate;
  }
  return undefined;
}

/** Describes the places up to the first usable one. Empty if files have no owner. */
export function explainPlaces(options: FolderOptions): readonly Place[] {
  const places: Place[] = [];
  if (options.uid === undefined) return places;
  for (const { path, name = path, problem } of candidatesOf(options, options.uid)) {
    places.push({ name, problem: problem() });
    if (places.at(-1)?.problem === undefined) break;
  }
  return places;
}

/** Returns every existing private folder. A desktop session, cron and SSH use different ones, and a logout clears all of them. */
export function listPrivateFolders(options: FolderOptions): readonly PrivateFolder[] {
  const { platform, uid } = options;
  if (uid === undefined || platform !== "linux") return [];
  const all = [
    ...candidatesOf(options, uid),
    ...candidatesOf({ ...options, runtimeDir: `/run/user/${uid}` }, uid),
  ];
  const byPath = new Map(all.map(({ path, endsWithSession }) => [path, { path, endsWithSession }]));
  // A relative XDG_RUNTIME_DIR would name a folder below the current one.
  const isIgnored = ({ path, endsWithSession }: PrivateFolder): boolean =>
    endsWithSession && !path.startsWith("/");
  return [...byPath.values()].filter((folder) => !isIgnored(folder) && isPrivateFolder(folder.path, uid));
}

interface Candidate extends PrivateFolder {
  readonly name?: string;
  /** Creates the folder in a shared place. */
  readonly problem: () => string | undefined;
}

function* candidatesOf(options: FolderOptions, uid: number): Iterable<Candidate> {
  const { runtimeDir, temporaryDir, stateHome, platform } = options;
  if (platform === "linux") {
    yield ofSession(runtimeDir, uid);
    yield shared("/dev/shm", uid);
  }
  yield shared(temporaryDir(), uid);
  if (platform === "linux" && stateHome !== undefined) yield ofHome(stateHome, uid);
}

function ofSession(runtimeDir: string | undefined, uid: number): Candidate {
  const path = `${runtimeDir}/docr`;
  const problem = (): string | undefined => {
    if (!runtimeDir) return "is not set";
    if (!runtimeDir.startsWith("/")) return "is not a full path";
    if (!isPrivateFolder(runtimeDir, uid)) return "is missing or not private to this user";
    return problemOfSpace(runtimeDir) ?? (isFree(path) ? undefined : problemOfFolder(path, uid));
  };
  return { path, name: "XDG_RUNTIME_DIR", endsWithSession: true, problem };
}

function shared(base: string, uid: number): Candidate {
  const path = `${base}/docr-${uid}`;
  return { path, endsWithSession: false, problem: () => problemOfSpace(base) ?? problemOfFolder(path, uid) };
}

function ofHome(stateHome: string, uid: number): Candidate {
  const path = `${stateHome}/docr`;
  const problem = (): string | undefined => {
    // With sudo, HOME can be another user's. A folder of root would lock that user out.
    if (nearestOwner(path) !== uid) return "is not in a folder of this user";
    return problemOfSpace(nearestExisting(path)) ?? problemOfFolder(path, uid);
  };
  return { path, endsWithSession: false, problem };
}

function problemOfFolder(path: string, uid: number): string | undefined {
  return makePrivateFolder(path, uid) ? undefined : "is not a folder that only this user can access";
}

/** Why docr cannot create files in the existing folder. Some file systems have no limit, and report zeros. */
function problemOfSpace(folder: string): string | undefined {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    const { blocks, bavail, bsize, files, ffree } = statfsSync(folder);
    if (blocks > 0 && bavail * bsize < LEAST_SPACE) return "is full";
    return files > 0 && ffree < LEAST_FILES ? "has no free inodes" : undefined;
  } catch (error) {
    const code = errorCodeOf(error);
    return code === "EROFS" ? "is read-only" : `is not writable (${code ?? "unknown reason"})`;
  }
}

/** Whether there is no file, folder or link at the path. */
function isFree(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

function nearestExisting(path: string): string {
  const parent = dirname(path);
  return parent === path || !isFree(path) ? path : nearestExisting(parent);
}
