// The C functions that the launcher calls on its own process (ffi.json), each wrapped in a function with a clear name.
import { constants, openSync } from "node:fs";
import { encodeAscii } from "../response-cache/shared/ascii.ts";
import { closeDescriptor, readU32, writeBytes } from "./libc.ts";
import { placeTexts, releaseTexts } from "./memory.ts";

declare function sysExecv(path: number, args: number): number;
declare function sysSignal(number: number, handler: number): void;
declare function sysAlarm(seconds: number): number;
declare function sysPrctl(option: number, value: number): number;
declare function sysGetppid(): number;
declare function sysGetrlimit(resource: number, into: Uint8Array): number;
declare function sysSetrlimit(resource: number, from: Uint8Array): number;
declare function sysClockGettime(clock: number, into: Uint8Array): number;

const execv = (path: number, args: number): number => sysExecv(path, args);
const signal = (number: number, handler: number): void => sysSignal(number, handler);
const alarm = (seconds: number): number => sysAlarm(seconds);
const prctl = (option: number, value: number): number => sysPrctl(option, value);
const getrlimit = (resource: number, into: Uint8Array): number => sysGetrlimit(resource, into);
const setrlimit = (resource: number, from: Uint8Array): number => sysSetrlimit(resource, from);
const clockGettime = (clock: number, into: Uint8Array): number => sysClockGettime(clock, into);

const CORE_FILE = 4; // RLIMIT_CORE

/** Becomes the program, with this process's id, environment, streams and locks. Returns only if that is impossible. */
export function becomeProgram(path: string, args: readonly string[]): void {
  const texts = placeTexts([path].concat(args));
  if (texts === undefined) return;
  execv(texts.first, texts.address);
  releaseTexts(texts);
}

/** Makes a write to a closed pipe fail instead of killing this process. */
export function ignoreBrokenPipes(): void {
  signal(13, 1); // SIGPIPE, SIG_IGN
}

/** Lets the kernel end this process after the time, also if it has become another program. It needs no thread. */
export function endAfter(seconds: number): void {
  alarm(seconds);
}

/** Lets the kernel kill this process when its parent ends. Returns false if that is no longer, or never was, the parent. */
export function endWithParent(parent: number): boolean {
  return prctl(1, 9) === 0 && parentId() === parent; // PR_SET_PDEATHSIG, SIGKILL
}

const parentId = (): number => sysGetppid();

/**
 * Keeps secrets out of core files, in this program and in each that it becomes or starts. Some systems send a core file to a
 * program whatever the limit is, so it is also made empty.
 */
export function forbidCoreFiles(): void {
  const limit = new Uint8Array(16); // struct rlimit: the limit in use, and the highest
  if (getrlimit(CORE_FILE, limit) === 0) {
    for (let i = 0; i < 8; i++) limit[i] = 0;
    setrlimit(CORE_FILE, limit);
  }
  try {
    const filter = openSync("/proc/self/coredump_filter", constants.O_WRONLY);
    writeBytes(filter, encodeAscii("0"));
    closeDescriptor(filter);
  } catch {
    // Without /proc, the limit alone counts.
  }
}

/** The limit in use of a resource (RLIMIT_*). Infinity if there is none, or if it cannot be read. */
export function limitOf(resource: number): number {
  const limit = new Uint8Array(16); // struct rlimit
  if (getrlimit(resource, limit) !== 0) return Infinity;
  // "No limit" is the largest number, which is also large enough here.
  return readU32(limit, 4) * 0x100000000 + readU32(limit, 0);
}

/** Milliseconds since the machine started, sleep included. NaN if unknown. */
export function uptimeMs(): number {
  const time = new Uint8Array(16); // struct timespec
  if (clockGettime(7, time) !== 0) return Number.NaN; // CLOCK_BOOTTIME
  return readU32(time, 0) * 1000 + Math.floor(readU32(time, 8) / 1_000_000);
}
