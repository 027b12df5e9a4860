import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ON_DISK, withEdits } from "../../../src/client-config/texts.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docr-texts-"));
  mkdirSync(join(folder, "conf.d"));
  for (const name of ["b.conf", "a.conf", "c.txt"]) writeFileSync(join(folder, "conf.d", name), name);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (...names: readonly string[]): string => join(folder, ...names);

describe("the clients' files with planned edits", () => {
  it("have the new texts, and the others as they are on the disk", () => {
    const texts = withEdits(
      new Map([
        [at("conf.d", "a.conf"), "new"],
        [at("conf.d", "b.conf"), undefined],
      ]),
    );
    expect(["a.conf", "b.conf", "c.txt"].map((name) => texts.read(at("conf.d", name), name))).toEqual([
      "new",
      undefined,
      "c.txt",
    ]);
    expect(ON_DISK.read(at("conf.d", "a.conf"), "a")).toBe("a.conf");
  });

  it("have the new drop-ins too, in the order of their names", () => {
    const texts = withEdits(new Map([[at("conf.d", "aa.conf"), "new"]]));
    const names = ["a.conf", "aa.conf", "b.conf"].map((name) => at("conf.d", name));
    expect(texts.dropIns(at("conf.d"))).toEqual(names);
    expect(withEdits(new Map([[at("none.d", "x.conf"), "new"]])).dropIns(at("none.d"))).toEqual([
      at("none.d", "x.conf"),
    ]);
    expect(ON_DISK.dropIns(at("none.d"))).toEqual([]);
  });
});
