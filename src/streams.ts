import { read, writeSync } from "node:fs";

const CHUNK = 16 * 1024;
const RETRY_MS = 5;

/**
 * Standard input until its end, or until a little more than `limit` bytes. Not `process.stdin`: that costs 6 ms
 * of start-up (measured, src/README.md). Asynchronous all the same, so that a client that never closes
 * its end runs into the deadline.
 */
export async function readStdin(limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size < limit) {
    const chunk = Buffer.allocUnsafe(CHUNK);
    const length = await readChunk(chunk);
    if (length === 0) break;
    chunks.push(chunk.subarray(0, length));
    size += length;
  }
  return Buffer.concat(chunks);
}

/** 0 at the end of the input, and for an input that is closed or cannot be read: nobody sent anything. */
async function readChunk(chunk: Uint8Array): Promise<number> {
  for (;;) {
    const outcome = await new Promise<number | "again">((resolve) => {
      read(0, chunk, 0, chunk.length, null, (error, length) => {
        if (error) resolve(error.code === "EAGAIN" ? "again" : 0);
        else resolve(length);
      });
    });
    if (outcome !== "again") return outcome;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** Writes all of the text to the descriptor; false where nobody is there any more to read it. */
export function writeFully(fd: number, text: string): boolean {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) return false;
      // A pipe that is full and does not block: its reader needs a moment.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
  return true;
}
