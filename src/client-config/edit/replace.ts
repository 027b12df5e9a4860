import { randomUUID } from "node:crypto";
import { mkdirSync, type Stats, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import {
  type FileOptions,
  removeFile,
  removeOldFiles,
  replaceAtomically,
} from "../../system/atomic-write.ts";
import { refused } from "./file-errors.ts";
import { checkWritable, type FileSnapshot, isCurrent } from "./snapshot.ts";

/** `outdated`: another program has changed the file since it was read. Nothing was done. */
export type Replaced = "done" | "outdated";

/** Only this user may read and write the file. */
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
      removeFile(target);
      return "done";
    }
    const folder = dirname(target);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const prefix = basename(target) + UNFINISHED;
    // A killed process's replacement may hold passwords, and no other program removes it.
    removeOldFiles(folder, new RegExp(`^${RegExp.escape(prefix)}`), ABANDONED_MS);
    const stats = statSync(target, { throwIfNoEntry: false });
    const isReplaced = replaceAtomically(target, text, {
      ...fileOptionsFor(target, stats, stats?.mode ?? PRIVATE_MODE),
      temporary: `${target}${UNFINISHED}${randomUUID()}`,
      mayReplace: () => isCurrent(file),
    });
    return isReplaced ? "done" : "outdated";
  } catch (error) {
    throw refused(error, label);
  }
}

/** Options for a file in the same folder. Under sudo, a file keeps its owner, and a new one gets its folder's. */
export function fileOptionsFor(path: string, existing: Stats | undefined, mode: number): FileOptions {
  return { mode, owner: existing ?? statSync(dirname(path)), isDurable: true };
}
