import { readFileSync } from "node:fs";
import { join } from "node:path";
import bases from "../build/bases.json" with { type: "json" };
import type { DebianFiles } from "../build/debian.ts";
import type { BundledPart } from "./sbom.ts";

/** The libraries inside Node, by the names of `process.versions`, with their licenses. */
const INSIDE_NODE: Readonly<Record<string, string>> = {
  openssl: "Apache-2.0",
  icu: "Unicode-3.0",
  v8: "BSD-3-Clause",
  uv: "MIT",
  zlib: "Zlib",
  llhttp: "MIT",
  sqlite: "blessing",
  zstd: "BSD-3-Clause",
  brotli: "MIT",
  ares: "MIT",
  nghttp2: "MIT",
};

/** The Debian packages whose files are in a release, with their licenses. */
const FROM_DEBIAN: Readonly<Record<string, string>> = {
  "musl-dev": "MIT",
  libc6: "LGPL-2.1-or-later",
  "libstdc++6": "GPL-3.0-or-later WITH GCC-exception-3.1",
  "libgcc-s1": "GPL-3.0-or-later WITH GCC-exception-3.1",
  libatomic1: "GPL-3.0-or-later WITH GCC-exception-3.1",
};

/** Returns what the executables contain that npm does not list: Node, its libraries, scriptc's runtime and Debian's libraries. */
export function listBundledParts(root: string, { packages }: DebianFiles): readonly BundledPart[] {
  const scriptc: { version: string; license: string } = JSON.parse(
    readFileSync(join(root, "node_modules/scriptc/package.json"), "utf8"),
  );
  const node = {
    name: "node",
    version: bases.version,
    license: "MIT",
    purl: `pkg:generic/node@${bases.version}`,
  };
  const inside = Object.entries(INSIDE_NODE).flatMap(([name, license]) => {
    const version = process.versions[name];
    return version === undefined ? [] : [{ name, version, license, purl: `pkg:generic/${name}@${version}` }];
  });
  const runtime = {
    name: "scriptc (runtime)",
    version: scriptc.version,
    license: scriptc.license,
    purl: `pkg:npm/scriptc@${scriptc.version}`,
  };
  const debian = packages.flatMap(({ name, version }) => {
    const license = FROM_DEBIAN[name];
    const purl = `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}`;
    return license === undefined ? [] : [{ name, version, license, purl }];
  });
  return [node, ...inside, runtime, ...debian];
}
