import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import type { Target } from "../build/targets.ts";
import { type ArchiveOptions, compressWithXz } from "./archive.ts";
import { runTool } from "./commands.ts";
import type { ReleaseFacts } from "./facts.ts";

/** glibc's version is the newest that Node's symbols need. libsecret is only for keyrings that docr itself cannot open. */
const DEPENDS = "libc6 (>= 2.28), libstdc++6, libatomic1";
const RECOMMENDS = "libsecret-1-0, ca-certificates";

/** Makes a Debian package of the product as it is laid out in `product`. Returns its file name. */
export function packDeb(
  product: string,
  target: Target,
  facts: ReleaseFacts,
  work: string,
  output: string,
  { epoch, level }: ArchiveOptions,
): string {
  const { name, version, description, maintainer, homepage, changelog, copyright } = facts;
  const root = join(work, `deb-${target.debian}`);
  rmSync(root, { recursive: true, force: true });
  cpSync(product, join(root, "usr"), { recursive: true });
  // Debian has the library in a package of its own.
  rmSync(join(root, "usr/lib"), { recursive: true });
  const documents = join(root, "usr/share/doc", name);
  mkdirSync(documents, { recursive: true });
  writeFileSync(join(documents, "copyright"), copyright);
  writeFileSync(join(documents, "changelog.gz"), gzipSync(changelog, { level: 9 }));
  for (const page of readdirSync(join(root, "usr/share/man/man1"))) {
    const path = join(root, "usr/share/man/man1", page);
    runTool("gzip", ["-9n", path]);
  }
  mkdirSync(join(root, "DEBIAN"));
  const control = [
    `Package: ${name}`,
    `Version: ${version}`,
    `Architecture: ${target.debian}`,
    `Maintainer: ${maintainer}`,
    `Installed-Size: ${Math.ceil(sizeOf(root) / 1024)}`,
    `Depends: ${DEPENDS}`,
    `Recommends: ${RECOMMENDS}`,
    "Section: utils",
    "Priority: optional",
    ...(homepage === undefined ? [] : [`Homepage: ${homepage}`]),
    `Description: ${description.summary}`,
    ...description.details.map((line) => ` ${line}`),
    "",
  ].join("\n");
  writeFileSync(join(root, "DEBIAN/control"), control);
  const file = `${name}_${version}_${target.debian}.deb`;
  const path = join(work, file);
  runTool("dpkg-deb", ["--root-owner-group", "-Znone", "--build", root, path], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) },
  });
  const members = join(work, `deb-${target.debian}-members`);
  mkdirSync(members);
  runTool("ar", ["x", path, "--output", members]);
  // dpkg-deb reads every filter of xz, and writes none.
  const data = readFileSync(join(members, "data.tar"));
  compressWithXz(data, join(members, "data.tar.xz"), { level, arch: target.arch });
  const names = ["debian-binary", "control.tar", "data.tar.xz"].map((member) => join(members, member));
  rmSync(join(output, file), { force: true });
  runTool("ar", ["qcD", join(output, file), ...names]);
  return file;
}

/** Bytes of all files below the folder. */
function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
