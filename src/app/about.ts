import type { About } from "../commands/about/about.ts";
import type { Host } from "./host.ts";
import { baseIntegrity, commit, isPacked } from "./version.ts";

/** The asset that scripts/build/licenses.ts makes. */
const LICENSES = "licenses.txt.gz";
/** The parts of Node that have their own security advisories. */
const LIBRARIES = ["openssl", "icu", "v8", "uv", "zlib", "llhttp", "sqlite", "zstd", "brotli", "ares"];

export function createAbout({
  asset,
  executable,
  launcher,
  versions,
}: Pick<Host, "asset" | "executable" | "launcher" | "versions">): About {
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
    async licenses() {
      const bytes = asset(LICENSES);
      if (!bytes) return undefined;
      const { readCompressedText } = await import("./compressed-text.ts");
      return readCompressedText(bytes);
    },
    async executables() {
      if (!isPacked) return [];
      const paths = [executable, launcher];
      const { digestFile } = await import("./file-digest.ts");
      const digests = await Promise.all(paths.map(digestFile));
      return paths.flatMap((path, index) => {
        const sha256 = digests[index];
        return sha256 === undefined ? [] : [{ path, sha256 }];
      });
    },
  };
}
