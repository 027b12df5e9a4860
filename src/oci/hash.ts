/** A separate file, so that only digests.ts loads node:crypto, and only when it needs it. */
import { createHash } from "node:crypto";

/** In lower-case hexadecimal digits. Throws for an algorithm that OpenSSL does not know. */
export function hexHash(algorithm: string, bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest("hex");
}
