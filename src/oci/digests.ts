import { HelperError } from "../core/errors.ts";
import { isDigest } from "../core/image.ts";

const DEFAULT_ALGORITHM = "sha256";

/** Returns the digest of the bytes as `ALGORITHM:HEX`. Loads node:crypto only here: a mint uses the same bundle and does not need it. */
export async function digestOf(bytes: Uint8Array, algorithm = DEFAULT_ALGORITHM): Promise<string> {
  const { hexHash } = await import("./hash.ts");
  return `${algorithm}:${hexHash(algorithm, bytes)}`;
}

/**
 * Returns the digest of the bytes. Throws `registry-digest-mismatch` if one of the expected digests differs or is malformed. Ignores
 * undefined ones.
 */
export async function checkedDigest(
  bytes: Uint8Array,
  expected: readonly (string | undefined)[],
  host: string,
): Promise<string> {
  const digests = expected.filter((digest) => digest !== undefined);
  for (const digest of digests) {
    if (isDigest(digest) && (await digestOf(bytes, digest.split(":")[0])) === digest) continue;
    throw new HelperError("registry-digest-mismatch", `${host} sent content that does not match its digest`);
  }
  return digests[0] ?? digestOf(bytes);
}
