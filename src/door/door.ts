// The door: gives the finished answer to a warm `get` for our host and starts docr beside it for everything else.
// Paranoid and tiny (src/README.md says what it may never do); compiled by scriptc, tied to Linux on x64.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { close, dup2, fstat, getuid, isReady, pipe2, POLLIN, POLLOUT, read, signal, write } from "./libc.ts";
import { asciiOf, bytesOf, u32 } from "../warm/bytes.ts";
import * as fallback from "../warm/fallback-note.ts";
import { INPUT_LIMIT, INPUT_PATIENCE_MS, LATE_INPUT, LATE_INPUT_HINT } from "../warm/late-input.ts";
import { openWarm, WARM_LIMIT } from "../warm/warm-answer.ts";
import * as warm from "../warm/warm-name.ts";

const NOT_TAKEN = "\u0000"; // stands for a text that the door does not take; no file has it

/** Reads until the end or until `into` is full; -1 where the descriptor gives nothing, -2 where it stays open too long. */
function readAll(fd: number, into: Uint8Array, patience: number): number {
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
function textOf(path: string, isSecret: boolean): string {
  let fd = -1;
  try {
    // A pipe would wait for its writer; a secret is never behind a symlink.
    if (!(isSecret ? lstatSync(path) : statSync(path)).isFile()) return NOT_TAKEN;
    fd = openSync(path, "r");
  } catch {
    return NOT_TAKEN;
  }
  const bytes = new Uint8Array(WARM_LIMIT);
  const length = !isSecret || isPrivate(fd, 0o100000) ? readAll(fd, bytes, 0) : -1;
  close(fd);
  const text = asciiOf(bytes, length);
  return text.length === length && length < bytes.length ? text : NOT_TAKEN;
}

/** A file in the private folder, which is looked at first: nobody else may have made it, or may enter it. */
function privateText(name: string): string {
  const folder = warm.warmFolder(env("XDG_RUNTIME_DIR"), getuid());
  try {
    if (!lstatSync(folder).isDirectory()) return NOT_TAKEN;
    const fd = openSync(folder, "r");
    const isOurs = isPrivate(fd, 0o040000);
    close(fd);
    return isOurs ? textOf(folder + "/" + name, true) : NOT_TAKEN;
  } catch {
    return NOT_TAKEN;
  }
}

const env = (name: string): string => process.env[name] ?? "";
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const uptimeMs = (): number => Math.round(parseFloat(textOf("/proc/uptime", false)) * 1000);

/** As the full program reads them: "=" in front of a value, nothing for one that is not set. */
function valuesOf(names: readonly string[]): string[] {
  const values: string[] = [];
  for (const name of names) {
    const value = process.env[name];
    values.push(value === undefined ? "" : "=" + value);
  }
  return values;
}

/** "=" and our config file's text, nothing where there is none. One that is not taken gives a name that nothing has. */
function configText(): string {
  const path = warm.warmConfigPath(env("HOME"), env("XDG_CONFIG_HOME"));
  try {
    lstatSync(path); // of the name itself: a symlink to nowhere, or to itself, is there
  } catch {
    return "";
  }
  return "=" + textOf(path, false);
}

function print(fd: number, text: string): boolean {
  signal(13, 1); // SIG_IGN for SIGPIPE: a client that is gone is no crash, and nothing is started after this
  // A pipe that is full and does not block; less than 4 KiB is then written whole (PIPE_BUF).
  isReady(fd, POLLOUT, INPUT_PATIENCE_MS);
  return write(fd, bytesOf(text)) === text.length;
}

function fail(message: string): never {
  print(1, message + "\n");
  print(2, "docr: " + message + "\n");
  process.exit(1);
}

/** Puts a program in our place as far as the client can tell: its arguments, streams and exit code. Returns where it cannot. */
function become(program: string, args: string[]): void {
  const ended = spawnSync(program, args, { stdio: "inherit" });
  if (ended.status !== null) process.exit(ended.status);
  if (ended.error === undefined && program !== full) process.exit(1); // killed: another helper is not ours to explain
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
  if (length === -2) fail(LATE_INPUT + "; " + LATE_INPUT_HINT);
  const address = asciiOf(bytes, length).trim();
  if (address === warm.WARM_SERVER_URL) {
    const name = warm.warmFileName(sha256(warm.warmText(valuesOf(warm.DECIDING_VARIABLES), configText())));
    const answer = openWarm(privateText(name), Date.now(), uptimeMs());
    if (answer !== "") process.exit(print(1, answer) ? 0 : 1);
  }
  if (length >= 0) giveBack(bytes, length);
  if (length < bytes.length && fallback.isCertainlyForeign(address)) {
    const name = fallback.fallbackFileName(
      sha256(fallback.fallbackText(valuesOf(fallback.FALLBACK_VARIABLES), configText())),
    );
    const other = privateText(name);
    if (fallback.isOtherHelper(other)) {
      process.env[fallback.BESIDE_MARK] = "1";
      become("docker-credential-" + other, args);
      delete process.env[fallback.BESIDE_MARK];
    }
  }
}
become(full, args);
fail(full + " cannot be run, or was killed; install it again");
