import { createHash } from "node:crypto";
import { HelperError } from "../errors.ts";
import { isDigest } from "../registry/image.ts";

const DEFAULT_ALGORITHM = "sha256";

/** The digest of the bytes, as images name it. */
export function digestOf(bytes: Uint8Array, algorithm = DEFAULT_ALGORITHM): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}

/**
 * The digest of the bytes, after it was compared with every one that was promised. Throws `registry-digest-mismatch` where
 * one is another, or none at all: then these are not the bytes that were meant.
 */
export function checkedDigest(
  bytes: Uint8Array,
  promised: readonly (string | undefined)[],
  host: string,
): string {
  const named = promised.filter((digest) => digest !== undefined);
  for (const digest of named) {
    if (isDigest(digest) && digestOf(bytes, digest.split(":")[0]) === digest) continue;
    throw new HelperError("registry-digest-mismatch", `${host} sent other bytes than their digest says`);
  }
  return named[0] ?? digestOf(bytes);
}
