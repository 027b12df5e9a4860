/** A separate file, so that docr loads node:crypto only when digests.ts needs it. */
import { createHash } from "node:crypto";

/** Returns lower-case hexadecimal digits. Throws if OpenSSL does not know the algorithm. */
export function hexHash(algorithm: string, bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest("hex");
}
