/** Copies files before docr changes them. */
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { createFile } from "../../system/atomic-write.ts";
import { errorCodeOf } from "../../system/errno.ts";
import { readRegularFile } from "../../system/regular-file.ts";
import { refused } from "./file-errors.ts";
import { fileOptionsFor, PRIVATE_MODE } from "./replace.ts";
import { type FileSnapshot, LARGEST_CLIENT_FILE_KIB } from "./snapshot.ts";

/** The suffix of a backup's name. A number may follow. */
const BACKUP = ".docr-backup";

export interface Backup {
  readonly path: string;
  /** False if an earlier run made it. */
  readonly isNew: boolean;
}

/**
 * Copies the snapshot's text to `NAME.docr-backup`, or to `NAME.docr-backup-2` and so on if that exists. The copy is private to this
 * user. Reuses a backup with the same text. Throws `client-config`.
 */
export function backUpFile({ path, target, label, text = "" }: FileSnapshot): Backup {
  for (let count = 1; ; count += 1) {
    const backup = `${path}${BACKUP}${count === 1 ? "" : `-${count}`}`;
    if (hasText(backup, text)) return { path: backup, isNew: false };
    try {
      createFile(
        backup,
        text,
        fileOptionsFor(backup, statSync(target, { throwIfNoEntry: false }), PRIVATE_MODE),
      );
      return { path: backup, isNew: true };
    } catch (error) {
      if (errorCodeOf(error) !== "EEXIST") throw refused(error, label);
    }
  }
}

/** The paths of the file's backups, sorted. */
export function listBackups(path: string): readonly string[] {
  const folder = dirname(path);
  return namesIn(folder)
    .filter((name) => name.startsWith(basename(path) + BACKUP))
    .map((name) => join(folder, name));
}

function hasText(path: string, text: string): boolean {
  const file = readRegularFile(path, { limitKib: LARGEST_CLIENT_FILE_KIB, noFollow: true });
  return file.kind === "content" && file.bytes.toString("utf8") === text;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}
