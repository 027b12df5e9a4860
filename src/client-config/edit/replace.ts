/** Replaces one file of a client's as a whole: whoever reads it meanwhile sees the old one or the new one. */
import { randomUUID } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { basename, dirname } from "node:path";
import { HelperError } from "../../core/errors.ts";
import type { EditedFile, Replaced } from "../../commands/ports.ts";
import { codeOf, PRIVATE_MODE, refused, removeIfThere, writeNew } from "./backup.ts";

/** What stands behind a file's name in that of what is to come in its place. */
const UNFINISHED = ".docr-new-";
/** Far above any real configuration. Bytes. */
const LARGEST = 16 * 1024 * 1024;
/** A new file that is this old was left behind by a process that was killed: a change takes a few. Milliseconds. */
const ABANDONED_MS = 60_000;
const READ_ONLY_HINT = "nothing was changed; make it writable, or make the change by hand";

/**
 * Reads the file, following links; `shown` is its name for a person. Throws `client-config` for what is there and cannot
 * be read as UTF-8 text: a folder, a link that leads nowhere, a file of somebody else.
 */
export function openToEdit(path: string, shown: string): EditedFile {
  const target = targetOf(path, shown);
  return { path, shown, target, text: textOf(target, shown) };
}

/** Throws `client-config` where the file could not be replaced: it is read-only, or its folder is. */
export function checkWritable({ target, shown }: EditedFile): void {
  const stats = statSync(target, { throwIfNoEntry: false });
  // By its mode, too: root could write it, but somebody has said that it is to stay.
  if (stats !== undefined && ((stats.mode & 0o222) === 0 || !isAllowed(target, constants.W_OK))) {
    throw new HelperError("client-config", `${shown} is read-only`, { hint: READ_ONLY_HINT });
  }
  const folder = nearestFolder(dirname(target));
  if (!isAllowed(folder, constants.W_OK | constants.X_OK)) {
    throw new HelperError("client-config", `the folder of ${shown} is read-only`, { hint: READ_ONLY_HINT });
  }
}

/**
 * Puts the text in the place of what was read, or removes the file where it is undefined. Links stay links, mode and
 * owner stay; a file that was not there is this user's alone. `outdated`, and nothing changed, where somebody else has
 * changed the file since it was read. Throws `client-config` where the file system refuses.
 */
export function replaceFile(file: EditedFile, text: string | undefined): Replaced {
  checkWritable(file);
  const { path, target, shown } = file;
  const isStillSame = (): boolean => targetOf(path, shown) === target && textOf(target, shown) === file.text;
  try {
    if (text === undefined) {
      if (!isStillSame()) return "outdated";
      if (file.text !== undefined) unlinkSync(target);
    } else {
      mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
      removeAbandoned(target);
      const like = statSync(target, { throwIfNoEntry: false });
      const next = `${target}${UNFINISHED}${randomUUID()}`;
      try {
        writeNew(next, text, like?.mode ?? PRIVATE_MODE, like);
        if (!isStillSame()) return "outdated";
        renameSync(next, target);
      } finally {
        removeIfThere(next);
      }
    }
    syncFolder(dirname(target));
    return "done";
  } catch (error) {
    throw refused(error, shown);
  }
}

/** They may hold passwords, and nobody else would look for them. */
function removeAbandoned(target: string): void {
  const folder = dirname(target);
  const left = readdirSync(folder).filter((name) => name.startsWith(basename(target) + UNFINISHED));
  for (const path of left.map((name) => `${folder}/${name}`)) {
    const age = Date.now() - (lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity);
    if (age > ABANDONED_MS) removeIfThere(path);
  }
}

function targetOf(path: string, shown: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw refused(error, shown);
  }
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    throw new HelperError("client-config", `${shown} is a link that leads nowhere`, {
      hint: "mend it or remove it",
    });
  }
  return path;
}

function textOf(target: string, shown: string): string | undefined {
  let fd: number;
  try {
    // O_NONBLOCK: a pipe in the place of the file must not be waited for.
    fd = openSync(target, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw refused(error, shown);
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new HelperError("client-config", `${shown} is not a file`);
    if (stats.size > LARGEST) throw new HelperError("client-config", `${shown} is larger than 16 MiB`);
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(fd));
  } catch (error) {
    if (error instanceof TypeError) throw new HelperError("client-config", `${shown} is not UTF-8 text`);
    throw refused(error, shown);
  } finally {
    closeSync(fd);
  }
}

function nearestFolder(folder: string): string {
  const parent = dirname(folder);
  const isThere = statSync(folder, { throwIfNoEntry: false }) !== undefined;
  return isThere || parent === folder ? folder : nearestFolder(parent);
}

function isAllowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
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
    // Windows opens no folders, and some file systems sync none: the rename holds all the same.
  }
}
