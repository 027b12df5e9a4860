import { describe, expect, it } from "vitest";
import { HelperError } from "../../../../src/core/errors.ts";
import { createApiTokens } from "../../../../src/credentials/accounts/api-tokens.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { createMemoryStore } from "../../../support/fakes/memory-store.ts";

const TOKEN_A = `dop_v1_${"a".repeat(64)}`;
const TOKEN_B = `dop_v1_${"b".repeat(64)}`;

const create = (storeName = "the keychain") => {
  const store = createMemoryStore({
    "api-token:work": TOKEN_A,
    "api-token:default": TOKEN_B,
    "login:ghcr.io": "c",
  });
  return { store, tokens: createApiTokens(store, () => storeName) };
};

describe("the accounts' API tokens", () => {
  it("are listed by the accounts' names, in order", async () => {
    expect((await create().tokens.contexts()).names).toEqual(["default", "work"]);
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

  it("are listed and removed as far as the store is open, and the removal then fails", async () => {
    const { store, tokens } = create();
    const locked = new HelperError("keychain-locked", "a part of the keychain is locked");
    store.lockPart(locked);
    expect(await tokens.contexts()).toEqual({ names: ["default", "work"], incomplete: locked });
    await expect(tokens.eraseAll()).rejects.toBe(locked);
    expect([...store.items.keys()]).toEqual(["login:ghcr.io"]);
  });

  it("have the store's name in their source", async () => {
    expect((await create("the age vault").tokens.read("default"))?.source).toBe("the age vault");
    expect((await create("pass").tokens.read("work"))?.source).toBe("pass (context work)");
  });

  it("report whether a written token differs from the one before", async () => {
    const { tokens } = create();
    expect(await tokens.write(undefined, new Secret(TOKEN_B))).toBe(false);
    expect(await tokens.write(undefined, new Secret(TOKEN_A))).toBe(true);
    expect((await tokens.read("default"))?.source).toBe("the keychain");
  });

  it("lose the white space that another program stored with them", async () => {
    const { store, tokens } = create();
    await store.write("api-token:default", new Secret(` ${TOKEN_A}\n`));
    expect((await tokens.read(undefined))?.secret.reveal()).toBe(TOKEN_A);
  });

  it.each([
    ["", "the keychain is set but empty"],
    [`${TOKEN_A}\n${TOKEN_B}`, "the keychain does not contain a DigitalOcean API token"],
    [`${TOKEN_A}\r\nX-Header: 1`, "the keychain does not contain a DigitalOcean API token"],
    ["hunter2", "the keychain does not contain a DigitalOcean API token"],
    ["\u0000", "the keychain does not contain a DigitalOcean API token"],
  ])("are rejected before a request if the item contains something else: %j", async (text, message) => {
    const { store, tokens } = create();
    await store.write("api-token:default", new Secret(text));
    expect(await failureOf(() => tokens.read(undefined))).toEqual({ code: "bad-api-token", message });
  });
});
