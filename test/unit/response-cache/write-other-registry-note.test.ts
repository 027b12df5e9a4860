import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/app/startup/sha256.ts";
import { HelperError } from "../../../src/core/errors.ts";
import {
  createOtherRegistryNote,
  eraseOtherRegistryNotes,
  type OtherRegistryNotePorts,
  type OtherRegistrySettings,
} from "../../../src/response-cache/write-other-registry-note.ts";
import { noteNameFor } from "../../launcher/cached-response.ts";
import { createMemoryStore, type MemoryStore } from "../../support/fakes/memory-store.ts";

const ENV = { HOME: "/home/ann" };
const KEYCHAIN: OtherRegistrySettings = { configText: undefined, fallback: undefined, isKeychain: true };

/** Writes the note of these settings, and returns the files. */
async function noted(
  settings: Partial<OtherRegistrySettings>,
  hasOwnLogins: (files: MemoryStore) => boolean = () => false,
): Promise<ReadonlyMap<string, string>> {
  const files = createMemoryStore();
  await createOtherRegistryNote({
    files: () => files,
    key: { env: ENV, sha256 },
    settings: () => ({ ...KEYCHAIN, ...settings }),
    hasOwnLogins: () => hasOwnLogins(files),
  })();
  return files.items;
}

describe("the note about other registries", () => {
  it("says that docr reads the keychain, whether or not docr has logins there", async () => {
    const expected = new Map([[noteNameFor(ENV), "keychain"]]);
    expect(await noted({})).toEqual(expected);
    expect(await noted({}, () => true)).toEqual(expected);
  });

  it("names the fallback helper while docr has no logins of its own", async () => {
    expect(await noted({ fallback: "pass" })).toEqual(new Map([[noteNameFor(ENV), "helper pass"]]));
    expect(await noted({ fallback: "pass" }, () => true)).toEqual(new Map());
  });

  it("is erased again if another process stores a login at the same time", async () => {
    expect(await noted({ fallback: "pass" }, ({ items }) => items.size > 0)).toEqual(new Map());
  });

  it("belongs to the config file that the settings are from", async () => {
    for (const configText of ["{}", ""])
      expect([...(await noted({ configText })).keys()]).toEqual([noteNameFor(ENV, `=${configText}`)]);
  });

  it("does not exist for another store", async () => {
    expect(await noted({ isKeychain: false })).toEqual(new Map());
    const withHelper = await noted({ isKeychain: false, fallback: "pass" });
    expect([...withHelper.values()]).toEqual(["helper pass"]);
  });

  it("never fails a request", async () => {
    const full = createMemoryStore();
    full.failWith(new Error("the disk is full"));
    const write = (ports: Partial<OtherRegistryNotePorts>) =>
      createOtherRegistryNote({
        files: () => full,
        key: { env: ENV, sha256 },
        settings: () => KEYCHAIN,
        hasOwnLogins: () => false,
        ...ports,
      })();
    await write({});
    await write({ files: () => undefined });
    await write({
      settings: () => {
        throw new HelperError("bad-setting", "x");
      },
    });
    expect(full.calls).toEqual([`write ${noteNameFor(ENV)}`]);
  });
});

it("the notes in every folder are erased, earlier versions' too, and nothing else", async () => {
  const first = createMemoryStore({ "other-1": "keychain", "warm-1": "x", "fallback-1": "pass" });
  const second = createMemoryStore({ "other-2": "helper pass" });
  await eraseOtherRegistryNotes([first, second]);
  expect([[...first.items.keys()], second.items.size]).toEqual([["warm-1"], 0]);
});
