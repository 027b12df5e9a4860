import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

export const SUMS = "SHA256SUMS";

/** Writes the digests of all files in the folder, in the format of `sha256sum`, sorted by name. */
export async function writeChecksums(folder: string): Promise<void> {
  const names = readdirSync(folder).filter((name) => !name.startsWith(SUMS));
  const lines: string[] = [];
  for (const name of names.toSorted()) {
    const hash = createHash("sha256");
    await pipeline(createReadStream(join(folder, name)), hash);
    lines.push(`${hash.digest("hex")}  ${name}\n`);
  }
  writeFileSync(join(folder, SUMS), lines.join(""));
}

/** Signs the digests with minisign (https://jedisct1.github.io/minisign/). `key` is the file with the secret key. */
export function signChecksums(folder: string, key: string, comment: string): void {
  const signature = join(folder, `${SUMS}.minisig`);
  const args = ["-S", "-s", key, "-m", join(folder, SUMS), "-x", signature, "-t", comment];
  // minisign asks for the key's password, if it has one.
  const { status } = spawnSync("minisign", args, { stdio: "inherit" });
  if (status !== 0) throw new Error("minisign could not sign the digests");
}
