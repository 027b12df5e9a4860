import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import bases from "./bases.json" with { type: "json" };
import type { Stamp } from "./bundle.ts";

/** What the build writes into docr for `docr version --json`. */
export function readStamp(root: string, base: keyof typeof bases.packages | undefined): Stamp {
  const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const isPinned = base !== undefined && bases.version === process.versions.node;
  return {
    packageName: name,
    version,
    commit: readCommit(root),
    baseIntegrity: isPinned ? bases.packages[base] : "",
  };
}

/** Returns "" without git. */
function readCommit(root: string): string {
  const git = (...args: readonly string[]): string | undefined => {
    const { status, stdout } = spawnSync("git", ["-C", root, ...args], { encoding: "utf8" });
    return status === 0 ? stdout.trim() : undefined;
  };
  const commit = git("rev-parse", "HEAD");
  if (commit === undefined) return "";
  return git("status", "--porcelain") === "" ? commit : `${commit}-dirty`;
}
