// The C library's functions as the launcher uses them (ffi.json). A byte array goes as its address and its length.
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
declare function sysSignal(number: number, handler: number): void;

// Each in a function of its own: the compiler takes a foreign call only as what a function returns.
export const read = (fd: number, into: Uint8Array): number => sysRead(fd, into);
export const write = (fd: number, from: Uint8Array): number => sysWrite(fd, from);
export const fstat = (fd: number, into: Uint8Array): number => sysFstat(fd, into);
const poll = (fds: Uint8Array, timeout: number): number => sysPoll(fds, timeout);
export const pipe2 = (fds: Uint8Array): number => sysPipe2(fds);
export const dup2 = (from: number, to: number): number => sysDup2(from, to);
export const close = (fd: number): number => sysClose(fd);
export const getuid = (): number => sysGetuid();
const flock = (fd: number, operation: number): number => sysFlock(fd, operation);
const fcntl = (fd: number, command: number, value: number): number => sysFcntl(fd, command, value);
export const signal = (number: number, handler: number): void => sysSignal(number, handler);

export const POLLIN = 1;
export const POLLOUT = 4;

/** Whether the descriptor can be read or written (or will say why not) within so many milliseconds. */
export function isReady(fd: number, event: number, timeout: number): boolean {
  const asked = new Uint8Array(8); // struct pollfd: the descriptor, what is asked for, and what came
  asked[0] = fd & 255;
  asked[1] = fd >> 8; // the client may have hundreds open
  asked[4] = event;
  return poll(asked.subarray(0, 1), timeout) !== 0; // the length of 1 is what poll takes as its count
}

export function pause(ms: number): void {
  poll(new Uint8Array(0), ms);
}

/** Takes what is open for this process alone; false where another one has it. Ends when that closes it, or ends. */
export const isFirst = (fd: number): boolean => flock(fd, 6) === 0; // LOCK_EX | LOCK_NB

/** No program that is started gets the descriptor. */
export const keepToMyself = (fd: number): boolean => fcntl(fd, 2, 1) === 0; // F_SETFD, FD_CLOEXEC
