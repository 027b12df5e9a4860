/** Reads files that docr is about to change, and checks that they have not changed since. */
import { accessSync, constants, lstatSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { HelperError } from "../../core/errors.ts";
import { errorCodeOf, isMissing } from "../../system/errno.ts";
import { readRegularFile } from "../../system/regular-file.ts";
import { refused } from "./file-errors.ts";

export interface FileSnapshot {
  /** The client's path of the file. */
  readonly path: string;
  /** The path for display, with `~` for the home directory. */
  readonly label: string;
  /** `path` with all links followed. */
  readonly target: string;
  /** The whole text, including a byte order mark. Undefined if the file is missing. */
  readonly text: string | undefined;
}

/** KiB. A file with thousands of logins is smaller. */
export const LARGEST_CLIENT_FILE_KIB = 16 * 1024;
const READ_ONLY_HINT = "nothing was changed; make it writable, or edit the file by hand";

/**
 * Reads the file, following links. Throws `client-config` if the path exists but cannot be read as UTF-8 text: a folder, a broken
 * link, another user's file.
 */
export function takeSnapshot(path: string, label: string): FileSnapshot {
  const target = targetOf(path, label);
  return { path, label, target, text: textOf(target, label) };
}

/** Whether the path still leads to the same file with the same text. Throws like `takeSnapshot`. */
export function isCurrent({ path, label, target, text }: FileSnapshot): boolean {
  return targetOf(path, label) === target && textOf(target, label) === text;
}

/** Throws `client-config` if the file or its folder is read-only. */
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
  const file = readRegularFile(target, { limitKib: LARGEST_CLIENT_FILE_KIB });
  if (file.kind === "absent") return undefined;
  if (file.kind === "unreadable") {
    throw errorCodeOf(file.cause) === undefined
      ? new HelperError("client-config", `${label} is ${file.reason}`)
      : refused(file.cause, label);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(file.bytes);
  } catch {
    throw new HelperError("client-config", `${label} is not UTF-8 text`);
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
