import { dirname, join } from "node:path";
import type { About } from "../commands/about/about.ts";
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
      const { digestFile } = await import("./file-digest.ts");
      const digests = await Promise.all(paths.map(digestFile));
      return paths.flatMap((path, index) => {
        const sha256 = digests[index];
        return sha256 === undefined ? [] : [{ path, sha256 }];
      });
    },
  };
}
