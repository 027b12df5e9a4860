import { createHash } from "node:crypto";
import { HelperError } from "../core/errors.ts";
import { isDigest } from "../core/image.ts";

const DEFAULT_ALGORITHM = "sha256";

/** Returns the digest of the bytes as `ALGORITHM:HEX`. Throws for an algorithm that OpenSSL does not know. */
export function digestOf(bytes: Uint8Array, algorithm = DEFAULT_ALGORITHM): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}

/**
 * Returns the digest of the bytes. Throws `registry-digest-mismatch` if one of the expected digests differs or is malformed. Ignores
 * undefined ones.
 */
export function checkedDigest(
  bytes: Uint8Array,
  expected: readonly (string | undefined)[],
  host: string,
): string {
  const digests = expected.filter((digest) => digest !== undefined);
  for (const digest of digests) {
    if (isDigest(digest) && digestOf(bytes, digest.split(":")[0]) === digest) continue;
    throw new HelperError("registry-digest-mismatch", `${host} sent content that does not match its digest`);
  }
  return digests[0] ?? digestOf(bytes);
}
