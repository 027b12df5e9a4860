import { describe, expect, it } from "vitest";
import { HelperError } from "../../../../src/core/errors.ts";
import { choosePlaces } from "../../../../src/credentials/inventory/placement.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { createMemoryStore } from "../../../support/fakes/memory-store.ts";

const keychain = createMemoryStore();
const store = createMemoryStore();
const session = { store, isOfSession: true };

describe("the places of minted credentials", () => {
  it("are the session's files, where there are any", () => {
    expect(choosePlaces(undefined, session, keychain)).toMatchObject({ kept: store, marks: store });
  });

  it("are the keychain where there are no files", () => {
    expect(choosePlaces(undefined, undefined, keychain)).toMatchObject({ kept: keychain, marks: keychain });
  });

  it("are the keychain, and files that outlive the session for want of a keychain", () => {
    const { kept, marks } = choosePlaces(undefined, { store, isOfSession: false }, keychain);
    expect(kept).toBe(marks);
    expect([store, keychain]).not.toContain(kept);
  });

  it("are those that DOCR_CACHE names, while logins and older ones are looked for everywhere", () => {
    const kept = [choosePlaces("keychain", session, keychain), choosePlaces("runtime", session, keychain)];
    expect(kept[0]?.kept).toBe(keychain);
    expect(kept[1]?.kept).toBe(store);
    expect(choosePlaces("none", session, keychain)).toMatchObject({ kept: undefined, marks: store });
  });

  it("are the keychain for the notes of what a person was given, and files for want of one", async () => {
    const locked = createMemoryStore();
    const files = createMemoryStore();
    const { givenOut } = choosePlaces(undefined, { store: files, isOfSession: true }, locked);
    await givenOut.write("given-1", new Secret("x"));
    locked.failWith(new HelperError("keychain-locked", "the keychain is locked"));
    await givenOut.write("given-2", new Secret("y"));
    expect([[...locked.items.keys()], [...files.items.keys()]]).toEqual([["given-1"], ["given-2"]]);
    expect(choosePlaces("none", undefined, keychain).givenOut).toBe(keychain);
  });

  it("cannot be files where there are none", async () => {
    expect(await failureOf(() => choosePlaces("runtime", undefined, keychain))).toEqual({
      code: "bad-setting",
      message: "DOCR_CACHE=runtime needs a directory that only this user can enter, such as XDG_RUNTIME_DIR",
    });
  });
});
