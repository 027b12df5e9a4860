import { HelperError } from "../core/errors.ts";
import { isDigest } from "../core/image.ts";

const DEFAULT_ALGORITHM = "sha256";

/** The digest of the bytes, as images name it. Loads Node's crypto, which a mint beside us in the asset must not pay for. */
export async function digestOf(bytes: Uint8Array, algorithm = DEFAULT_ALGORITHM): Promise<string> {
  const { hexHash } = await import("./hash.ts");
  return `${algorithm}:${hexHash(algorithm, bytes)}`;
}

/**
 * The digest of the bytes, after it was compared with every one that was promised. Throws `registry-digest-mismatch` where
 * one is another, or none at all: then these are not the bytes that were meant.
 */
export async function checkedDigest(
  bytes: Uint8Array,
  promised: readonly (string | undefined)[],
  host: string,
): Promise<string> {
  const named = promised.filter((digest) => digest !== undefined);
  for (const digest of named) {
    if (isDigest(digest) && (await digestOf(bytes, digest.split(":")[0])) === digest) continue;
    throw new HelperError("registry-digest-mismatch", `${host} sent other bytes than their digest says`);
  }
  return named[0] ?? digestOf(bytes);
}
