/** Copies of files as they were before docr changed them. */
import { lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { createFile } from "../../system/atomic-write.ts";
import { errorCodeOf } from "../../system/errno.ts";
import { refused } from "./file-errors.ts";
import { fileOptionsFor, PRIVATE_MODE } from "./replace.ts";
import type { FileSnapshot } from "./snapshot.ts";

/** Follows the file's name in the name of a backup, before a number. */
const BACKUP = ".docr-backup";

/**
 * Copies the snapshot's text, private to this user, to the first free of `NAME.docr-backup`, `NAME.docr-backup-2` and so
 * on; a backup with the same text is reused. Returns its path. Throws `client-config`.
 */
export function backUpFile({ path, target, label, text = "" }: FileSnapshot): string {
  for (let count = 1; ; count += 1) {
    const backup = `${path}${BACKUP}${count === 1 ? "" : `-${count}`}`;
    if (hasText(backup, text)) return backup;
    try {
      createFile(
        backup,
        text,
        fileOptionsFor(backup, statSync(target, { throwIfNoEntry: false }), PRIVATE_MODE),
      );
      return backup;
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
  try {
    return lstatSync(path).isFile() && readFileSync(path, "utf8") === text;
  } catch {
    return false;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}
