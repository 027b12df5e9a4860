/** The rules for every file that git tracks. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";

const PROJECT = join(import.meta.dirname, "../..");
const TRACKED = listTracked();

const textOf = (path: string): string => readFileSync(join(PROJECT, path), "utf8");

/** Not variables of the environment: the build writes them into the executable. */
const STAMPED: ReadonlySet<string> = new Set(["DOCR_PACKAGE", "DOCR_VERSION", "DOCR_COMMIT", "DOCR_BASE"]);

/** Words that hide who does something. The variable's name DOCR_BESIDE stays. */
const VAGUE =
  /\b(?:nobody|somebody|anybody|everybody|whoever|whom|beside|behind us|of ours|gives? out|given out|takes its turn)\b/i;

describeUnless(TRACKED ? undefined : "needs git and a clone", "what git tracks", () => {
  it("names no registry of packages, because everyone installs from their own", () => {
    // Written so that this file does not name them either.
    const hosts = /npm[j]s\.(?:org|com)|yarn[p]kg\.com|npm[m]irror/;
    expect(TRACKED?.filter((path) => hosts.test(textOf(path)))).toEqual([]);
  });

  it("has a lock file without addresses", () => {
    const lock = textOf("package-lock.json");
    expect(lock).toContain('"integrity"');
    expect(lock).not.toMatch(/"resolved"/);
  });

  it("has neither built files nor packages", () => {
    expect(TRACKED?.filter((path) => /^(?:dist|node_modules|\.cache)\//.test(path))).toEqual([]);
  });

  it("has no API token", () => {
    const token = /do[a-z]_v1_(?!([0-9a-f])\1{63})[0-9a-f]{64}/;
    expect(TRACKED?.filter((path) => token.test(textOf(path)))).toEqual([]);
  });

  it("names who does something, in sources, scripts and documents", () => {
    const scanned = TRACKED?.filter((path) => /^(?:src|scripts|docs|\.ci)\/|^[A-Z]+\.md$/.test(path));
    const found = scanned?.flatMap((path) =>
      textOf(path)
        .split("\n")
        .flatMap((line, index) => (VAGUE.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
    );
    expect(found).toEqual([]);
  });

  it("describes each variable that docr reads in docs/configuration.md", () => {
    const sources = TRACKED?.filter((path) => /^src\/.*\.ts$/.test(path)) ?? [];
    const named = sources.flatMap((path) =>
      Array.from(textOf(path).matchAll(/"((?:DOCR|DIGITALOCEAN)_[A-Z_]+)"/g), ([, name = ""]) => name),
    );
    const variables = [...new Set(named)].filter((name) => !STAMPED.has(name));
    expect(variables).toContain("DOCR_TTL");
    const table = textOf("docs/configuration.md");
    expect(variables.filter((name) => !table.includes(`\n| \`${name}\` |`))).toEqual([]);
  });
});

it("starts each script of package.json by the bootstrap, which knows its name", () => {
  const scripts: Readonly<Record<string, string>> = JSON.parse(textOf("package.json")).scripts;
  const known = /const scripts = (\[[^\]]*\])/.exec(textOf("scripts/bootstrap.mjs"))?.[1] ?? "[]";
  const names = Object.values(scripts).map(
    (command) => /^node scripts\/bootstrap\.mjs ?(\S*)/.exec(command)?.[1],
  );
  expect(new Set(names.filter((name) => name !== ""))).toEqual(new Set(JSON.parse(known)));
});

/** The files that git tracks and that exist. Undefined without git, without a clone, or in another user's clone. */
function listTracked(): readonly string[] | undefined {
  const { status, stdout } = spawnSync("git", ["ls-files", "-z"], { cwd: PROJECT, encoding: "utf8" });
  if (status !== 0) return undefined;
  return stdout.split("\0").filter((path) => path !== "" && existsSync(join(PROJECT, path)));
}
