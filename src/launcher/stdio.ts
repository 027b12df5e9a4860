// Reads the client's request from stdin and writes the response.
import { constants, openSync } from "node:fs";
import { decodeAscii, encodeAscii } from "../response-cache/shared/ascii.ts";
import { INPUT_LIMIT_BYTES, INPUT_TIMEOUT_MS, OUTPUT_TIMEOUT_MS } from "../response-cache/shared/limits.ts";
import type { Input } from "./decide.ts";
import { READ_FAILED, READ_TIMED_OUT, readToEnd } from "./files.ts";
import {
  closeDescriptor,
  isDevice,
  isOpen,
  keepOnExec,
  openPipe,
  replaceDescriptor,
  waitUntilWritable,
  writeBytes,
} from "./libc.ts";
import { ignoreBrokenPipes } from "./process.ts";

/** The bytes read from stdin. Undefined if the launcher did not read stdin, or could not. */
let consumed: Uint8Array | undefined;

/** Reads stdin, up to INPUT_LIMIT_BYTES. Leaves a terminal to docr, which tells the user what it waits for. */
export function readInput(): Input {
  if (isDevice(0)) return { status: "unreadable", text: "" };
  const bytes = new Uint8Array(INPUT_LIMIT_BYTES);
  const length = readToEnd(0, bytes, INPUT_TIMEOUT_MS);
  if (length === READ_TIMED_OUT) return { status: "timed-out", text: "" };
  if (length === READ_FAILED) return { status: "unreadable", text: "" };
  consumed = bytes.subarray(0, length);
  const text = decodeAscii(bytes, length) ?? "";
  return { status: length < bytes.length ? "complete" : "too-long", text };
}

/** Replaces stdin with a pipe that contains the bytes read, for the next program. Returns false on an error. */
export function restoreInput(): boolean {
  const bytes = consumed;
  if (bytes === undefined) return true;
  const pipe = openPipe();
  // A pipe holds INPUT_LIMIT_BYTES. If the system allows less, this fails instead of waiting for a reader.
  if (pipe === undefined || writeBytes(pipe.writeEnd, bytes) !== bytes.length) return false;
  closeDescriptor(pipe.writeEnd);
  replaceDescriptor(pipe.readEnd, 0);
  closeDescriptor(pipe.readEnd);
  return true;
}

/** Writes the text, which must be ASCII. Returns false if the client does not read it in time. Start no program after this call. */
export function print(fd: number, text: string): boolean {
  ignoreBrokenPipes();
  const bytes = encodeAscii(text);
  const deadline = Date.now() + OUTPUT_TIMEOUT_MS;
  let written = 0;
  while (written < bytes.length) {
    // A non-blocking pipe may be full. Once it is writable, it takes up to 4 KiB (PIPE_BUF) in one write.
    if (!waitUntilWritable(fd, Math.max(0, deadline - Date.now()))) return false;
    const count = writeBytes(fd, bytes.subarray(written));
    if (count < 0) return false;
    written += count;
  }
  return true;
}

/**
 * Opens /dev/null in place of each standard stream that the client has closed, as Node does. Otherwise the next file that is opened
 * would take its place. Returns false if that is impossible.
 */
export function openClosedStreams(): boolean {
  for (let fd = 0; fd <= 2; fd++) {
    if (isOpen(fd)) continue;
    if (openSync("/dev/null", constants.O_RDWR) !== fd || !keepOnExec(fd)) return false;
  }
  return true;
}
