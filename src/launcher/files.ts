// Bounded reads. The launcher checks each private file after opening it, and no read allocates more than the fixed limit.
import { constants, openSync } from "node:fs";
import { decodeAscii } from "../response-cache/shared/ascii.ts";
import { RESPONSE_LIMIT } from "../response-cache/shared/format.ts";
import { closeDescriptor, readBytes, statusOf, userId, waitUntilReadable } from "./libc.ts";

export const READ_FAILED = -1;
export const READ_TIMED_OUT = -2;

const REGULAR_FILE = 0o100000;
const DIRECTORY = 0o040000;
const TYPE = 0o170000;
/** The bits of a file's mode for its type, for setuid, setgid and sticky, and for the group and other users. */
const TYPE_AND_SHARING = 0o177077;

/** Reads to the end, or until the array is full. Returns the number of bytes, READ_FAILED or READ_TIMED_OUT. */
export function readToEnd(fd: number, into: Uint8Array, timeoutMs: number): number {
  const deadline = Date.now() + timeoutMs;
  let length = 0;
  while (length < into.length) {
    if (!waitUntilReadable(fd, Math.max(0, deadline - Date.now()))) return READ_TIMED_OUT;
    const count = readBytes(fd, into.subarray(length));
    if (count < 0) return READ_FAILED;
    if (count === 0) return length;
    length += count;
  }
  return length;
}

/** The text of a regular file. Undefined if it is missing, not ASCII or not below RESPONSE_LIMIT. */
export function readTextFile(path: string): string | undefined {
  try {
    const fd = openToRead(path);
    if (isOfType(fd, REGULAR_FILE)) return readText(fd);
    closeDescriptor(fd);
  } catch {
    // Treat a file that cannot be opened as missing.
  }
  return undefined;
}

/** The text of a file in a private folder. Undefined also if another user owns or can access the file or the folder. */
export function readPrivateText(folder: string, name: string): string | undefined {
  const fd = openPrivateFolder(folder);
  if (fd === undefined) return undefined;
  closeDescriptor(fd);
  try {
    return readPrivate(openNoLink(folder + "/" + name));
  } catch {
    return undefined;
  }
}

/** An open folder. Undefined if it is missing, this user does not own it or another user can access it. */
export function openPrivateFolder(folder: string): number | undefined {
  try {
    const fd = openNoLink(folder);
    if (isPrivate(fd, DIRECTORY)) return fd;
    closeDescriptor(fd);
  } catch {
    // Treat a folder that cannot be opened as missing.
  }
  return undefined;
}

function readPrivate(fd: number): string | undefined {
  if (isPrivate(fd, REGULAR_FILE)) return readText(fd);
  closeDescriptor(fd);
  return undefined;
}

/** Reads the open file and closes it. */
function readText(fd: number): string | undefined {
  const bytes = new Uint8Array(RESPONSE_LIMIT);
  const length = readToEnd(fd, bytes, 0);
  closeDescriptor(fd);
  return length >= 0 && length < bytes.length ? decodeAscii(bytes, length) : undefined;
}

/** Whether the open file has this type, this user owns it, and no other user can access it. */
function isPrivate(fd: number, type: number): boolean {
  const status = statusOf(fd);
  return status !== undefined && status.uid === userId() && (status.mode & TYPE_AND_SHARING) === type;
}

const isOfType = (fd: number, type: number): boolean => ((statusOf(fd)?.mode ?? 0) & TYPE) === type;

/** Opening a named pipe does not wait for its writer. scriptc compiles only flags that are spelled out in the call. */
const openToRead = (path: string): number => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);

/** The same, but throws for a symlink. */
const openNoLink = (path: string): number =>
  openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
