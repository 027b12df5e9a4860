/** A separate file, so that docr loads node:crypto and node:stream only to print its build (startup/README.md). */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

/** Returns the SHA-256 of the file in hexadecimal, or undefined if it is missing or cannot be read. */
export async function digestFile(path: string): Promise<string | undefined> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(path), hash);
  } catch {
    return undefined;
  }
  return hash.digest("hex");
}
