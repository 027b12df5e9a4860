// The door: gives the finished answer to a warm `get` for our host and starts docr beside it for everything else.
// Paranoid and tiny (src/README.md says what it may never do); compiled by scriptc, tied to Linux on x64 and arm64.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { asciiOf, bytesOf, u32 } from "../warm/bytes.ts";
import * as fallback from "../warm/fallback-note.ts";
import { INPUT_LIMIT, INPUT_PATIENCE_MS, LATE_INPUT } from "../warm/late-input.ts";
import { openWarm, WARM_LIMIT } from "../warm/warm-answer.ts";
import * as warm from "../warm/warm-name.ts";

// The C library's. A byte array goes as its address and its length.
declare function sysRead(fd: number, into: Uint8Array): number;
declare function sysWrite(fd: number, from: Uint8Array): number;
declare function sysFstat(fd: number, into: Uint8Array): number;
declare function sysPoll(fds: Uint8Array, timeout: number): number;
declare function sysPipe2(fds: Uint8Array): number;
declare function sysDup2(from: number, to: number): number;
declare function sysClose(fd: number): number;
declare function sysGetuid(): number;

// Each in a function of its own: the compiler takes a foreign call only as what a function returns.
const read = (fd: number, into: Uint8Array): number => sysRead(fd, into);
const write = (fd: number, from: Uint8Array): number => sysWrite(fd, from);
const fstat = (fd: number, into: Uint8Array): number => sysFstat(fd, into);
const poll = (fds: Uint8Array, timeout: number): number => sysPoll(fds, timeout);
const pipe2 = (fds: Uint8Array): number => sysPipe2(fds);
const dup2 = (from: number, to: number): number => sysDup2(from, to);
const close = (fd: number): number => sysClose(fd);
const getuid = (): number => sysGetuid();

/** Reads until the end or until `into` is full; -1 where the descriptor gives nothing, -2 where it stays open too long. */
function readAll(fd: number, into: Uint8Array, patience: number): number {
  const asked = new Uint8Array(8); // struct pollfd: the descriptor, POLLIN, and what came
  asked[0] = fd;
  asked[4] = 1;
  let length = 0;
  while (length < into.length) {
    if (poll(asked.subarray(0, 1), patience) === 0) return -2; // the length of 1 is what poll takes as its count
    const n = read(fd, into.subarray(length));
    if (n < 0) return -1;
    if (n === 0) return length;
    length += n;
  }
  return length;
}

/** The text of a small plain file; empty in every other case. `isSecret`: it must be this user's own, and closed to others. */
function textOf(path: string, isSecret: boolean): string {
  const stat = new Uint8Array(144); // struct stat on linux-x64: mode at 24, uid at 28
  let fd = -1;
  try {
    // A pipe would wait for its writer; a secret is never behind a symlink.
    if (!(isSecret ? lstatSync(path) : statSync(path)).isFile()) return "";
    fd = openSync(path, "r");
  } catch {
    return "";
  }
  const isOurs =
    fstat(fd, stat) === 0 && u32(stat, 28) === getuid() && (u32(stat, 24) & 0o177077) === 0o100000;
  const bytes = new Uint8Array(WARM_LIMIT);
  const length = isOurs || !isSecret ? readAll(fd, bytes, 0) : -1;
  close(fd);
  return length < 0 || length === bytes.length ? "" : asciiOf(bytes, length);
}

function env(name: string): string {
  return process.env[name] ?? "";
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** As the full program reads them: "=" in front of a value, nothing for one that is not set. */
function valuesOf(names: readonly string[]): string[] {
  const values: string[] = [];
  for (const name of names) {
    const value = process.env[name];
    values.push(value === undefined ? "" : "=" + value);
  }
  return values;
}

/** Our config file's text. What the door does not read as the full program does only makes it find no answer. */
function configText(): string {
  return textOf(warm.warmConfigPath(env("HOME"), env("XDG_CONFIG_HOME")), false);
}

function uptimeMs(): number {
  return Math.round(parseFloat(textOf("/proc/uptime", false)) * 1000);
}

function print(fd: number, text: string): boolean {
  return write(fd, bytesOf(text)) === text.length;
}

function fail(message: string): never {
  print(1, message + "\n");
  print(2, "docr: " + message + "\n");
  process.exit(1);
}

/** Starts a program in our place as far as the client can tell: its arguments, streams and exit code. */
function become(program: string, args: string[]): never {
  const ended = spawnSync(program, args, { stdio: "inherit" });
  if (ended.status === null) fail(program + " cannot be run, or was killed; install it again");
  process.exit(ended.status ?? 1);
}

/** Puts what was read back in front of whoever reads stdin next; the pipe holds all of it. */
function giveBack(bytes: Uint8Array, length: number): void {
  const ends = new Uint8Array(2048); // its length is O_NONBLOCK: a pipe that is smaller than usual must not hold us up
  if (pipe2(ends) !== 0 || write(u32(ends, 4), bytes.subarray(0, length)) !== length)
    fail("stdin cannot be passed on");
  close(u32(ends, 4));
  dup2(u32(ends, 0), 0);
  close(u32(ends, 0));
}

const args = process.argv.slice(2);
const full = dirname(process.execPath) + "/docr";
if (args.length === 1 && args[0] === "get" && valuesOf(warm.DEFERRING_VARIABLES).join("") === "") {
  const bytes = new Uint8Array(INPUT_LIMIT);
  const length = readAll(0, bytes, INPUT_PATIENCE_MS);
  if (length === -2) fail(LATE_INPUT);
  const address = asciiOf(bytes, length).trim();
  const folder = warm.warmFolder(env("XDG_RUNTIME_DIR"), getuid());
  if (address === warm.WARM_SERVER_URL) {
    const name = warm.warmFileName(sha256(warm.warmText(valuesOf(warm.DECIDING_VARIABLES), configText())));
    const answer = openWarm(textOf(folder + "/" + name, true), Date.now(), uptimeMs());
    if (answer !== "") process.exit(print(1, answer) ? 0 : 1);
  }
  if (length >= 0) giveBack(bytes, length);
  if (fallback.isCertainlyForeign(address)) {
    const name = fallback.fallbackFileName(
      sha256(fallback.fallbackText(valuesOf(fallback.FALLBACK_VARIABLES), configText())),
    );
    const other = textOf(folder + "/" + name, true);
    if (fallback.isOtherHelper(other)) {
      process.env[fallback.BESIDE_MARK] = "1";
      become("docker-credential-" + other, args);
    }
  }
}
become(full, args);
