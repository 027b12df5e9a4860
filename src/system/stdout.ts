import { writeSync } from "node:fs";
import { errorCodeOf } from "./errno.ts";

const RETRY_MS = 5;
/**
 * Writes the whole text to the descriptor. Returns the system's error code if that fails: `EPIPE`, `ENOSPC`, or `EAGAIN` if it is a full
 * non-blocking pipe whose reader has stopped.
 */
function writeFully(fd: number, text: string, stalledMs: number): string | undefined {
  const bytes = Buffer.from(text);
  let waitedMs = 0;
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(fd, bytes, done);
      waitedMs = 0;
    } catch (error) {
      const code = errorCodeOf(error) ?? "unknown";
      if (code !== "EAGAIN" || waitedMs >= stalledMs) return code;
      // The pipe is non-blocking and full. Wait for the reader, without a timer or a thread of libuv.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
      waitedMs += RETRY_MS;
    }
  }
  return undefined;
}

export interface Output {
  readonly write: (text: string) => void;
  /** Why a text could not be written: a system error's code. Undefined if every text was. */
  readonly failure: () => string | undefined;
}

/**
 * Writes to the descriptor until a write fails, and drops every text after that: each would wait for the reader again. `stalledMs` is how
 * long to wait for a reader that takes nothing.
 */
export function createOutput(fd: number, stalledMs: number): Output {
  let failure: string | undefined;
  return {
    write(text) {
      failure ??= writeFully(fd, text, stalledMs);
    },
    failure: () => failure,
  };
}
