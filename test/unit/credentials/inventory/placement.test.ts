import { describe, expect, it } from "vitest";
import { HelperError } from "../../../../src/core/errors.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { type Placement, placeCredentials } from "../../../../src/credentials/inventory/placement.ts";
import type { CacheSetting } from "../../../../src/credentials/minting/settings.ts";
import { eitherStore } from "../../../../src/stores/either-store.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { createMemoryStore } from "../../../support/fakes/memory-store.ts";

const keychain = createMemoryStore();
const sessionStore = createMemoryStore();
const session = { store: sessionStore, endsWithSession: true };

const place = (cache: CacheSetting, files: typeof session | undefined, store = keychain): Placement =>
  placeCredentials(cache, { files, keychain: store, either: eitherStore });

describe("the stores of minted credentials", () => {
  it("are the session's private files, if there are any", () => {
    expect(place(undefined, session)).toMatchObject({ cache: sessionStore, inventory: sessionStore });
  });

  it("are the keychain if there are no private files", () => {
    expect(place(undefined, undefined)).toMatchObject({ cache: keychain, inventory: keychain });
  });

  it("are the keychain, or without one, files that outlive the session", () => {
    const { cache, inventory } = place(undefined, { store: sessionStore, endsWithSession: false });
    expect(cache).toBe(inventory);
    expect([sessionStore, keychain]).not.toContain(cache);
  });

  it("are the ones in DOCR_CACHE", () => {
    expect(place("keychain", session).cache).toBe(keychain);
    expect(place("runtime", session).cache).toBe(sessionStore);
    expect(place("none", session)).toMatchObject({ cache: undefined, inventory: sessionStore });
  });

  it("are the keychain for the log of issued credentials, and files if it fails", async () => {
    const locked = createMemoryStore();
    const files = createMemoryStore();
    const { issuedLog } = place(undefined, { store: files, endsWithSession: true }, locked);
    await issuedLog.write("given-1", new Secret("x"));
    locked.failWith(new HelperError("keychain-locked", "the keychain is locked"));
    await issuedLog.write("given-2", new Secret("y"));
    expect([[...locked.items.keys()], [...files.items.keys()]]).toEqual([["given-1"], ["given-2"]]);
    expect(place("none", undefined).issuedLog).toBe(keychain);
  });

  it("cannot be private files where the machine has no place for them", async () => {
    expect(await failureOf(() => place("runtime", undefined))).toEqual({
      code: "bad-setting",
      message: "DOCR_CACHE=runtime needs a directory that only this user can enter, such as XDG_RUNTIME_DIR",
    });
  });
});
