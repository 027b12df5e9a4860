import { randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SecretStore } from "../../../src/core/secret-store.ts";
import { splitLongValues } from "../../../src/stores/split-values.ts";
import { Secret } from "../../../src/core/secret.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";
import { createMemoryStore, type MemoryStore } from "../../support/fakes/memory-store.ts";

/** The head item fits. */
const SHORTEST_LIMIT = 40;

function split(below: MemoryStore, limit = SHORTEST_LIMIT): SecretStore {
  return splitLongValues(below, limit, createId);
}

/** 16 hex digits, new at every call. */
const createId = (): string => randomBytes(8).toString("hex");

/** A store that rejects long values, as Windows does. */
function createNarrowStore(limit: number): MemoryStore {
  const store = createMemoryStore();
  return {
    ...store,
    async write(name, value) {
      if (Buffer.byteLength(value.reveal()) > limit) throw new Error("the value is too long");
      await store.write(name, value);
    },
  };
}

const read = async (store: SecretStore, name: string): Promise<string | undefined> =>
  (await store.read(name))?.reveal();

const anyValue = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 400 }),
  fc.string({ unit: fc.constantFrom("a", "é", "€", "🐋"), maxLength: 400 }),
);
const anyLimit = fc.integer({ min: SHORTEST_LIMIT, max: 120 });

describe("a value of any length", () => {
  it("is read as it was written, from parts within the limit", async () => {
    await fc.assert(
      fc.asyncProperty(anyValue, anyLimit, async (value, limit) => {
        const store = split(createNarrowStore(limit), limit);
        await store.write("x", new Secret(value));
        expect(await read(store, "x")).toBe(value);
        expect([...(await store.entries("x"))].map(([name, one]) => [name, one.reveal()])).toEqual([
          ["x", value],
        ]);
      }),
    );
  });

  it("leaves no part behind when it is replaced or erased", async () => {
    await fc.assert(
      fc.asyncProperty(anyValue, anyValue, anyLimit, async (one, two, limit) => {
        const below = createNarrowStore(limit);
        const fresh = createNarrowStore(limit);
        const store = split(below, limit);
        await store.write("x", new Secret(one));
        await store.write("x", new Secret(two));
        await split(fresh, limit).write("x", new Secret(two));
        expect(below.items.size).toBe(fresh.items.size);
        expect(await store.erase("x")).toBe(true);
        expect([...below.items.keys()]).toEqual([]);
        expect(await store.erase("x")).toBe(false);
      }),
    );
  });

  it("is the complete old or new value after a crash at any step", async () => {
    const values = fc.string({ unit: fc.constantFrom("a", "é", "🐋"), maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(values, values, fc.nat(30), async (one, two, survived) => {
        const below = createMemoryStore();
        await split(below).write("x", new Secret(one));
        let steps = 0;
        below.failWith(new Error("the power went"), (call) => !call.startsWith("read") && ++steps > survived);
        const isWritten = await split(below)
          .write("x", new Secret(two))
          .then(() => true)
          .catch(() => false);
        below.failWith(undefined);
        const found = await read(split(below), "x");
        expect(isWritten ? [two] : [one, two]).toContain(found);
      }),
      { numRuns: 500 },
    );
  });

  it("is split only beyond the limit", async () => {
    const below = createMemoryStore();
    await split(below).write("at", new Secret("a".repeat(SHORTEST_LIMIT)));
    expect([...below.items.keys()]).toEqual(["at"]);
    await split(below).write("beyond", new Secret("a".repeat(SHORTEST_LIMIT + 1)));
    expect(below.items.size).toBe(4);
    expect(below.items.get("beyond")).toMatch(/^docr-split:[0-9a-f]{16}:2$/);
  });

  it("is measured in bytes of UTF-8", async () => {
    const below = createMemoryStore();
    await split(below).write("x", new Secret("é".repeat(SHORTEST_LIMIT / 2)));
    expect(below.items.size).toBe(1);
    await split(below).write("y", new Secret("é".repeat(SHORTEST_LIMIT / 2 + 1)));
    expect(below.items.size).toBe(4);
  });
});

/** A store with a long value under `x` that lacks a part. */
async function createDamaged(): Promise<SecretStore> {
  const below = createMemoryStore();
  const store = split(below);
  await store.write("x", new Secret("a".repeat(100)));
  const part = [...below.items.keys()].find((name) => name !== "x");
  below.items.delete(part ?? "");
  return store;
}

describe("a long value with a missing part", () => {
  const expected = { code: "keychain-damaged", message: "a secret in the keychain is incomplete" };

  it("is an error, not half a value", async () => {
    const store = await createDamaged();
    expect(await failureOf(() => store.read("x"))).toEqual(expected);
  });

  it("is empty in a search, and does not hide the other values", async () => {
    const store = await createDamaged();
    await store.write("xy", new Secret("intact"));
    const found = [...(await store.entries("x"))].map(([name, value]) => `${name}=${value.reveal()}`);
    expect(new Set(found)).toEqual(new Set(["x=", "xy=intact"]));
  });

  it("can be replaced and erased", async () => {
    const replaced = await createDamaged();
    await replaced.write("x", new Secret("new"));
    expect(await read(replaced, "x")).toBe("new");
    expect(await (await createDamaged()).erase("x")).toBe(true);
  });
});

describe("a search", () => {
  it("never returns the parts", async () => {
    const store = split(createMemoryStore());
    await store.write("x", new Secret("a".repeat(100)));
    await store.write("y", new Secret("short"));
    expect([...(await store.entries("")).keys()].toSorted()).toEqual(["x", "y"]);
  });
});
