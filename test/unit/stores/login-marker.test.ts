import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HelperError } from "../../../src/core/errors.ts";
import { Secret } from "../../../src/core/secret.ts";
import { isOtherLogin, LOGIN } from "../../../src/credentials/stored-logins.ts";
import { createLoginMarker, markingLogins } from "../../../src/stores/login-marker.ts";
import { createMemoryStore } from "../../support/fakes/memory-store.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docr-marker-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const place = (): string => join(folder, "docr", "has-logins");

function openMarked(path: string | undefined) {
  let created = 0;
  const memory = createMemoryStore();
  const marker = createLoginMarker(path, async () => void (created += 1));
  return {
    memory,
    marker,
    store: markingLogins(memory, marker, LOGIN, isOtherLogin),
    created: () => created,
  };
}

describe("the marker of logins of other registries", () => {
  it("appears with the first such login, once", async () => {
    const { store, marker, memory, created } = openMarked(place());
    await store.write("api-token", new Secret("t"));
    await store.write("login:registry.digitalocean.com", new Secret("t"));
    expect([marker.exists(), created()]).toEqual([false, 0]);
    for (const host of ["ghcr.io", "quay.io"]) await store.write(`login:${host}`, new Secret("t"));
    expect([marker.exists(), created(), memory.items.size]).toEqual([true, 1, 4]);
  });

  it("disappears when the store lists no such login, and not when another search finds nothing", async () => {
    const { store, marker } = openMarked(place());
    await store.write("login:ghcr.io", new Secret("t"));
    await store.entries(LOGIN);
    await store.erase("login:ghcr.io");
    await store.entries("api-");
    expect(marker.exists()).toBe(true);
    await store.entries(LOGIN);
    expect(marker.exists()).toBe(false);
  });

  it("stays while a part of the store is locked, which may contain logins", async () => {
    const { store, marker, memory } = openMarked(place());
    await marker.set();
    memory.lockPart(new HelperError("keychain-locked", "a part of the keychain is locked"));
    await store.entries(LOGIN);
    expect(marker.exists()).toBe(true);
  });

  it("appears for logins that another version or machine has stored", async () => {
    const { store, marker, memory } = openMarked(place());
    memory.items.set("login:ghcr.io", "t");
    await store.entries(LOGIN);
    expect(marker.exists()).toBe(true);
  });

  it("stays if another process stores a login while it is cleared", async () => {
    const { store, marker, memory } = openMarked(place());
    await marker.set();
    const entries = memory.entries.bind(memory);
    memory.entries = async (...prefixes) => {
      const found = await entries(...prefixes);
      if (marker.exists()) memory.items.set("login:ghcr.io", "t");
      return found;
    };
    await store.entries(LOGIN);
    expect(marker.exists()).toBe(true);
  });

  it("does not prevent a login from being stored", async () => {
    for (const path of ["/dev/null/docr/has-logins", undefined]) {
      const { store, memory, marker } = openMarked(path);
      await store.write("login:ghcr.io", new Secret("t"));
      expect([memory.items.size, marker.exists()]).toEqual([1, false]);
    }
  });
});
