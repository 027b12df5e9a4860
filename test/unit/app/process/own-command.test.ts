import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findOwnProgram, ownCommandOf } from "../../../../src/app/process/own-command.ts";

describe("ownCommandOf", () => {
  it("is the executable itself", () => {
    expect(ownCommandOf({ execPath: "/usr/bin/docr", execArgv: [] }, undefined)).toEqual({
      program: "/usr/bin/docr",
      args: [],
      executable: "/usr/bin/docr",
      launcher: "/usr/bin/docker-credential-docr",
    });
  });

  it("is the loader with docr where docr brings its own glibc", () => {
    expect(ownCommandOf({ execPath: "/opt/lib/docr/loader", execArgv: [] }, undefined)).toEqual({
      program: "/opt/lib/docr/loader",
      args: ["--library-path", "/opt/lib/docr", "/opt/lib/docr/docr"],
      executable: "/opt/lib/docr/docr",
      launcher: "/opt/lib/docr/../../bin/docker-credential-docr",
    });
  });

  it("is Node with the script if docr runs from source", () => {
    expect(ownCommandOf({ execPath: "/usr/bin/node", execArgv: ["--flag"] }, "/src/main.ts")).toEqual({
      program: "/usr/bin/node",
      args: ["--flag", "/src/main.ts"],
      executable: "/usr/bin/node",
      launcher: "/usr/bin/docker-credential-docr",
    });
  });
});

describe("findOwnProgram", () => {
  let folder: string;
  let image: string;
  let absent: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "docr-own-"));
    [image, absent] = [join(folder, "image"), join(folder, "absent")];
    writeFileSync(image, "", { mode: 0o755 });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is the kernel's link, which a removed executable does not break", () => {
    expect(findOwnProgram({ program: absent, executable: absent }, image)).toBe(image);
  });

  it("is the program's path without /proc", () => {
    expect(findOwnProgram({ program: image, executable: image }, absent)).toBe(image);
  });

  it("is undefined if neither can be run, and if a loader's executable was removed", () => {
    const plain = join(folder, "plain");
    writeFileSync(plain, "", { mode: 0o644 });
    expect(findOwnProgram({ program: plain, executable: plain }, absent)).toBeUndefined();
    expect(findOwnProgram({ program: image, executable: absent }, image)).toBeUndefined();
  });
});
