/** A new file, whole and on the disk, and what a file system's refusals become. */
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { HelperError, isHelperError } from "../../core/errors.ts";
import type { EditedFile } from "../../commands/ports.ts";

/** This user's alone. */
export const PRIVATE_MODE = 0o600;

/**
 * Makes a file that was not there and puts it on the disk. It belongs to whom `like` belongs to, else to whom its folder
 * does: under sudo, a file stays with the person whose it is. Throws the system's error, EEXIST among them.
 */
export function writeNew(path: string, text: string, mode: number, like: Stats | undefined): void {
  const fd = openSync(path, "wx", PRIVATE_MODE);
  try {
    giveTo(fd, like ?? statSync(dirname(path)));
    fchmodSync(fd, mode & 0o7777);
    writeFileSync(fd, text);
    fsyncSync(fd);
  } catch (error) {
    removeIfThere(path);
    throw error;
  } finally {
    closeSync(fd);
  }
}

function giveTo(fd: number, { uid, gid }: Stats): void {
  const own = fstatSync(fd);
  if (own.uid === uid && own.gid === gid) return;
  try {
    fchownSync(fd, uid, gid);
  } catch {
    // Only root may; everybody else leaves a file of their own, as docker does.
  }
}

/**
 * Keeps what was read beside the file, for this user alone, under the first free of `NAME.docr-backup`,
 * `NAME.docr-backup-2` and so on; one that holds the same already will do. Returns its path. Throws `client-config`.
 */
export function backUp({ path, target, shown, text = "" }: EditedFile): string {
  for (let count = 1; ; count += 1) {
    const backup = `${path}${BACKUP}${count === 1 ? "" : `-${count}`}`;
    if (isSame(backup, text)) return backup;
    try {
      writeNew(backup, text, PRIVATE_MODE, statSync(target, { throwIfNoEntry: false }));
      return backup;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw refused(error, shown);
    }
  }
}

/** What stands behind a file's name in its backup's, before a number. */
export const BACKUP = ".docr-backup";

function isSame(path: string, text: string): boolean {
  try {
    return lstatSync(path).isFile() && readFileSync(path, "utf8") === text;
  } catch {
    return false;
  }
}

export function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Renamed, or never made.
  }
}

/** A system's error as `client-config`; any other one as it is. */
export function refused(error: unknown, shown: string): unknown {
  const code = codeOf(error);
  if (code === undefined || isHelperError(error)) return error;
  return new HelperError("client-config", `${shown} cannot be read or written (${code})`, {
    cause: error,
    hint: "nothing was changed; see whose it is, and whether the disk is full",
  });
}

/** A system error's code: E and capitals. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}
