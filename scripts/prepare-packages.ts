/**
 * Prepares the suite "packages", which runs without a network: makes the packages of a release with a key for tests, and roots of Debian
 * to install them in. Everything stays in .cache/packages and dist/release. Roots are made once.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runTool } from "./release/commands.ts";
import { PROJECT } from "./steps.ts";

/** The releases of Debian, by the names of their roots. */
const RELEASES: Readonly<Record<string, string>> = {
  "debian-11": "bullseye",
  "debian-12": "bookworm",
  "debian-13": "trixie",
};
const SOURCES = "/etc/apt/sources.list.d";

const folder = join(PROJECT, ".cache", "packages");
const key = join(folder, "minisign.key");
const publicKey = join(folder, "minisign.pub");

mkdirSync(folder, { recursive: true });
const mirror = findMirror();
for (const [name, release] of Object.entries(RELEASES)) makeRoot(join(folder, name), release);
runTool("minisign", ["-G", "-f", "-W", "-p", publicKey, "-s", key]);
// Level 1: the tests need the packages, not their final size.
const options = ["--dirty", "--level", "1", "--key", key, "--public-key", publicKey];
runTool(process.execPath, [join(PROJECT, "scripts/release.ts"), ...options], { cwd: PROJECT });

/** Makes a root with the smallest Debian. The libraries are what a system with any C++ program has. */
function makeRoot(root: string, release: string): void {
  if (existsSync(root)) return;
  const unfinished = `${root}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  runTool("debootstrap", [
    "--variant=minbase",
    "--include=libstdc++6,libatomic1",
    release,
    unfinished,
    mirror,
  ]);
  renameSync(unfinished, root);
}

/** The mirror that this machine's apt uses. */
function findMirror(): string {
  const lists = ["/etc/apt/sources.list", ...readdirSync(SOURCES).map((name) => join(SOURCES, name))];
  const texts = lists.filter((path) => existsSync(path)).map((path) => readFileSync(path, "utf8"));
  const found = texts.map((text) => /^(?:URIs:|deb)\s+(?:\[[^\]]*\]\s+)?(https?:\/\/\S+)/m.exec(text)?.[1]);
  const address = found.find((one) => one !== undefined && !one.includes("security"));
  if (address === undefined) throw new Error("apt's sources name no mirror of Debian");
  return address;
}
