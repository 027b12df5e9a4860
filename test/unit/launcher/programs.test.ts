import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { candidatesInPath, findDocr } from "../../../src/launcher/programs.ts";

describe("candidatesInPath", () => {
  it("returns a path for each absolute entry, in order", () => {
    expect(candidatesInPath("helper", "/usr/bin:/opt/a b")).toEqual(["/usr/bin/helper", "/opt/a b/helper"]);
  });

  it("passes over relative and empty entries, which stand for the current directory", () => {
    expect(candidatesInPath("helper", "::bin:.:./x:../y:~/bin:/z:")).toEqual(["/z/helper"]);
    expect(candidatesInPath("helper", "")).toEqual([]);
  });
});

describe("findDocr", () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "docr-programs-")));
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "bin/docker-credential-docr"), "");
    chmodSync(join(folder, "bin/docker-credential-docr"), 0o755);
    symlinkSync("bin/docker-credential-docr", join(folder, "docker-credential-docr"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const withoutProc = (called: string, path: string): string | undefined =>
    findDocr(called, path, join(folder, "no-proc"));

  it("returns the path next to this process's own file, whatever the caller says", () => {
    const own = join(dirname(realpathSync(process.execPath)), "docr");
    expect(findDocr("docker-credential-docr", folder)).toBe(own);
    expect(findDocr("", "")).toBe(own);
  });

  it("without /proc, follows the caller's absolute path or its PATH, and each symlink", () => {
    const docr = join(folder, "bin/docr");
    expect(withoutProc(join(folder, "docker-credential-docr"), "")).toBe(docr);
    expect(withoutProc("docker-credential-docr", `/nowhere:/etc/passwd:${folder}`)).toBe(docr);
  });

  it("without /proc, returns nothing for a relative path", () => {
    for (const called of ["./docker-credential-docr", "bin/docker-credential-docr", ""])
      expect(withoutProc(called, folder)).toBe(undefined);
    expect(withoutProc("docker-credential-docr", ".:")).toBe(undefined);
    expect(withoutProc("/nowhere/docker-credential-docr", folder)).toBe(undefined);
  });
});
