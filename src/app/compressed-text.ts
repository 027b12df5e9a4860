/** Loaded by the one command that needs it, because node:zlib delays a start. */
import { gunzipSync } from "node:zlib";

/** Returns the text in a gzip file that the build made. */
export function readCompressedText(bytes: Uint8Array): string {
  return gunzipSync(bytes).toString("utf8");
}
