import { describe, expect, it } from "vitest";
import { withPrefetched } from "../../../../src/app/startup/prefetch.ts";
import type { SecretStore } from "../../../../src/core/secret-store.ts";
import { createKeychain, type Keytar } from "../../../../src/stores/keychain/keychain.ts";
import { createPendingCalls } from "../../../../src/system/pending-calls.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { createFakeKeytar, type FakeKeytar } from "../../../support/fakes/fake-keytar.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";

const SERVICE = "docker-credential-docr";

function create(): FakeKeytar {
  const keytar = createFakeKeytar();
  keytar.items.set(SERVICE, new Map([["login:a", "one"]]));
  return keytar;
}

const prefetch = (keytar: FakeKeytar, account = "login:a"): Keytar =>
  withPrefetched(keytar, account, createPendingCalls());

const openKeychain = (keytar: Keytar): SecretStore =>
  createKeychain({
    load: async () => keytar,
    deadlineMs: 5_000,
    mayHideLocked: true,
    unlockHint: "",
    pendingCalls: createPendingCalls(),
  });

describe("a prefetched login", () => {
  it("is returned once, without a second lookup", async () => {
    const keytar = create();
    const prefetched = prefetch(keytar);
    expect(await prefetched.getPassword(SERVICE, "login:a")).toBe("one");
    expect(keytar.calls).toEqual(["get login:a"]);
    keytar.items.get(SERVICE)?.set("login:a", "two");
    expect(await prefetched.getPassword(SERVICE, "login:a")).toBe("two");
  });

  it("leaves every other call to keytar", async () => {
    const keytar = create();
    const prefetched = prefetch(keytar, "login:absent");
    expect(await prefetched.getPassword(SERVICE, "login:a")).toBe("one");
    expect(await prefetched.getPassword("another service", "login:absent")).toBeNull();
    await prefetched.setPassword(SERVICE, "login:b", "two");
    expect(await prefetched.findCredentials(SERVICE)).toHaveLength(2);
    expect(await prefetched.deletePassword(SERVICE, "login:b")).toBe(true);
    expect(await prefetched.getPassword(SERVICE, "login:absent")).toBeNull();
  });

  it("counts as a pending call until its result is there", async () => {
    const pendingCalls = createPendingCalls();
    const keytar = withPrefetched(create(), "login:a", pendingCalls);
    expect(pendingCalls.count).toBe(1);
    await keytar.getPassword(SERVICE, "login:a");
    expect(pendingCalls.count).toBe(0);
  });

  it("rejects as keytar does, and without a warning if the program never asks for it", async () => {
    const keytar = create();
    keytar.state = new Error("Cannot autolaunch D-Bus without X11 $DISPLAY");
    const prefetched = prefetch(keytar);
    await new Promise((resolve) => setImmediate(resolve));
    const keychain = openKeychain(prefetched);
    expect(await failureOf(() => keychain.read("login:a"))).toMatchObject({ code: "keychain-missing" });
  });

  it("does not make a locked keychain look empty", async () => {
    const keytar = create();
    keytar.state = "locked";
    const keychain = openKeychain(prefetch(keytar));
    expect(await failureOf(() => keychain.read("login:a"))).toMatchObject({ code: "keychain-locked" });
    keytar.state = "unlocked";
    expect((await keychain.read("login:a"))?.equals(new Secret("one"))).toBe(true);
  });
});
