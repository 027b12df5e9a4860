import { describe, expect, it } from "vitest";
import { createApiTokens } from "../../../../src/credentials/accounts/api-tokens.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { createMemoryStore } from "../../../support/fakes/memory-store.ts";

const create = (storeName = "the keychain") => {
  const store = createMemoryStore({
    "api-token:work": "a",
    "api-token:default": "b",
    "login:ghcr.io": "c",
  });
  return { store, tokens: createApiTokens(store, () => storeName) };
};

describe("the accounts' API tokens", () => {
  it("are listed by the accounts' names, in order", async () => {
    expect(await create().tokens.contexts()).toEqual(["default", "work"]);
  });

  it("can be removed one by one", async () => {
    const { store, tokens } = create();
    expect([await tokens.erase("work"), await tokens.erase("work")]).toEqual([true, false]);
    expect([...store.items.keys()]).toEqual(["api-token:default", "login:ghcr.io"]);
  });

  it("can be removed together; the result names their accounts", async () => {
    const { store, tokens } = create();
    expect(await tokens.eraseAll()).toEqual(["default", "work"]);
    expect([...store.items.keys()]).toEqual(["login:ghcr.io"]);
  });

  it("have the store's name in their source", async () => {
    expect((await create("the age vault").tokens.read("default"))?.source).toBe("the age vault");
    expect((await create("pass").tokens.read("work"))?.source).toBe("pass (context work)");
  });

  it("report whether a written token differs from the one before", async () => {
    const { tokens } = create();
    expect(await tokens.write(undefined, new Secret("b"))).toBe(false);
    expect(await tokens.write(undefined, new Secret("d"))).toBe(true);
    expect((await tokens.read("default"))?.source).toBe("the keychain");
  });
});
