/** The only reader of files in docr: regular files, opened without waiting, up to a limit that each caller names. */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { errorCodeOf, isAbsence } from "./errno.ts";

export interface ReadOptions {
  /** KiB. docr does not read a larger file. */
  readonly limitKib: number;
  /** Do not follow a symlink in the last part of the path. */
  readonly noFollow?: boolean;
  /** Looks at the open file's owner and mode before docr reads it. Returns why it is not to be read. May throw. */
  readonly check?: (stats: Stats) => string | undefined;
}

export type FileRead = { readonly kind: "content"; readonly bytes: Buffer } | Unread;

/** Why a file was not read. */
type Unread =
  /** There is no such path. */
  | { readonly kind: "absent" }
  /** `reason` is for messages: a system error's code, or what the path is instead of a regular file. */
  | { readonly kind: "unreadable"; readonly reason: string; readonly cause: unknown };

/** The first read of a file whose size is unknown, as in /proc. Bytes. */
const SMALLEST_CHUNK = 4096;

/**
 * Reads the file. A named pipe, a socket, a device and a directory are unreadable, and reading never waits for another process. Throws
 * only what `check` throws.
 */
export function readRegularFile(path: string, options: ReadOptions): FileRead {
  return withRegularFile<FileRead>(path, options, readOpenFile);
}

/** Returns whether `readRegularFile` would read the file. Opens it, but reads nothing. */
export function isReadable(path: string, options: Pick<ReadOptions, "limitKib">): boolean {
  return withRegularFile(path, options, () => true) === true;
}

/** Opens the file and calls `use` with its descriptor and its size in bytes, unless it is too large. */
function withRegularFile<T>(
  path: string,
  { limitKib, noFollow, check }: ReadOptions,
  use: (fd: number, size: number, limitKib: number) => T,
): T | Unread {
  let fd: number;
  try {
    // O_NONBLOCK: opening a named pipe does not wait for its writer. Windows lacks these flags; undefined counts as 0.
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
    fd = openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | (noFollow ? O_NOFOLLOW : 0));
  } catch (cause) {
    return isAbsence(cause) ? { kind: "absent" } : unreadable(reasonOf(cause), cause);
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) return unreadable(typeOf(stats));
    const objection = check?.(stats);
    if (objection !== undefined) return unreadable(objection);
    return stats.size > limitKib * 1024 ? tooLarge(limitKib) : use(fd, stats.size, limitKib);
  } catch (cause) {
    if (errorCodeOf(cause) === undefined) throw cause;
    return unreadable(reasonOf(cause), cause);
  } finally {
    closeSync(fd);
  }
}

/** Returns the file's text, or undefined if the path is absent. Throws what `fail` returns if the file is unreadable. */
export function readTextIfPresent(
  path: string,
  options: ReadOptions,
  fail: (reason: string, cause: unknown) => Error,
): string | undefined {
  const file = readRegularFile(path, options);
  if (file.kind === "unreadable") throw fail(file.reason, file.cause);
  return file.kind === "content" ? file.bytes.toString("utf8") : undefined;
}

/** Whether the path leads to nothing. A path that this user may not look at is not absent. Follows links. */
export function isAbsent(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch (error) {
    return isAbsence(error);
  }
}

function readOpenFile(fd: number, size: number, limitKib: number): FileRead {
  const limit = limitKib * 1024;
  const chunks: Buffer[] = [];
  let length = 0;
  while (length <= limit) {
    // One byte more than the size, so that the usual file takes one read and one that returns 0.
    const wanted = Math.max(SMALLEST_CHUNK, size + 1 - length);
    const chunk = Buffer.allocUnsafe(Math.min(wanted, limit + 1 - length));
    const count = readSync(fd, chunk, 0, chunk.length, null);
    if (count === 0) {
      const [only, ...others] = chunks;
      return { kind: "content", bytes: only && others.length === 0 ? only : Buffer.concat(chunks) };
    }
    chunks.push(chunk.subarray(0, count));
    length += count;
  }
  return tooLarge(limitKib);
}

function tooLarge(limitKib: number): Unread {
  return unreadable(`larger than ${sizeText(limitKib)}`);
}

function unreadable(reason: string, cause?: unknown): Unread {
  return { kind: "unreadable", reason, cause };
}

function reasonOf(cause: unknown): string {
  const code = errorCodeOf(cause) ?? "unknown";
  // Opening a socket, and a device without a driver, fails with ENXIO.
  return code === "ENXIO" ? "not a regular file" : code;
}

function typeOf(stats: Stats): string {
  if (stats.isDirectory()) return "a directory, not a file";
  if (stats.isFIFO()) return "a named pipe, not a regular file";
  return stats.isCharacterDevice() || stats.isBlockDevice()
    ? "a device, not a regular file"
    : "not a regular file";
}

function sizeText(kib: number): string {
  return kib % 1024 === 0 ? `${kib / 1024} MiB` : `${kib} KiB`;
}
