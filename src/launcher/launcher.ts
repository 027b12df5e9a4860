// The launcher: gives the finished answer to a warm `get` for our host and starts docr beside it for everything else.
// Paranoid and tiny (src/README.md says what it may never do); compiled by scriptc, tied to Linux on x64.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync } from "node:fs";
import { dirname } from "node:path";
import { NOT_TAKEN, openPrivate, privateText, readAll, textOf } from "./files.ts";
import { close, dup2, getuid, isFirst, isReady, keepToMyself, pause, pipe2, POLLOUT } from "./libc.ts";
import { signal, write } from "./libc.ts";
import { asciiOf, bytesOf, u32 } from "../response-cache/shared/ascii.ts";
import * as fallback from "../response-cache/shared/fallback-note.ts";
import {
  INPUT_LIMIT_BYTES,
  INPUT_TIMEOUT_MS,
  INPUT_TIMEOUT_MESSAGE,
  INPUT_TIMEOUT_HINT,
} from "../response-cache/shared/limits.ts";
import { openCachedResponse } from "../response-cache/shared/format.ts";
import * as warm from "../response-cache/shared/key.ts";

const [ROUND_MS, ROUNDS] = [10, 200]; // for what another launcher has started: 2 s

const env = (name: string): string => process.env[name] ?? "";
const folder = (): string => warm.responseFolder(env("XDG_RUNTIME_DIR"), getuid());
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
  const path = warm.configPath(env("HOME"), env("XDG_CONFIG_HOME"));
  try {
    lstatSync(path); // of the name itself: a symlink to nowhere, or to itself, is there
  } catch {
    return "";
  }
  return "=" + textOf(path, false);
}

/** The answer left under the name, if it is one for this moment; else empty. */
function finished(name: string): string {
  const text = privateText(folder(), name);
  return text === NOT_TAKEN ? "" : openCachedResponse(text, Date.now(), uptimeMs());
}

/**
 * One launcher at a time starts docr for what nobody has left an answer to; the others wait a moment for what that one leaves.
 * Empty where it left nothing: then they all go on at once. The turn ends with its process, however that ends.
 */
function waitInLine(name: string): string {
  const runtimeDir = env("XDG_RUNTIME_DIR"); // there before our folder is
  const turn = openPrivate(runtimeDir.startsWith("/") ? runtimeDir : folder());
  if (turn < 0) return "";
  let answer = "";
  let isFree = keepToMyself(turn) && isFirst(turn);
  if (isFree) return ""; // and holds the turn until docr has ended
  for (let round = 0; round < ROUNDS && answer === "" && !isFree; round++) {
    pause(ROUND_MS);
    isFree = isFirst(turn);
    answer = finished(name); // afterwards: whoever held the turn leaves its answer before
  }
  close(turn);
  return answer;
}

function print(fd: number, text: string): boolean {
  signal(13, 1); // SIG_IGN for SIGPIPE: a client that is gone is no crash, and nothing is started after this
  // A pipe that is full and does not block; less than 4 KiB is then written whole (PIPE_BUF).
  isReady(fd, POLLOUT, INPUT_TIMEOUT_MS);
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
  const bytes = new Uint8Array(INPUT_LIMIT_BYTES);
  const length = readAll(0, bytes, INPUT_TIMEOUT_MS);
  if (length === -2) fail(INPUT_TIMEOUT_MESSAGE + "; " + INPUT_TIMEOUT_HINT);
  const address = asciiOf(bytes, length).trim();
  if (address === warm.CACHED_SERVER_URL) {
    const config = configText();
    const name = warm.responseFileName(sha256(warm.keyText(valuesOf(warm.DECIDING_VARIABLES), config)));
    let answer = finished(name);
    // Where none can be left, as for a config that is not taken, nobody waits for one.
    if (answer === "" && env("DOCR_CACHE") === "" && !config.includes(NOT_TAKEN)) answer = waitInLine(name);
    if (answer !== "") process.exit(print(1, answer) ? 0 : 1);
  }
  if (length >= 0) giveBack(bytes, length);
  if (length < bytes.length && fallback.isCertainlyOtherHost(address)) {
    const name = fallback.fallbackFileName(
      sha256(fallback.fallbackKeyText(valuesOf(fallback.FALLBACK_VARIABLES), configText())),
    );
    const other = privateText(folder(), name);
    if (fallback.isHelperName(other)) {
      process.env[fallback.FALLBACK_ACTIVE] = "1";
      become("docker-credential-" + other, args);
      delete process.env[fallback.FALLBACK_ACTIVE];
    }
  }
}
become(full, args);
fail(full + " cannot be run, or was killed; install it again");
