// What the launcher reads: small files and stdin, each judged on what is open, with no allocation by anybody else's size.
import { lstatSync, openSync, statSync } from "node:fs";
import { asciiOf, u32 } from "../response-cache/shared/ascii.ts";
import { RESPONSE_LIMIT } from "../response-cache/shared/format.ts";
import { close, fstat, getuid, isReady, POLLIN, read } from "./libc.ts";

export const NOT_TAKEN = "\u0000"; // stands for a text that the launcher does not take; no file has it

/** Reads until the end or until `into` is full; -1 where the descriptor gives nothing, -2 where it stays open too long. */
export function readAll(fd: number, into: Uint8Array, patience: number): number {
  const until = Date.now() + patience;
  let length = 0;
  while (length < into.length) {
    if (!isReady(fd, POLLIN, Math.max(0, until - Date.now()))) return -2;
    const n = read(fd, into.subarray(length));
    if (n < 0) return -1;
    if (n === 0) return length;
    length += n;
  }
  return length;
}

/** Whether what is open is this user's own and closed to everybody else, and of the kind (S_IFREG, S_IFDIR). */
function isPrivate(fd: number, kind: number): boolean {
  const stat = new Uint8Array(144); // struct stat on linux-x64: mode at 24, uid at 28
  return fstat(fd, stat) === 0 && u32(stat, 28) === getuid() && (u32(stat, 24) & 0o177077) === kind;
}

/** The text of a small plain file of ASCII; NOT_TAKEN in every other case. `isSecret`: it must be private, too. */
export function textOf(path: string, isSecret: boolean): string {
  let fd = -1;
  try {
    // A pipe would wait for its writer; a secret is never behind a symlink.
    if (!(isSecret ? lstatSync(path) : statSync(path)).isFile()) return NOT_TAKEN;
    fd = openSync(path, "r");
  } catch {
    return NOT_TAKEN;
  }
  const bytes = new Uint8Array(RESPONSE_LIMIT);
  const length = !isSecret || isPrivate(fd, 0o100000) ? readAll(fd, bytes, 0) : -1;
  close(fd);
  const text = asciiOf(bytes, length);
  return text.length === length && length < bytes.length ? text : NOT_TAKEN;
}

/** A folder, open; -1 where it is not this user's own, or not closed to everybody else. */
export function openPrivate(folder: string): number {
  try {
    if (!lstatSync(folder).isDirectory()) return -1;
    const fd = openSync(folder, "r");
    if (isPrivate(fd, 0o040000)) return fd;
    close(fd);
  } catch {
    // As good as nobody's.
  }
  return -1;
}

/** A file in a private folder, which is looked at first: nobody else may have made it, or may enter it. */
export function privateText(folder: string, name: string): string {
  const fd = openPrivate(folder);
  if (fd < 0) return NOT_TAKEN;
  close(fd);
  return textOf(folder + "/" + name, true);
}
