import { sha256 as hash } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** SHA-256 of the UTF-8 text, as 64 lower-case hex digits. Not node:crypto: loading that costs a warm `get` 8 ms. */
export function sha256(text: string): string {
  return bytesToHex(hash(utf8ToBytes(text)));
}
