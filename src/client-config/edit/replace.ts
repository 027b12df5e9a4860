import { randomUUID } from "node:crypto";
import { type Stats, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import {
  type FileOptions,
  removeFile,
  removeOldFiles,
  replaceAtomically,
} from "../../system/atomic-write.ts";
import { makeFolders } from "../../system/make-folders.ts";
import { refused } from "./file-errors.ts";
import { checkWritable, type FileSnapshot, isCurrent } from "./snapshot.ts";

/** `outdated`: another program has changed the file since docr read it, so docr changed nothing. */
export type Replaced = "done" | "outdated";

export const PRIVATE_MODE = 0o600;
/** The suffix of an unfinished replacement's name. */
const UNFINISHED = ".docr-new-";
/** Writing a replacement takes milliseconds, so the process of an older one was killed. */
const ABANDONED_MS = 60_000;

/**
 * Replaces the file's text, or removes the file if `text` is undefined. Preserves links, mode and owner; a new file is private to this
 * user. Returns `outdated` and changes nothing if another program has changed the file since docr read it. Throws `client-config` if
 * writing fails.
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
    makeFolders(folder);
    const prefix = basename(target) + UNFINISHED;
    // The replacement of a killed process may contain passwords, and no other program removes it.
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
