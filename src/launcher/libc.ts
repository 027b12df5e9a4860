// The C functions that the launcher calls on open files (ffi.json), each wrapped in a function with a clear name. scriptc passes
// a byte array as two arguments, address and length. It supports a foreign call only directly after `return`.
declare function sysRead(fd: number, into: Uint8Array): number;
declare function sysWrite(fd: number, from: Uint8Array): number;
declare function sysFstat(fd: number, into: Uint8Array): number;
declare function sysPoll(fds: Uint8Array, timeout: number): number;
declare function sysPipe2(fds: Uint8Array): number;
declare function sysDup2(from: number, to: number): number;
declare function sysClose(fd: number): number;
declare function sysGetuid(): number;
declare function sysFlock(fd: number, operation: number): number;
declare function sysFcntl(fd: number, command: number, value: number): number;

const fstat = (fd: number, into: Uint8Array): number => sysFstat(fd, into);
const poll = (fds: Uint8Array, timeout: number): number => sysPoll(fds, timeout);
const pipe2 = (fds: Uint8Array): number => sysPipe2(fds);
const flock = (fd: number, operation: number): number => sysFlock(fd, operation);
const fcntl = (fd: number, command: number, value: number): number => sysFcntl(fd, command, value);

/** Reads the available bytes into the array. Returns the number of bytes, 0 at the end of the file, -1 on an error. */
export const readBytes = (fd: number, into: Uint8Array): number => sysRead(fd, into);

/** Returns the number of bytes written, -1 on an error. */
export const writeBytes = (fd: number, bytes: Uint8Array): number => sysWrite(fd, bytes);

export const closeDescriptor = (fd: number): number => sysClose(fd);

/** Makes the descriptor `to` refer to the same open file as `from`. */
export const replaceDescriptor = (from: number, to: number): number => sysDup2(from, to);

export const userId = (): number => sysGetuid();

export interface FileStatus {
  /** The file's type and permissions. */
  readonly mode: number;
  readonly uid: number;
}

/** The size of struct stat on x64. It is smaller on arm64. */
export const STAT_BYTES = 144;
/** Offsets of st_mode and st_uid in struct stat. */
const MODE_AT = process.arch === "arm64" ? 16 : 24;
const UID_AT = process.arch === "arm64" ? 24 : 28;

/** The status of an open file. Undefined on an error. */
export function statusOf(fd: number): FileStatus | undefined {
  const stat = new Uint8Array(STAT_BYTES);
  return fstat(fd, stat) === 0 ? readStatus(stat) : undefined;
}

/** Reads a struct stat. */
export function readStatus(stat: Uint8Array): FileStatus {
  return { mode: readU32(stat, MODE_AT), uid: readU32(stat, UID_AT) };
}

/** Whether the open file is a character device: a terminal, or /dev/null. */
export function isDevice(fd: number): boolean {
  return ((statusOf(fd)?.mode ?? 0) & 0o170000) === 0o020000;
}

/** Waits until a read does not block. Returns false after `timeoutMs`. */
export const waitUntilReadable = (fd: number, timeoutMs: number): boolean => waitUntil(fd, 1, timeoutMs);

/** Waits until a write does not block. Returns false after `timeoutMs`. */
export const waitUntilWritable = (fd: number, timeoutMs: number): boolean => waitUntil(fd, 4, timeoutMs);

function waitUntil(fd: number, event: number, timeoutMs: number): boolean {
  const entry = new Uint8Array(8); // struct pollfd: the descriptor, the requested events, the returned events
  entry[0] = fd & 255;
  entry[1] = fd >> 8; // a client may have hundreds of open files
  entry[4] = event;
  // poll takes the array's length as the number of entries, so it must be 1.
  return poll(entry.subarray(0, 1), timeoutMs) !== 0;
}

export function sleep(ms: number): void {
  poll(new Uint8Array(0), ms);
}

export interface Pipe {
  readonly readEnd: number;
  readonly writeEnd: number;
}

/** Opens a pipe whose writes fail instead of blocking when it is full. Returns undefined on an error. */
export function openPipe(): Pipe | undefined {
  const ends = new Uint8Array(2048); // pipe2 takes the array's length as its flags: O_NONBLOCK
  if (pipe2(ends) !== 0) return undefined;
  return { readEnd: readU32(ends, 0), writeEnd: readU32(ends, 4) };
}

/**
 * Locks the open file. Returns false if another process holds the lock. The OS releases the lock when the last process with this
 * descriptor ends.
 */
export const tryLock = (fd: number): boolean => flock(fd, 6) === 0; // LOCK_EX | LOCK_NB

/** Lets the program that this process becomes keep the descriptor. Returns false on an error. */
export const keepOnExec = (fd: number): boolean => fcntl(fd, 2, 0) === 0; // F_SETFD without FD_CLOEXEC

export const isOpen = (fd: number): boolean => fcntl(fd, 1, 0) >= 0; // F_GETFD

/** Reads four bytes as a little-endian number. They must be within the array: scriptc aborts the process otherwise. */
export function readU32(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  return (low | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0;
}
