import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { addLibraryPath, fetchBase, prepareBase } from "./base.ts";
import { bundleMain, type CacheSource, makeBundles, type Stamp } from "./bundle.ts";
import { type DebianFiles, unpackPackages } from "./debian.ts";
import { checkMachine } from "./elf.ts";
import { buildLauncher } from "./launcher.ts";
import { type OtherPart, writeLicenses } from "./licenses.ts";
import { MUSL_PACKAGES } from "./musl.ts";
import { packExecutable } from "./pack.ts";
import type { Target } from "./targets.ts";

/** What Node needs from the system. */
const NODE_LIBRARIES = ["libc6", "libstdc++6", "libgcc-s1", "libatomic1", "gcc-12-base", "musl-dev"];

export interface ProductOptions {
  /** The project's folder. */
  readonly root: string;
  /** A folder for intermediate files. Its content is replaced. */
  readonly work: string;
  /** Files that further builds use again: Node for each target, Debian's packages. */
  readonly downloads: string;
  readonly target: Target;
  readonly stamp: Stamp;
  /** A folder with code caches of an earlier build. Undefined to make new ones. */
  readonly caches: string | undefined;
}

/** The executables for one target, and the libraries that they need. */
export interface Product {
  readonly docr: string;
  readonly launcher: string;
  readonly libraries: DebianFiles;
  /** A command that runs the executable here. */
  readonly run: readonly string[];
  /** The folder with the bundles' code caches. */
  readonly caches: string;
}

/** Builds docr and the launcher for one target. Throws if this machine lacks something that the target needs. */
export async function buildProduct(options: ProductOptions): Promise<Product> {
  const { root, work, downloads, target, stamp, caches } = options;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const libraries = unpackPackages(target, NODE_LIBRARIES, join(downloads, `debian-${target.debian}`));
  const emulator = emulatorFor(target, libraries.root);
  const node = fetchBase(target, downloads);
  const base = join(work, "node");
  prepareBase(node, base);
  const source: CacheSource =
    caches === undefined ? { kind: "make", node: [...emulator, node] } : { kind: "copy", folder: caches };
  const main = await bundleMain(root, work, stamp);
  const assets = await makeBundles(root, work, stamp, source);
  const docr = join(work, "docr");
  await packExecutable({
    base,
    arch: target.arch,
    node: [...emulator, node],
    main,
    assets: {
      ...assets,
      "keytar.node": keytarAddon(root, target),
      "licenses.txt.gz": writeLicenses(root, work, partsOf(node, libraries)),
    },
    output: docr,
  });
  addLibraryPath(docr);
  const { root: sysroot } = unpackPackages(
    target,
    MUSL_PACKAGES,
    join(downloads, `debian-launcher-${target.debian}`),
  );
  const launcher = buildLauncher(root, work, { arch: target.arch, sysroot });
  if (launcher === undefined) throw new Error(`a release needs the launcher for ${target.name}`);
  return { docr, launcher, libraries, run: [...emulator, docr], caches: caches ?? work };
}

/** Everything that a release contains and that is no npm package. */
function partsOf(node: string, { root, packages }: DebianFiles): readonly OtherPart[] {
  const copyright = (name: string): string => join(root, "usr/share/doc", name, "copyright");
  return [
    { name: "Node.js", version: process.versions.node, license: join(dirname(node), "../LICENSE") },
    ...packages
      .map(({ name, version }) => ({ name: `${name} (Debian)`, version, license: copyright(name) }))
      .filter(({ license }) => existsSync(license)),
  ];
}

/** Returns what the program prints. Throws if it fails or prints anything on stderr, such as a warning of Node. */
export function runProduct([program = "", ...before]: readonly string[], args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, [...before, ...args], { encoding: "utf8" });
  if (status !== 0 || stderr !== "")
    throw new Error(`${program} ${args.join(" ")} ended with ${status}: ${stderr}`);
  return stdout;
}

/** The command before a program of the target, empty if this machine runs it itself. */
function emulatorFor({ arch }: Target, libraries: string): readonly string[] {
  if (arch === process.arch) return [];
  const emulator = `qemu-${arch === "arm64" ? "aarch64" : "x86_64"}-static`;
  if (spawnSync(emulator, ["--version"]).status !== 0) {
    throw new Error(`a build for ${arch} needs ${emulator} (Debian's package qemu-user-static)`);
  }
  return [emulator, "-L", libraries];
}

/** keytar's prebuilt addon. The package contains one for every platform, but some files are for another processor than their name. */
export function keytarAddon(root: string, { arch }: Pick<Target, "arch">): string {
  const path = join(root, "node_modules/keytar/prebuilds", `linux-${arch}`, "keytar.node");
  checkMachine(path, arch);
  return path;
}
