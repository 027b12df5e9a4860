import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runWell } from "../support/lab/run.ts";
import { releaseFile, SYSTEM } from "./installation.ts";

const PROJECT = join(import.meta.dirname, "../..");
const BUILT = join(PROJECT, "dist/targets/linux-x64");
/** What a build makes or installs. */
const MADE: ReadonlySet<string> = new Set(["node_modules", "dist", ".cache"]);

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .toSorted();

describe("a second build in another folder", () => {
  let copy: string;
  beforeAll(async () => {
    copy = mkdtempSync(join("/var/tmp", "docr-again-"));
    for (const name of readdirSync(PROJECT).filter((one) => !MADE.has(one)))
      cpSync(join(PROJECT, name), join(copy, name), { recursive: true, verbatimSymlinks: true });
    await runWell("cp", ["-a", join(PROJECT, "node_modules"), copy], { env: SYSTEM, timeoutSeconds: 300 });
    // Node and Debian's packages, because the tests have no network.
    mkdirSync(join(copy, ".cache"));
    cpSync(join(PROJECT, ".cache/downloads"), join(copy, ".cache/downloads"), {
      recursive: true,
      verbatimSymlinks: true,
    });
    const caches = join(copy, ".cache/caches");
    mkdirSync(caches);
    const archive = releaseFile(/-code-caches\.tar\.xz$/);
    await runWell("tar", ["-xJf", archive, "-C", caches, "--strip-components=1"], { env: SYSTEM });
    const build = [join(copy, "scripts/build.ts"), "--target", "linux-x64", "--caches", caches];
    await runWell(process.execPath, build, {
      env: { ...SYSTEM, HOME: copy },
      cwd: copy,
      timeoutSeconds: 600,
    });
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it("gives the same files with the same bytes, given the release's code caches", () => {
    const again = join(copy, "dist/targets/linux-x64");
    const names = filesBelow(again);
    expect(names).toContain("bin/docr");
    // The release adds its documents to the folder that it packs.
    expect(filesBelow(BUILT).filter((name) => !name.startsWith("share/doc/"))).toEqual(names);
    const differing = names.filter(
      (name) => !readFileSync(join(again, name)).equals(readFileSync(join(BUILT, name))),
    );
    expect(differing).toEqual([]);
  });
});
