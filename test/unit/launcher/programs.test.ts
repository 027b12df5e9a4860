import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { candidatesInPath, docrIn, findOwnFolder, isCalledDocr } from "../../../src/launcher/programs.ts";

describe("candidatesInPath", () => {
  it("returns a path for each absolute entry, in order", () => {
    expect(candidatesInPath("helper", "/usr/bin:/opt/a b")).toEqual(["/usr/bin/helper", "/opt/a b/helper"]);
  });

  it("passes over relative and empty entries, which stand for the current directory", () => {
    expect(candidatesInPath("helper", "::bin:.:./x:../y:~/bin:/z:")).toEqual(["/z/helper"]);
    expect(candidatesInPath("helper", "")).toEqual([]);
  });
});

describe("findOwnFolder", () => {
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
    findOwnFolder(called, path, join(folder, "no-proc"));

  it("returns the path next to this process's own file, whatever the caller says", () => {
    const own = dirname(realpathSync(process.execPath));
    expect(findOwnFolder("docker-credential-docr", folder)).toBe(own);
    expect(findOwnFolder("", "")).toBe(own);
  });

  it("without /proc, follows the caller's absolute path or its PATH, and each symlink", () => {
    const bin = join(folder, "bin");
    expect(withoutProc(join(folder, "docker-credential-docr"), "")).toBe(bin);
    expect(withoutProc("docker-credential-docr", `/nowhere:/etc/passwd:${folder}`)).toBe(bin);
  });

  it("without /proc, returns nothing for a relative path", () => {
    for (const called of ["./docker-credential-docr", "bin/docker-credential-docr", ""])
      expect(withoutProc(called, folder)).toBe(undefined);
    expect(withoutProc("docker-credential-docr", ".:")).toBe(undefined);
    expect(withoutProc("/nowhere/docker-credential-docr", folder)).toBe(undefined);
  });
});

describe("docrIn", () => {
  let prefix: string;
  beforeEach(() => {
    prefix = realpathSync(mkdtempSync(join(tmpdir(), "docr-prefix-")));
    for (const name of ["bin", "lib/docr"]) mkdirSync(join(prefix, name), { recursive: true });
  });
  afterEach(() => rmSync(prefix, { recursive: true, force: true }));

  it("is the program next to the launcher", () => {
    expect(docrIn(join(prefix, "bin"))).toEqual({ path: join(prefix, "bin/docr"), args: [] });
  });

  it("runs docr with its own loader and libraries where it brings them", () => {
    const lib = join(prefix, "lib/docr");
    writeFileSync(join(lib, "loader"), "", { mode: 0o755 });
    expect(docrIn(join(prefix, "bin"))).toEqual({
      path: join(lib, "loader"),
      args: ["--library-path", lib, join(lib, "docr")],
    });
  });
});

describe("isCalledDocr", () => {
  it.each(["docr", "/usr/local/bin/docr", "./docr"])("recognizes docr's own name in %s", (called) => {
    expect(isCalledDocr(called)).toBe(true);
  });

  it.each(["docker-credential-docr", "/docr/docker-credential-docr", "xdocr", ""])("not in %j", (called) => {
    expect(isCalledDocr(called)).toBe(false);
  });
});
