import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runTool } from "./commands.ts";

/** What every package says about docr. */
export interface ReleaseFacts {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** A line, and lines with the details. */
  readonly description: { readonly summary: string; readonly details: readonly string[] };
  readonly maintainer: string;
  /** Undefined if package.json names none. */
  readonly homepage: string | undefined;
  readonly changelog: string;
  /** docr's own license. */
  readonly copyright: string;
  readonly commit: string;
  /** The time of the commit in seconds since the epoch. Every file in a package gets it. */
  readonly epoch: number;
}

/** Reads the facts from package.json and git. Throws if files are changed: a release is made of one commit. */
export function readFacts(root: string, allowChanges: boolean): ReleaseFacts {
  const git = (...args: readonly string[]): string => runTool("git", ["-C", root, ...args]).trim();
  const isChanged = git("status", "--porcelain") !== "";
  if (isChanged && !allowChanges) {
    throw new Error(
      "the working tree has changes; commit them first, so that the release is made of one commit",
    );
  }
  const { name, version, license, description, homepage } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  );
  const [summary = "", details = ""] = description.split(": ");
  return {
    name,
    version,
    license,
    description: { summary, details: [details] },
    maintainer: `${name} maintainers`,
    homepage,
    changelog: readFileSync(join(root, "CHANGELOG.md"), "utf8"),
    copyright: readFileSync(join(root, "LICENSE"), "utf8"),
    commit: git("rev-parse", "HEAD") + (isChanged ? "-dirty" : ""),
    epoch: Number(git("log", "-1", "--format=%ct")),
  };
}
