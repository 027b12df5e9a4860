/** A file that is about to be changed, as it was when it was read. */
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { HelperError } from "../../core/errors.ts";
import { isMissing } from "../../system/errno.ts";
import { refused } from "./file-errors.ts";

export interface FileSnapshot {
  /** As the client names it. */
  readonly path: string;
  /** As the user would write it. */
  readonly label: string;
  /** Where its bytes are: `path` with its links followed. */
  readonly target: string;
  /** The whole text, with a byte order mark. Undefined if there is no file. */
  readonly text: string | undefined;
}

/** Far above any real configuration. Bytes. */
const LARGEST = 16 * 1024 * 1024;
const READ_ONLY_HINT = "nothing was changed; make it writable, or edit the file by hand";

/**
 * Reads the file, following links. Throws `client-config` if there is something that cannot be read as UTF-8 text: a
 * folder, a broken link, another user's file.
 */
export function takeSnapshot(path: string, label: string): FileSnapshot {
  const target = targetOf(path, label);
  return { path, label, target, text: textOf(target, label) };
}

/** Whether the path still leads to the same file with the same text. Throws like `takeSnapshot`. */
export function isCurrent({ path, label, target, text }: FileSnapshot): boolean {
  return targetOf(path, label) === target && textOf(target, label) === text;
}

/** Throws `client-config` if the file cannot be replaced: it is read-only, or its folder is. */
export function checkWritable({ target, label }: FileSnapshot): void {
  const stats = statSync(target, { throwIfNoEntry: false });
  // Check the mode too: root could write a read-only file, but its owner wants it unchanged.
  if (stats !== undefined && ((stats.mode & 0o222) === 0 || !isAllowed(target, constants.W_OK))) {
    throw new HelperError("client-config", `${label} is read-only`, { hint: READ_ONLY_HINT });
  }
  const folder = nearestFolder(dirname(target));
  if (!isAllowed(folder, constants.W_OK | constants.X_OK)) {
    throw new HelperError("client-config", `the folder of ${label} is read-only`, { hint: READ_ONLY_HINT });
  }
}

function targetOf(path: string, label: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (!isMissing(error)) throw refused(error, label);
  }
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    throw new HelperError("client-config", `${label} is a broken link`, {
      hint: "fix the link or remove it",
    });
  }
  return path;
}

function textOf(target: string, label: string): string | undefined {
  let fd: number;
  try {
    // O_NONBLOCK: do not wait for a writer if the path is a pipe.
    fd = openSync(target, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw refused(error, label);
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new HelperError("client-config", `${label} is not a file`);
    if (stats.size > LARGEST) throw new HelperError("client-config", `${label} is larger than 16 MiB`);
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(fd));
  } catch (error) {
    if (error instanceof TypeError) throw new HelperError("client-config", `${label} is not UTF-8 text`);
    throw refused(error, label);
  } finally {
    closeSync(fd);
  }
}

function nearestFolder(folder: string): string {
  const parent = dirname(folder);
  const exists = statSync(folder, { throwIfNoEntry: false }) !== undefined;
  return exists || parent === folder ? folder : nearestFolder(parent);
}

function isAllowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
