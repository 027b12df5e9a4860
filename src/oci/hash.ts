/** A file of its own, because loading Node's crypto takes time that most requests have no use for (digests.ts). */
import { createHash } from "node:crypto";

/** In small hexadecimal digits. Throws for an algorithm that OpenSSL does not know. */
export function hexHash(algorithm: string, bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest("hex");
}
