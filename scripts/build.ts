/**
 * Builds docr for this machine. dist/docr is one executable that pkg makes (SEA mode) from one bundled file; its assets are the bundles
 * that a cached `get` does not need, and keytar. dist/docker-credential-docr is the launcher that clients run.
 *
 * With `--target NAME`, builds for that machine instead, as it is installed, into dist/targets/NAME. `--caches FOLDER` uses V8's code
 * caches from an earlier build: then two builds of one commit give identical bytes.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildTargets } from "./build/build-targets.ts";
import { bundleMain, makeBundles } from "./build/bundle.ts";
import { buildLauncher } from "./build/launcher.ts";
import { type OtherPart, writeLicenses } from "./build/licenses.ts";
import { packExecutable } from "./build/pack.ts";
import { readStamp } from "./build/stamp.ts";
import { type Target, TARGETS } from "./build/targets.ts";

/** Debian's copyright file of the C library in the static launcher. */
const MUSL_LICENSE = "/usr/share/doc/musl-dev/copyright";

const root = resolve(import.meta.dirname, "..");
const work = join(root, ".cache", "build");
const dist = join(root, "dist");
const suffix = process.platform === "win32" ? ".exe" : "";

const started = performance.now();
// With V8 flags in NODE_OPTIONS, Node would later reject the code caches and print a warning at each start.
delete process.env["NODE_OPTIONS"];
rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
mkdirSync(dist, { recursive: true });

const { values } = parseArgs({ options: { target: { type: "string" }, caches: { type: "string" } } });
if (values.target !== undefined) {
  await buildTargets(root, values.target, values.caches && resolve(values.caches));
  process.exit(0);
}
const stamp = readStamp(root, hostBase());
const main = await bundleMain(root, work, stamp);
const assets = await makeBundles(root, work, stamp, { kind: "make", node: [process.execPath] });
const base = prepareBase();
const packed = join(work, `docr${suffix}`);
await packExecutable({
  base,
  main,
  assets: {
    ...assets,
    "keytar.node": keytarAddon(),
    "licenses.txt.gz": writeLicenses(root, work, partsOfHost()),
  },
  output: packed,
});
const launcher = buildLauncher(root, work);
install(packed, launcher);
writeFileSync(join(dist, "docr.1"), runBuilt("man"));
const size = Math.round(statSync(join(dist, `docr${suffix}`)).size / 1e6);
const launcherSize =
  launcher === undefined ? "" : `, launcher ${Math.round(statSync(launcher).size / 1e3)} KB`;
console.log(
  `built dist/docr ${stamp.version} (${size} MB${launcherSize}) in ${Math.round(performance.now() - started)} ms`,
);

/** The package of this machine's Node, if a release uses the same one. */
function hostBase(): Target["base"] | undefined {
  return TARGETS.find(
    ({ libc, arch }) => process.platform === "linux" && libc === "glibc" && arch === process.arch,
  )?.base;
}

/** The licenses of Node, whose package lies inside the package `node`, and of the C library in the launcher. */
function partsOfHost(): readonly OtherPart[] {
  const parts = [{ name: "Node.js", version: process.versions.node, license: findNodeLicense() }];
  if (!existsSync(MUSL_LICENSE)) return parts;
  const version = execFileSync("dpkg-query", ["-W", "-f=${Version}", "musl-dev"], { encoding: "utf8" });
  return [...parts, { name: "musl", version, license: MUSL_LICENSE }];
}

/** npm removes the package inside `node` when another one is installed. The file then only says where the license is. */
function findNodeLicense(): string {
  const packages = join(root, "node_modules/node/node_modules");
  const names = existsSync(packages) ? readdirSync(packages) : [];
  const found = names.map((one) => join(packages, one, "LICENSE")).find((path) => existsSync(path));
  if (found !== undefined) return found;
  const path = join(work, "node-license.txt");
  writeFileSync(path, `https://github.com/nodejs/node/blob/${process.version}/LICENSE\n`);
  return path;
}

/** Returns what the new program prints. Throws if it fails or prints anything on stderr, such as a warning of Node. */
function runBuilt(verb: string): string {
  const { status, stdout, stderr } = spawnSync(packed, [verb], { encoding: "utf8" });
  if (status !== 0 || stderr !== "") throw new Error(`${packed} ${verb} ended with ${status}: ${stderr}`);
  return stdout;
}

/** Copies Node from npm and strips it. Stripping after pkg's injection would break the executable. */
function prepareBase(): string {
  const path = join(work, `node${suffix}`);
  copyFileSync(process.execPath, path);
  try {
    execFileSync("strip", [path], { stdio: "ignore" });
  } catch {
    console.log("strip (binutils) is not installed: the executable is 18 MB larger, but works the same");
  }
  return path;
}

/** keytar's prebuilt addon for this machine. The package contains one for every platform. */
function keytarAddon(): string {
  const path = join(
    root,
    "node_modules/keytar/prebuilds",
    `${process.platform}-${process.arch}`,
    "keytar.node",
  );
  if (existsSync(path)) return path;
  throw new Error(`keytar has no prebuilt addon for ${process.platform}-${process.arch}`);
}

/**
 * Installs docr, and the launcher as docker-credential-docr. Without a launcher, that is a link to docr. Removes the old files first,
 * so that a running helper is not overwritten.
 */
function install(executable: string, front: string | undefined): void {
  const target = join(dist, `docr${suffix}`);
  const called = join(dist, `docker-credential-docr${suffix}`);
  for (const path of [target, called]) rmSync(path, { force: true });
  copyFileSync(executable, target);
  if (front !== undefined) copyFileSync(front, called);
  else if (process.platform === "win32") copyFileSync(executable, called);
  else symlinkSync("docr", called);
}
