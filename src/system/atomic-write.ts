/**
 * Writes whole files. If the process is killed, the old or the new file remains, and possibly an unfinished file. A later
 * `removeUnfinished` removes that.
 */
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { errorCodeOf, isMissing } from "./errno.ts";

const PRIVATE_MODE = 0o600;

export interface FileOptions {
  /** 0600 by default, independent of the umask. */
  readonly mode?: number | undefined;
  /** Only root can change the owner. For other users, the file stays their own. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
  /** Flushes the file and its folder to disk, so that the file survives a power failure. */
  readonly isDurable?: boolean | undefined;
}

export interface AtomicOptions extends FileOptions {
  /** The path of the unfinished file, in the same folder. It must not exist. */
  readonly temporary: string;
}

/** Creates the file with its content. Throws EEXIST if the path exists. Leaves no file behind if it throws. */
export function createFile(path: string, content: string | Uint8Array, options: FileOptions = {}): void {
  const { mode = PRIVATE_MODE, owner, isDurable } = options;
  const fd = openSync(path, "wx", PRIVATE_MODE);
  try {
    if (owner) giveTo(fd, owner);
    fchmodSync(fd, mode & 0o7777);
    writeFileSync(fd, content);
    if (isDurable) fsyncSync(fd);
  } catch (error) {
    discard(path);
    throw error;
  } finally {
    closeSync(fd);
  }
}

/**
 * Replaces or creates the file. Readers see the old or the new content, never a mixture. Calls `mayReplace` right before it replaces
 * the file; if that returns false, keeps the old file and returns false.
 */
export function replaceAtomically(
  path: string,
  content: string | Uint8Array,
  options: AtomicOptions & { readonly mayReplace?: () => boolean },
): boolean {
  const { temporary, mayReplace, isDurable } = options;
  createFile(temporary, content, options);
  try {
    if (mayReplace?.() === false) {
      discard(temporary);
      return false;
    }
    renameSync(temporary, path);
  } catch (error) {
    discard(temporary);
    throw error;
  }
  if (isDurable) syncFolder(dirname(path));
  return true;
}

/** Creates the file with its whole content. If the path exists, keeps that file and returns false. */
export function createAtomically(
  path: string,
  content: string | Uint8Array,
  options: AtomicOptions,
): boolean {
  const { temporary, isDurable } = options;
  createFile(temporary, content, options);
  try {
    // Unlike rename, link fails if the path exists.
    linkSync(temporary, path);
  } catch (error) {
    if (errorCodeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    discard(temporary);
  }
  if (isDurable) syncFolder(dirname(path));
  return true;
}

/** Returns whether there was a file. */
export function removeFile(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Best effort: `removeUnfinished` removes the file later. */
function discard(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // The caller reports the first error.
  }
}

const UNFINISHED = /^\.new-(\d+)-\d+$/;

/** A path in the folder for an unfinished file. `unique` is the process id, a hyphen and a number. */
export function unfinishedPath(folder: string, unique: string): string {
  return `${folder}/.new-${unique}`;
}

/** Removes unfinished files of processes that were killed. */
export function removeUnfinished(folder: string, isRunning: (pid: number) => boolean): void {
  for (const name of namesIn(folder)) {
    const pid = Number(UNFINISHED.exec(name)?.[1] ?? Number.NaN);
    if (pid > 0 && !isRunning(pid)) removeFile(`${folder}/${name}`);
  }
}

/** Removes files whose name matches the pattern and that are older than `maxAgeMs`. */
export function removeOldFiles(folder: string, pattern: RegExp, maxAgeMs: number): void {
  const now = Date.now();
  for (const name of namesIn(folder)) {
    const path = `${folder}/${name}`;
    if (pattern.test(name) && ageMs(path, now) > maxAgeMs) removeFile(path);
  }
}

/** Returns 0 if the file no longer exists. */
function ageMs(path: string, now: number): number {
  return now - (lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function giveTo(fd: number, { uid, gid }: { readonly uid: number; readonly gid: number }): void {
  const current = fstatSync(fd);
  if (current.uid === uid && current.gid === gid) return;
  try {
    fchownSync(fd, uid, gid);
  } catch {
    // Only root may change the owner. docker does not set it either.
  }
}

function syncFolder(folder: string): void {
  try {
    const fd = openSync(folder, constants.O_RDONLY);
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    // Windows cannot open a folder, and some file systems cannot sync one. The rename is still atomic.
  }
}
