// The client's streams.
import { decodeAscii, encodeAscii } from "../response-cache/shared/ascii.ts";
import { INPUT_LIMIT_BYTES, INPUT_TIMEOUT_MS } from "../response-cache/shared/limits.ts";
import type { Input } from "./decide.ts";
import { READ_FAILED, READ_TIMED_OUT, readToEnd } from "./files.ts";
import {
  closeDescriptor,
  ignoreBrokenPipes,
  openPipe,
  replaceDescriptor,
  waitUntilWritable,
  writeBytes,
} from "./libc.ts";

/** What was read from stdin. Undefined if nothing was, or stdin cannot be read. */
let consumed: Uint8Array | undefined;

/** Reads stdin, up to INPUT_LIMIT_BYTES. */
export function readInput(): Input {
  const bytes = new Uint8Array(INPUT_LIMIT_BYTES);
  const length = readToEnd(0, bytes, INPUT_TIMEOUT_MS);
  if (length === READ_TIMED_OUT) return { status: "timed-out", text: "" };
  if (length === READ_FAILED) return { status: "unreadable", text: "" };
  consumed = bytes.subarray(0, length);
  const text = decodeAscii(bytes, length) ?? "";
  return { status: length < bytes.length ? "complete" : "too-long", text };
}

/** Puts what was read back in front of the next program's stdin. False on an error. */
export function restoreInput(): boolean {
  const bytes = consumed;
  if (bytes === undefined) return true;
  const pipe = openPipe();
  // A pipe holds INPUT_LIMIT_BYTES. Where the system allows less, this fails instead of waiting for a reader.
  if (pipe === undefined || writeBytes(pipe.writeEnd, bytes) !== bytes.length) return false;
  closeDescriptor(pipe.writeEnd);
  replaceDescriptor(pipe.readEnd, 0);
  closeDescriptor(pipe.readEnd);
  return true;
}

/** Writes the whole text, which must be ASCII. False if the client does not read it. Start no program afterwards. */
export function print(fd: number, text: string): boolean {
  ignoreBrokenPipes();
  // A non-blocking pipe may be full. Once it is writable, it takes up to 4 KiB (PIPE_BUF) in one write.
  waitUntilWritable(fd, INPUT_TIMEOUT_MS);
  return writeBytes(fd, encodeAscii(text)) === text.length;
}
