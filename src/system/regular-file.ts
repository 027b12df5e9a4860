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

export type FileRead =
  | { readonly kind: "content"; readonly bytes: Buffer }
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
export function readRegularFile(path: string, { limitKib, noFollow, check }: ReadOptions): FileRead {
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
    const limit = limitKib * 1024;
    const bytes = stats.size > limit ? undefined : readUpTo(fd, stats.size, limit);
    return bytes ? { kind: "content", bytes } : unreadable(`larger than ${sizeText(limitKib)}`);
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

/** Whether `readRegularFile` would read the file. Opens it, but reads nothing. */
export function isReadable(path: string, { limitKib }: Pick<ReadOptions, "limitKib">): boolean {
  const objection = "not to be read now";
  const check = ({ size }: Stats): string | undefined => (size > limitKib * 1024 ? undefined : objection);
  const file = readRegularFile(path, { limitKib, check });
  return file.kind === "unreadable" && file.reason === objection;
}

/** Whether the path leads to nothing. A path that this user may not look at is not absent. Follows links. */
export function isAbsent(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch (error) {
    return isAbsence(error);
  }
}

/** Returns undefined if there are more bytes than the limit. */
function readUpTo(fd: number, size: number, limit: number): Buffer | undefined {
  const chunks: Buffer[] = [];
  let length = 0;
  while (length <= limit) {
    // One byte more than the size, so that the usual file takes one read and one that returns 0.
    const wanted = Math.max(SMALLEST_CHUNK, size + 1 - length);
    const chunk = Buffer.allocUnsafe(Math.min(wanted, limit + 1 - length));
    const count = readSync(fd, chunk, 0, chunk.length, null);
    if (count === 0) return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, count));
    length += count;
  }
  return undefined;
}

function unreadable(reason: string, cause?: unknown): FileRead {
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
