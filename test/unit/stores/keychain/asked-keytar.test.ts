import { describe, expect, it } from "vitest";
import { askedAlready } from "../../../../src/stores/keychain/asked-keytar.ts";
import { createKeychain } from "../../../../src/stores/keychain/keychain.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { createFakeKeytar, type FakeKeytar } from "../../../support/fakes/fake-keytar.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";

const SERVICE = "docker-credential-docr";

function create(): FakeKeytar {
  const keytar = createFakeKeytar();
  keytar.items.set(SERVICE, new Map([["login:a", "one"]]));
  return keytar;
}

describe("keytar that was asked already", () => {
  it("gives the answer once, without asking again", async () => {
    const keytar = create();
    const asked = askedAlready(keytar, "login:a");
    expect(await asked.getPassword(SERVICE, "login:a")).toBe("one");
    expect(keytar.calls).toEqual(["get login:a"]);
    keytar.items.get(SERVICE)?.set("login:a", "two");
    expect(await asked.getPassword(SERVICE, "login:a")).toBe("two");
  });

  it("is keytar for everything else", async () => {
    const keytar = create();
    const asked = askedAlready(keytar, "login:nobody");
    expect(await asked.getPassword(SERVICE, "login:a")).toBe("one");
    expect(await asked.getPassword("another service", "login:nobody")).toBeNull();
    await asked.setPassword(SERVICE, "login:b", "two");
    expect(await asked.findCredentials(SERVICE)).toHaveLength(2);
    expect(await asked.deletePassword(SERVICE, "login:b")).toBe(true);
    expect(await asked.getPassword(SERVICE, "login:nobody")).toBeNull();
  });

  it("waits until the answer has come", async () => {
    const asked = askedAlready(create(), "login:a");
    expect(asked.isWaiting()).toBe(true);
    await asked.getPassword(SERVICE, "login:a");
    expect(asked.isWaiting()).toBe(false);
    const silent = create();
    silent.state = "silent";
    expect(askedAlready(silent, "login:a").isWaiting()).toBe(true);
  });

  it("fails as keytar fails, and silently where nobody asks", async () => {
    const keytar = create();
    keytar.state = new Error("Cannot autolaunch D-Bus without X11 $DISPLAY");
    const asked = askedAlready(keytar, "login:a");
    await new Promise((resolve) => setImmediate(resolve));
    const keychain = createKeychain({ load: async () => asked, deadlineMs: 5_000, mayHideLocked: true });
    expect(await failureOf(() => keychain.read("login:a"))).toMatchObject({ code: "keychain-missing" });
  });

  it("does not make a locked keychain look empty", async () => {
    const keytar = create();
    keytar.state = "locked";
    const load = async () => askedAlready(keytar, "login:a");
    const keychain = createKeychain({ load, deadlineMs: 5_000, mayHideLocked: true });
    expect(await failureOf(() => keychain.read("login:a"))).toMatchObject({ code: "keychain-locked" });
    keytar.state = "unlocked";
    expect((await keychain.read("login:a"))?.equals(new Secret("one"))).toBe(true);
  });
});
