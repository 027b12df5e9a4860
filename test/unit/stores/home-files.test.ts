import { describe, expect, it } from "vitest";
import { Secret } from "../../../src/core/secret.ts";
import { filesOfHome, homeSuffixOf } from "../../../src/stores/home-files.ts";
import { sha256 } from "../../support/fakes/credentials-bench.ts";
import { createMemoryStore } from "../../support/fakes/memory-store.ts";

const NAME = `minted-${"0".repeat(64)}`;

function createHomes() {
  const files = createMemoryStore();
  const homeOf = (home: string) => filesOfHome(files, homeSuffixOf(home, sha256));
  return { files, a: homeOf("/home/a"), b: homeOf("/home/b") };
}

const textsIn = async (store: ReturnType<typeof filesOfHome>) =>
  [...(await store.entries("minted-"))].map(([name, value]) => [name, value.reveal()]);

describe("two homes in one folder of files", () => {
  it("do not see, replace or erase each other's files", async () => {
    const { a, b } = createHomes();
    await a.write(NAME, new Secret("of a"));
    expect([await b.read(NAME), await textsIn(b), await b.erase(NAME)]).toEqual([undefined, [], false]);
    await b.write(NAME, new Secret("of b"));
    expect([await textsIn(a), await textsIn(b)]).toEqual([[[NAME, "of a"]], [[NAME, "of b"]]]);
    expect(await a.erase(NAME)).toBe(true);
    expect([await textsIn(a), await textsIn(b)]).toEqual([[], [[NAME, "of b"]]]);
  });

  it("have names that private files can have", async () => {
    const { files, a } = createHomes();
    await a.write(`read-only-${"0".repeat(64)}`, new Secret("x"));
    expect([...files.items.keys()]).toEqual([expect.stringMatching(/^[a-z0-9-]{1,100}$/)]);
  });

  it("both see what an earlier version wrote, until one of them replaces or erases it", async () => {
    const { files, a, b } = createHomes();
    await files.write(NAME, new Secret("of an earlier version"));
    expect((await a.read(NAME))?.reveal()).toBe("of an earlier version");
    expect(await textsIn(b)).toEqual([[NAME, "of an earlier version"]]);
    await a.write(NAME, new Secret("of a"));
    expect([await textsIn(a), await textsIn(b)]).toEqual([[[NAME, "of a"]], []]);
    await files.write(NAME, new Secret("of an earlier version"));
    expect([await b.erase(NAME), await textsIn(b)]).toEqual([true, []]);
  });
});
