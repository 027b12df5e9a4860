import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Target } from "./targets.ts";

export interface DebianFiles {
  /** The folder with the packages' files. */
  readonly root: string;
  /** The packages and their versions. */
  readonly packages: readonly { readonly name: string; readonly version: string }[];
}

/**
 * Unpacks Debian packages into a folder, without installing them: also for another processor, and without root. apt gets its own lists
 * there, so that the machine's configuration does not change. Works without a network if the packages are there already.
 */
export function unpackPackages(
  { debian }: Pick<Target, "debian">,
  names: readonly string[],
  folder: string,
): DebianFiles {
  const root = join(folder, "root");
  const archives = join(folder, "archives");
  const done = join(folder, `done-${names.join("-")}`);
  if (!existsSync(done)) {
    const lists = join(folder, "lists");
    for (const one of [root, archives, join(lists, "partial"), join(folder, "cache/archives/partial")]) {
      mkdirSync(one, { recursive: true });
    }
    const options = [
      `APT::Architecture=${debian}`,
      `APT::Architectures::=${debian}`,
      `Dir::State::lists=${lists}`,
      `Dir::Cache=${join(folder, "cache")}`,
      "Dir::State::status=/dev/null",
      "APT::Sandbox::User=root",
    ].flatMap((option) => ["-o", option]);
    const apt = (...args: readonly string[]): void =>
      void execFileSync("apt-get", ["-q", ...options, ...args], {
        cwd: archives,
        stdio: ["ignore", "ignore", "inherit"],
      });
    apt("update");
    apt("download", ...names);
    for (const archive of readdirSync(archives))
      execFileSync("dpkg-deb", ["-x", join(archives, archive), root]);
    writeFileSync(done, "");
  }
  const packages = readdirSync(archives)
    .toSorted()
    .map((archive) => {
      const [name = "", version = ""] = archive.replace(/\.deb$/, "").split("_");
      return { name, version: decodeURIComponent(version) };
    });
  return { root, packages };
}
