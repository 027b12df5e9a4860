/**
 * Builds dist/docr for this machine, and dist/docker-credential-docr, docker's name for it: one executable
 * made by pkg (SEA mode) from one bundled file. What a warm `get` does not need lies inside as assets.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { bundleAssets, bundleMain } from "./build/bundle.ts";
import { packExecutable } from "./build/pack.ts";

const root = resolve(import.meta.dirname, "..");
const work = join(root, ".cache", "build");
const dist = join(root, "dist");
const suffix = process.platform === "win32" ? ".exe" : "";

const started = performance.now();
rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
mkdirSync(dist, { recursive: true });

const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const main = await bundleMain(root, work, { packageName: name, version });
const assets = await bundleAssets(root, work);
const base = prepareBase();
const packed = join(work, `docr${suffix}`);
await packExecutable({
  base,
  main,
  assets: { ...assets, "keytar.node": keytarAddon() },
  output: packed,
});
install(packed);
const size = Math.round(statSync(join(dist, `docr${suffix}`)).size / 1e6);
console.log(`built dist/docr ${version} (${size} MB) in ${Math.round(performance.now() - started)} ms`);

/** Node from npm, stripped before pkg injects into it: stripping afterwards breaks the executable. */
function prepareBase(): string {
  const path = join(work, `node${suffix}`);
  copyFileSync(process.execPath, path);
  try {
    execFileSync("strip", [path], { stdio: "ignore" });
  } catch {
    console.log(
      "strip (binutils) is not on this machine: the executable is 18 MB larger, and works the same",
    );
  }
  return path;
}

/** keytar's own prebuild for this machine; its package carries one for every platform. */
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

/** By removing first, so that a helper that docker is running keeps its file. */
function install(executable: string): void {
  const target = join(dist, `docr${suffix}`);
  const alias = join(dist, `docker-credential-docr${suffix}`);
  for (const path of [target, alias]) rmSync(path, { force: true });
  copyFileSync(executable, target);
  if (process.platform === "win32") copyFileSync(executable, alias);
  else symlinkSync("docr", alias);
}
