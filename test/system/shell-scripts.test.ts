import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainMissing } from "../support/lab/parts.ts";

const PROJECT = join(import.meta.dirname, "../..");

/** Every shell script of the project, wherever it lies. */
const SCRIPTS = ["scripts", ".ci", "test"].flatMap((folder) =>
  readdirSync(join(PROJECT, folder), { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(join(PROJECT, path)).isFile() && isShellScript(path)),
);

function isShellScript(path: string): boolean {
  return /^#!(?:\/bin\/sh|\/bin\/bash|\/usr\/bin\/env bash)\n/.test(
    readFileSync(join(PROJECT, path), "latin1"),
  );
}

describeUnless(explainMissing(["shellcheck"]), "the shell scripts", () => {
  it("are found", () => {
    expect(SCRIPTS).toContain(".ci/run");
  });

  it.each(SCRIPTS)("shellcheck finds no fault in %s", (path) => {
    const { stdout, stderr } = spawnSync("shellcheck", [path], { cwd: PROJECT, encoding: "utf8" });
    expect(stdout + stderr).toBe("");
  });
});
