import { chownSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeFolders } from "../../../src/system/make-folders.ts";
import { describeUnless, itUnless } from "../../support/lab/describe.ts";
import { explainNotRoot, explainWindows } from "../../support/lab/parts.ts";

const ANN = 4711;

describeUnless(explainWindows(), "new folders", () => {
  let root: string;
  let home: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "docr-folders-"));
    home = join(root, "home");
    mkdirSync(home, { mode: 0o755 });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it("are private to this user, with their parents; an existing folder keeps its mode", () => {
    makeFolders(join(home, "a/b"));
    const modes = [home, join(home, "a"), join(home, "a/b")].map((path) => statSync(path).mode & 0o777);
    expect(modes).toEqual([0o755, 0o700, 0o700]);
    expect(() => makeFolders(join(home, "a/b"))).not.toThrow();
  });

  it("cannot be made below a file", () => {
    writeFileSync(join(home, "file"), "");
    expect(() => makeFolders(join(home, "file/a"))).toThrow(/ENOTDIR/);
  });

  itUnless(explainNotRoot(), "that root makes in another user's home belong to that user", () => {
    chownSync(home, ANN, ANN);
    makeFolders(join(home, ".config/docr"));
    const owners = [join(home, ".config"), join(home, ".config/docr")].map((path) => statSync(path).uid);
    expect(owners).toEqual([ANN, ANN]);
  });
});
