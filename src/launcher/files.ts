// Bounded reads. The launcher checks each private file after opening it, and no read allocates more than the fixed limit.
import { lstatSync, openSync, statSync } from "node:fs";
import { decodeAscii } from "../response-cache/shared/ascii.ts";
import { RESPONSE_LIMIT } from "../response-cache/shared/format.ts";
import { closeDescriptor, readBytes, statusOf, userId, waitUntilReadable } from "./libc.ts";

export const READ_FAILED = -1;
export const READ_TIMED_OUT = -2;

const REGULAR_FILE = 0o100000;
const DIRECTORY = 0o040000;
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
    // Check before opening: opening a named pipe would wait for its writer.
    return statSync(path).isFile() ? readText(openSync(path, "r")) : undefined;
  } catch {
    return undefined;
  }
}

/** The text of a file in a private folder. Undefined also if another user owns or can access the file or the folder. */
export function readPrivateText(folder: string, name: string): string | undefined {
  const fd = openPrivateFolder(folder);
  if (fd === undefined) return undefined;
  closeDescriptor(fd);
  const path = folder + "/" + name;
  try {
    // Rejects symlinks and named pipes.
    return lstatSync(path).isFile() ? readPrivate(openSync(path, "r")) : undefined;
  } catch {
    return undefined;
  }
}

/** An open folder. Undefined if it is missing, this user does not own it or another user can access it. */
export function openPrivateFolder(folder: string): number | undefined {
  try {
    if (!lstatSync(folder).isDirectory()) return undefined;
    const fd = openSync(folder, "r");
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
