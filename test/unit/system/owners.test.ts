import {
  chownSync,
  closeSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { giveToFolderOwner, isBehindForeignLink, nearestOwner } from "../../../src/system/owners.ts";
import { describeUnless } from "../../support/lab/describe.ts";
import { explainNotRoot } from "../../support/lab/parts.ts";

const ANN = 4711;
const BOB = 4712;

describeUnless(explainNotRoot(), "root in another user's folders", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "docr-owners-"));
    mkdirSync(join(root, "ann"));
    mkdirSync(join(root, "bob"));
    write("ann/own", ANN);
    write("bob/own", BOB);
    write("roots", 0);
    chownSync(join(root, "ann"), ANN, ANN);
    chownSync(join(root, "bob"), BOB, BOB);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const at = (path: string): string => join(root, path);
  function write(path: string, uid: number): void {
    writeFileSync(at(path), "");
    chownSync(at(path), uid, uid);
  }
  function link(path: string, target: string, uid: number): void {
    symlinkSync(target, at(path));
    lchownSync(at(path), uid, uid);
  }

  it.each([
    ["no link", "ann/own", undefined, false],
    ["a link to the same user's file", "ann/link", "own", false],
    ["a link to root's file", "ann/link", "../roots", true],
    ["a full path to another user's file", "ann/link", "ROOT/bob/own", true],
    ["a link to a missing file in the same user's folder", "ann/link", "missing", false],
    ["a link to a missing file in another user's folder", "ann/link", "../bob/missing", true],
    ["a link to itself", "ann/link", "link", true],
    ["a folder behind a link to another user's", "ann/link/own", "../bob", true],
    ["a missing file in a folder behind a link", "ann/link/a/b", "../bob", true],
  ])("follows %s: %#", (_title, path, target, isForeign) => {
    if (target !== undefined) link("ann/link", target.replace("ROOT", root), ANN);
    expect(isBehindForeignLink(at(path), 0)).toBe(isForeign);
    // The kernel decides for everyone else.
    expect([isBehindForeignLink(at(path), ANN), isBehindForeignLink(at(path), undefined)]).toEqual([
      false,
      false,
    ]);
  });

  it("follows root's own links, and a user's link behind another one", () => {
    link("shortcut", "ann", 0);
    expect(isBehindForeignLink(at("shortcut/own"), 0)).toBe(false);
    link("ann/second", "../roots", ANN);
    link("first", "ann/second", 0);
    expect(isBehindForeignLink(at("first"), 0)).toBe(true);
  });

  it("gives what it creates to the folder's owner", () => {
    const fd = openSync(at("ann/new"), "wx");
    giveToFolderOwner(fd, at("ann/new"));
    closeSync(fd);
    expect([statSync(at("ann/new")).uid, statSync(at("ann/new")).gid]).toEqual([ANN, ANN]);
  });

  it("knows the owner of a path that does not exist yet", () => {
    expect([nearestOwner(at("ann/a/b/c")), nearestOwner(at("roots")), nearestOwner("/")]).toEqual([
      ANN,
      0,
      0,
    ]);
  });
});
