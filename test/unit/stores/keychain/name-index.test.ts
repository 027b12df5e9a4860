import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { HelperError } from "../../../../src/core/errors.ts";
import type { SecretStore } from "../../../../src/core/secret-store.ts";
import { withNameIndex } from "../../../../src/stores/keychain/name-index.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { createMemoryStore, type MemoryStore } from "../../../support/fakes/memory-store.ts";

const HOUR = 3_600_000;
const FAILURE = { code: "keychain-failed", message: "the keychain failed" } as const;
const FAILED = new HelperError(FAILURE.code, FAILURE.message);

let store: MemoryStore;
let indexed: SecretStore;
let now: number;
beforeEach(() => {
  store = createMemoryStore({ "login:a": "one", "login:b": "two", "api-token:default": "three" });
  now = 1000 * HOUR;
  indexed = openAnother();
});

/** The store of another process. */
function openAnother(of: SecretStore = store, searchId = "first"): SecretStore {
  return withNameIndex(of, { prefix: "login:", now: () => now, createSearchId: () => searchId });
}

/** The entries, and whether docr searched for them. */
async function find(): Promise<{ found: Record<string, string>; searched: boolean }> {
  store.calls.length = 0;
  const entries = [...(await indexed.entries("login:"))].map(([name, value]) => [name, value.reveal()]);
  return { found: Object.fromEntries(entries), searched: store.calls.includes("entries login:") };
}

describe("names with an index", () => {
  it("are searched for once, then read by name", async () => {
    const found = { "login:a": "one", "login:b": "two" };
    expect(await find()).toEqual({ found, searched: true });
    expect(await find()).toEqual({ found, searched: false });
  });

  it("are not searched for again if there are none", async () => {
    store.items.clear();
    expect(await find()).toEqual({ found: {}, searched: true });
    expect(await find()).toEqual({ found: {}, searched: false });
  });

  it("are found among hundreds", async () => {
    for (let index = 0; index < 300; index += 1) store.items.set(`login:${index}`, `${index}`);
    await find();
    const { found, searched } = await find();
    expect([Object.keys(found).length, found["login:299"], searched]).toEqual([302, "299", false]);
  });

  it("are all that the index contains", async () => {
    await find();
    expect(store.items.get("index")).not.toMatch(/one|two|three|api-token/);
  });

  it("are searched for again after one was added or erased, but not after one was changed", async () => {
    await find();
    await indexed.write("login:a", new Secret("five"));
    expect(await find()).toEqual({ found: { "login:a": "five", "login:b": "two" }, searched: false });
    await indexed.write("login:c", new Secret("four"));
    const found = { "login:a": "five", "login:b": "two", "login:c": "four" };
    expect(await find()).toEqual({ found, searched: true });
    expect(await find()).toEqual({ found, searched: false });
    expect(await indexed.erase("login:b")).toBe(true);
    expect(store.items.get("index")).not.toContain("login:b");
    expect(await find()).toEqual({ found: { "login:a": "five", "login:c": "four" }, searched: true });
  });

  it("stay in the index when a missing name is erased", async () => {
    await find();
    expect(await indexed.erase("login:c")).toBe(false);
    expect((await find()).searched).toBe(false);
  });

  it("are complete after concurrent writes by processes without a common lock", async () => {
    const names = ["login:c", "login:d", "login:e", "login:f", "login:g"];
    const all = ["login:a", "login:b", ...names];
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const real = createMemoryStore({ "login:a": "one", "login:b": "two" });
        const slow: SecretStore = {
          read: (name) => scheduler.schedule(Promise.resolve()).then(() => real.read(name)),
          write: (name, value) => scheduler.schedule(Promise.resolve()).then(() => real.write(name, value)),
          erase: (name) => scheduler.schedule(Promise.resolve()).then(() => real.erase(name)),
          entries: (...wanted) => scheduler.schedule(Promise.resolve()).then(() => real.entries(...wanted)),
        };
        await openAnother(real, "first").entries("login:");
        const work = names.map((name) => openAnother(slow, name).write(name, new Secret("x")));
        await scheduler.waitFor(Promise.all(work));
        expect([...(await openAnother(real, "last").entries("login:")).keys()].toSorted()).toEqual(all);
      }),
    );
  });

  it("that are added during another process's search are found by the next search", async () => {
    const slow: SecretStore = {
      ...store,
      async entries(...wanted) {
        const found = await store.entries(...wanted);
        await indexed.write("login:c", new Secret("four"));
        return found;
      },
    };
    const searching = openAnother(slow, "second");
    expect((await searching.entries("login:")).has("login:c")).toBe(false);
    expect(await find()).toMatchObject({ found: { "login:c": "four" }, searched: true });
  });

  it("that are added right after another process's search are found by the next search", async () => {
    await find();
    const slow: SecretStore = {
      ...store,
      async write(name, value) {
        if (name === "login:c") await indexed.entries("login:");
        return store.write(name, value);
      },
    };
    const writing = openAnother(slow, "second");
    await writing.write("login:c", new Secret("four"));
    expect(await find()).toMatchObject({ found: { "login:c": "four" }, searched: true });
  });

  it("immediately reflect erasures and changes by another program", async () => {
    await find();
    store.items.delete("login:a");
    store.items.set("login:b", "changed");
    expect(await find()).toEqual({ found: { "login:b": "changed" }, searched: false });
  });

  it("are complete a day after another program added one, or after the clock was set back", async () => {
    await find();
    store.items.set("login:c", "added");
    expect((await find()).found).not.toHaveProperty("login:c");
    now += 24 * HOUR;
    expect(await find()).toMatchObject({ found: { "login:c": "added" }, searched: true });
    store.items.set("login:d", "added");
    now -= 48 * HOUR;
    expect(await find()).toMatchObject({ found: { "login:d": "added" }, searched: true });
  });

  it.each([
    "",
    "{}",
    "no JSON",
    "[]",
    '{"at":3600000000,"names":["api-token:default"]}',
    '{"at":3600000000,"names":[1]}',
  ])("are searched for if the index is malformed: %s", async (text) => {
    store.items.set("index", text);
    expect(await find()).toMatchObject({ found: { "login:a": "one" }, searched: true });
  });

  it("are searched for after a process that added one was killed", async () => {
    await find();
    store.failWith(FAILED, (call) => call === "write login:c");
    expect(await failureOf(() => indexed.write("login:c", new Secret("four")))).toEqual(FAILURE);
    store.failWith(undefined);
    store.items.set("login:c", "four");
    expect(await find()).toMatchObject({ found: { "login:c": "four" }, searched: true });
  });

  it("are not written if the index cannot be marked as outdated", async () => {
    await find();
    store.failWith(FAILED, (call) => call === "write index");
    expect(await failureOf(() => indexed.write("login:c", new Secret("four")))).toEqual(FAILURE);
    expect(store.items.has("login:c")).toBe(false);
  });

  it("are found if the index cannot be written, but not if the keychain fails", async () => {
    store.failWith(FAILED, (call) => call === "write index");
    expect(await find()).toMatchObject({ found: { "login:a": "one" }, searched: true });
    store.failWith(FAILED);
    expect(await failureOf(() => indexed.entries("login:"))).toEqual(FAILURE);
  });

  it("with another prefix do not touch the index", async () => {
    await find();
    store.calls.length = 0;
    await indexed.write("api-token:work", new Secret("x"));
    await indexed.erase("api-token:work");
    expect([...(await indexed.entries("api-token:")).keys()]).toEqual(["api-token:default"]);
    expect(store.calls).toEqual(["write api-token:work", "erase api-token:work", "entries api-token:"]);
  });
});
