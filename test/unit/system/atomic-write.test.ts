import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createAtomically,
  createFile,
  removeFile,
  removeOldFiles,
  removeUnfinished,
  replaceAtomically,
  unfinishedPath,
} from "../../../src/system/atomic-write.ts";
import { itUnless } from "../../support/lab/describe.ts";
import { explainNotRoot } from "../../support/lab/parts.ts";

let folder: string;
let path: string;
let temporary: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docr-unit-"));
  path = join(folder, "file");
  temporary = unfinishedPath(folder, "17-1");
});
afterEach(() => rmSync(folder, { recursive: true }));

const modeOf = (file: string): number => statSync(file).mode & 0o7777;

describe("a new file", () => {
  it.each([0o000, 0o022, 0o777])("is private to this user with the umask %o", (mask) => {
    const before = process.umask(mask);
    try {
      createFile(path, "text");
    } finally {
      process.umask(before);
    }
    expect([readFileSync(path, "utf8"), modeOf(path)]).toEqual(["text", 0o600]);
  });

  it("gets the mode that is asked for", () => {
    createFile(path, "text", { mode: 0o100644, isDurable: true });
    expect(modeOf(path)).toBe(0o644);
  });

  itUnless(explainNotRoot(), "gets the owner that is asked for", () => {
    createFile(path, "text", { owner: { uid: 12345, gid: 12346 } });
    const { uid, gid } = statSync(path);
    expect([uid, gid]).toEqual([12345, 12346]);
  });

  it("replaces nothing and follows no symlink", () => {
    writeFileSync(path, "old");
    expect(() => createFile(path, "new")).toThrow("EEXIST");
    const link = join(folder, "link");
    symlinkSync(join(folder, "target"), link);
    expect(() => createFile(link, "new")).toThrow("EEXIST");
    expect([readFileSync(path, "utf8"), existsSync(join(folder, "target"))]).toEqual(["old", false]);
  });

  it("is created as a whole unless the path exists", () => {
    expect(createAtomically(path, "one", { temporary, isDurable: true })).toBe(true);
    expect(createAtomically(path, "two", { temporary })).toBe(false);
    expect([readFileSync(path, "utf8"), readdirSync(folder)]).toEqual(["one", ["file"]]);
  });
});

function fail(): never {
  throw new Error("it failed");
}

describe("a replacement", () => {
  it("replaces the file, or creates it, and leaves nothing else", () => {
    expect(replaceAtomically(path, "one", { temporary })).toBe(true);
    expect(replaceAtomically(path, Buffer.from("two"), { temporary, isDurable: true })).toBe(true);
    expect([readFileSync(path, "utf8"), modeOf(path), readdirSync(folder)]).toEqual(["two", 0o600, ["file"]]);
  });

  it("does not happen if mayReplace returns false", () => {
    writeFileSync(path, "old");
    const mayReplace = (): boolean => {
      expect(readFileSync(temporary, "utf8")).toBe("new");
      return false;
    };
    expect(replaceAtomically(path, "new", { temporary, mayReplace })).toBe(false);
    expect([readFileSync(path, "utf8"), readdirSync(folder)]).toEqual(["old", ["file"]]);
  });

  it("that fails leaves nothing behind", () => {
    mkdirSync(path);
    expect(() => replaceAtomically(path, "new", { temporary })).toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(() => replaceAtomically(path, "new", { temporary, mayReplace: fail })).toThrow("it failed");
    expect(readdirSync(folder)).toEqual(["file"]);
  });
});

describe("removal", () => {
  it("returns whether there was a file", () => {
    writeFileSync(path, "");
    expect([removeFile(path), removeFile(path)]).toEqual([true, false]);
  });

  it("of old files depends on name and age", () => {
    for (const name of ["old", "new", "older"]) writeFileSync(join(folder, name), "");
    const then = new Date(Date.now() - 60_000);
    for (const name of ["old", "older"]) utimesSync(join(folder, name), then, then);
    removeOldFiles(folder, /^...$/, 30_000);
    expect(readdirSync(folder).toSorted()).toEqual(["new", "older"]);
  });

  it("does nothing in a missing folder", () => {
    const absent = join(folder, "absent");
    expect(() => removeOldFiles(absent, /^/, 0)).not.toThrow();
    expect(() => removeUnfinished(absent, () => false)).not.toThrow();
  });

  it("of unfinished files spares running processes and other names", () => {
    const names = [".new-16-1", ".new-17-1", ".new-x", ".new-16", "new-16-1"];
    for (const name of names) writeFileSync(join(folder, name), "");
    removeUnfinished(folder, (pid) => pid === 17);
    expect(readdirSync(folder).toSorted()).toEqual(names.filter((name) => name !== ".new-16-1").toSorted());
  });
});
