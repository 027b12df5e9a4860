import { closeSync, constants, fstatSync, openSync, read, readSync } from "node:fs";

const CHUNK = 16 * 1024;
const RETRY_MS = 5;

/**
 * Reads stdin to its end, or slightly more than `limit` bytes. If all of it is available already, as from docker, returns the
 * bytes synchronously: an asynchronous read starts libuv's threads, and `process.stdin` loads Node's streams. Otherwise returns
 * a promise, so the caller's timeout still works if the client never closes stdin.
 */
export function readStdin(limit: number): Uint8Array | Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  return readWaiting(chunks, limit) ? joined(chunks) : readRest(chunks, limit);
}

/** Reads what is available without waiting. Returns whether that was everything. */
function readWaiting(chunks: Uint8Array[], limit: number): boolean {
  let opened: number | undefined;
  try {
    const stats = fstatSync(0);
    // Open the pipe again: setting O_NONBLOCK on the shared file description would change it for the client too.
    if (stats.isFIFO()) opened = openSync("/proc/self/fd/0", constants.O_RDONLY | constants.O_NONBLOCK);
    else if (!stats.isFile()) return false;
    while (sizeOf(chunks) < limit) {
      const chunk = Buffer.allocUnsafe(CHUNK);
      const length = readSync(opened ?? 0, chunk, 0, CHUNK, null);
      if (length === 0) return true;
      chunks.push(chunk.subarray(0, length));
    }
    return true;
  } catch {
    // EAGAIN: more may come. Or stdin does not support this kind of read.
    return false;
  } finally {
    if (opened !== undefined) closeSync(opened);
  }
}

async function readRest(chunks: Uint8Array[], limit: number): Promise<Uint8Array> {
  while (sizeOf(chunks) < limit) {
    const chunk = Buffer.allocUnsafe(CHUNK);
    const length = await readChunk(chunk);
    if (length === 0) break;
    chunks.push(chunk.subarray(0, length));
  }
  return joined(chunks);
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  return first && chunks.length === 1 ? first : Buffer.concat(chunks);
}

function sizeOf(chunks: readonly Uint8Array[]): number {
  let size = 0;
  for (const chunk of chunks) size += chunk.length;
  return size;
}

/** Returns the number of bytes read: 0 at the end of the input, and if stdin is closed or unreadable. */
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
