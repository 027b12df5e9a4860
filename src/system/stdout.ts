import { writeSync } from "node:fs";
import { errorCodeOf } from "./errno.ts";

const RETRY_MS = 5;

/** Writes the whole text to the descriptor. Returns the system's error code (`EPIPE`, `ENOSPC`) if that fails. */
export function writeFully(fd: number, text: string): string | undefined {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      const code = errorCodeOf(error) ?? "unknown";
      if (code !== "EAGAIN") return code;
      // The pipe is non-blocking and full. Wait for the reader.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
  return undefined;
}
