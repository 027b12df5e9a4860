/** Replaces one file as a whole: a reader sees the old text or the new one, never a part. */
import { randomUUID } from "node:crypto";
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname } from "node:path";
import { refused } from "./file-errors.ts";
import { checkWritable, type FileSnapshot, isCurrent } from "./snapshot.ts";

/** `outdated`: another program has changed the file since it was read. Nothing was done. */
export type Replaced = "done" | "outdated";

/** Only this user may read and write it. */
export const PRIVATE_MODE = 0o600;
/** Follows the file's name in the name of its replacement. */
const UNFINISHED = ".docr-new-";
/** A replacement takes milliseconds to write: an older one belongs to a process that was killed. Milliseconds. */
const ABANDONED_MS = 60_000;

/**
 * Replaces the file's text, or removes the file if `text` is undefined. Links, mode and owner stay; a file that was
 * missing becomes private to this user. Returns `outdated` and changes nothing if another program has changed the file
 * since it was read. Throws `client-config` if the file system refuses.
 */
export function replaceFile(file: FileSnapshot, text: string | undefined): Replaced {
  checkWritable(file);
  const { target, label } = file;
  try {
    if (text === undefined) {
      if (!isCurrent(file)) return "outdated";
      if (file.text !== undefined) unlinkSync(target);
    } else {
      mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
      removeAbandoned(target);
      const like = statSync(target, { throwIfNoEntry: false });
      const next = `${target}${UNFINISHED}${randomUUID()}`;
      try {
        writeNew(next, text, like?.mode ?? PRIVATE_MODE, like);
        if (!isCurrent(file)) return "outdated";
        renameSync(next, target);
      } finally {
        removeIfPresent(next);
      }
    }
    syncFolder(dirname(target));
    return "done";
  } catch (error) {
    throw refused(error, label);
  }
}

/**
 * Creates a file and syncs it to the disk. It gets the owner of `like`, or else of its folder: under sudo, a file stays
 * with its user. Throws the system's error, such as EEXIST.
 */
export function writeNew(path: string, text: string, mode: number, like: Stats | undefined): void {
  const fd = openSync(path, "wx", PRIVATE_MODE);
  try {
    changeOwner(fd, like ?? statSync(dirname(path)));
    fchmodSync(fd, mode & 0o7777);
    writeFileSync(fd, text);
    fsyncSync(fd);
  } catch (error) {
    removeIfPresent(path);
    throw error;
  } finally {
    closeSync(fd);
  }
}

function changeOwner(fd: number, { uid, gid }: Stats): void {
  const own = fstatSync(fd);
  if (own.uid === uid && own.gid === gid) return;
  try {
    fchownSync(fd, uid, gid);
  } catch {
    // Only root may change owners. For others the file becomes their own, as when docker writes it.
  }
}

/** Removes what killed processes left behind: it may hold passwords, and no other program removes it. */
function removeAbandoned(target: string): void {
  const folder = dirname(target);
  const left = readdirSync(folder).filter((name) => name.startsWith(basename(target) + UNFINISHED));
  for (const path of left.map((name) => `${folder}/${name}`)) {
    const age = Date.now() - (lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity);
    if (age > ABANDONED_MS) removeIfPresent(path);
  }
}

function removeIfPresent(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was renamed or never created.
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
    // Windows cannot open folders, and some file systems cannot sync them. The rename is valid anyway.
  }
}
