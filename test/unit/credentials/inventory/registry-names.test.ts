import { describe, expect, it } from "vitest";
import { createRegistryNames } from "../../../../src/credentials/inventory/registry-names.ts";
import { createFixedClock, HOUR } from "../../../support/fakes/fixed-clock.ts";
import { createMemoryStore } from "../../../support/fakes/memory-store.ts";

function create() {
  const clock = createFixedClock();
  const store = createMemoryStore();
  return { clock, store, names: createRegistryNames(store, clock) };
}

describe("the name of an account's only registry", () => {
  it("is remembered for a day", async () => {
    const { names, clock } = create();
    await names.write("a", "acme");
    clock.pass(24 * HOUR - 1);
    expect([await names.read("a"), await names.read("b")]).toEqual(["acme", undefined]);
    clock.pass(1);
    expect(await names.read("a")).toBeUndefined();
  });

  it("can be forgotten for one account and for all", async () => {
    const { names, store } = create();
    for (const account of ["a", "b", "c"]) await names.write(account, "acme");
    await names.forget("a");
    expect([await names.read("a"), await names.read("b")]).toEqual([undefined, "acme"]);
    await names.clear();
    expect(store.items.size).toBe(0);
  });

  it.each([
    "",
    "{}",
    '{"at":{"now":1,"uptime":1}}',
    '{"at":{"now":1795262400000,"uptime":1},"registry":"../x"}',
  ])("is not read from %j", async (text) => {
    const { names, store } = create();
    store.items.set("registry-a", text);
    expect(await names.read("a")).toBeUndefined();
  });
});
