import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { About, InstalledFile } from "../commands/about/about.ts";
import { HELPER_NAME } from "../protocol/messages.ts";
import type { Host } from "./host.ts";
import { baseIntegrity, commit, isPacked } from "./version.ts";

/** The asset that scripts/build/licenses.ts makes. */
const LICENSES = "licenses.txt";
/** The parts of Node that have their own security advisories. */
const LIBRARIES = ["openssl", "icu", "v8", "uv", "zlib", "llhttp", "sqlite", "zstd", "brotli", "ares"];

export function createAbout({
  asset,
  executable,
  versions,
}: Pick<Host, "asset" | "executable" | "versions">): About {
  return {
    commit,
    node: {
      version: versions["node"] ?? "",
      libraries: Object.fromEntries(
        LIBRARIES.flatMap((name) => {
          const version = versions[name];
          return version === undefined ? [] : [[name, version]];
        }),
      ),
    },
    baseIntegrity,
    licenses() {
      const text = asset(LICENSES);
      return text && new TextDecoder().decode(text);
    },
    async executables() {
      if (!isPacked) return [];
      const paths = [executable, join(dirname(executable), HELPER_NAME)];
      const found = await Promise.all(paths.map(digestOf));
      return found.filter((file) => file !== undefined);
    },
  };
}

async function digestOf(path: string): Promise<InstalledFile | undefined> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(path), hash);
  } catch {
    return undefined;
  }
  return { path, sha256: hash.digest("hex") };
}
