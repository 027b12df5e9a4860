import { describe, expect, it } from "vitest";
import type { SecretStore } from "../../../../src/core/secret-store.ts";
import { createKeychain, type KeychainOptions } from "../../../../src/stores/keychain/keychain.ts";
import { createPendingCalls } from "../../../../src/system/pending-calls.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { createFakeKeytar, LOCKED_MESSAGE } from "../../../support/fakes/fake-keytar.ts";

const SERVICE = "docker-credential-docr";

function open(options: Partial<KeychainOptions> = {}) {
  const keytar = createFakeKeytar();
  const pendingCalls = createPendingCalls();
  const usual = {
    load: async () => keytar,
    deadlineMs: 5_000,
    mayHideLocked: true,
    unlockHint: "unlock it like this",
    pendingCalls,
  };
  return { keytar, pendingCalls, keychain: createKeychain({ ...usual, ...options }) };
}

const textOf = (secret: Secret | undefined): string | undefined => secret?.reveal();

/** One call of each kind. */
const CALLS: readonly (readonly [title: string, call: (keychain: SecretStore) => Promise<unknown>])[] = [
  ["reading", (keychain) => keychain.read("login:ghcr.io")],
  ["writing", (keychain) => keychain.write("login:ghcr.io", new Secret("hunter2"))],
  ["erasing", (keychain) => keychain.erase("login:ghcr.io")],
  ["searching", (keychain) => keychain.entries("login:")],
];

describe("an unlocked keychain", () => {
  it("stores values under docr's own service", async () => {
    const { keytar, keychain } = open();
    await keychain.write("login:ghcr.io", new Secret("hunter2"));
    expect(textOf(await keychain.read("login:ghcr.io"))).toBe("hunter2");
    expect([...keytar.items.keys()]).toEqual([SERVICE]);
    expect(keytar.items.get(SERVICE)?.get("login:ghcr.io")).toBe("hunter2");
  });

  it("replaces a value", async () => {
    const { keychain } = open();
    await keychain.write("x", new Secret("one"));
    await keychain.write("x", new Secret("two"));
    expect(textOf(await keychain.read("x"))).toBe("two");
  });

  it("reports missing names when reading and erasing", async () => {
    const { keychain } = open();
    expect(await keychain.read("x")).toBeUndefined();
    await keychain.write("x", new Secret("one"));
    expect([await keychain.erase("x"), await keychain.erase("x")]).toEqual([true, false]);
    expect(await keychain.read("x")).toBeUndefined();
  });

  it("finds the names with a prefix, with their values", async () => {
    const { keychain } = open();
    for (const name of ["login:a", "login:b", "logins", "api-token:default"]) {
      await keychain.write(name, new Secret(name));
    }
    const found = await keychain.entries("login:");
    const texts = new Map([...found].map(([name, value]) => [name, value.reveal()]));
    expect(texts).toEqual(
      new Map([
        ["login:a", "login:a"],
        ["login:b", "login:b"],
      ]),
    );
  });

  it("has no secret in the check item", async () => {
    const { keytar, keychain } = open();
    await keychain.write("x", new Secret("hunter2"));
    expect(keytar.items.get(SERVICE)?.get("check")).toBe("unlocked");
  });

  it("is loaded once, at the first call", async () => {
    let loads = 0;
    const keytar = createFakeKeytar();
    const load = async () => {
      loads += 1;
      return keytar;
    };
    const { keychain } = open({ load });
    expect(loads).toBe(0);
    await Promise.all([keychain.read("x"), keychain.read("y"), keychain.entries("z")]);
    expect(loads).toBe(1);
  });
});

/** It contains a login, but reports no such item. */
function openLocked(): ReturnType<typeof open> {
  const opened = open();
  opened.keytar.items.set(SERVICE, new Map([["login:ghcr.io", "hunter2"]]));
  opened.keytar.state = "locked";
  return opened;
}

async function loadNothing(): Promise<never> {
  throw new Error("libsecret-1.so.0: cannot open shared object file: No such file or directory");
}

describe("a locked keychain that reports no such item", () => {
  it.each(CALLS)("fails as locked when %s", async (_title, call) => {
    expect(await failureOf(() => call(openLocked().keychain))).toEqual({
      code: "keychain-locked",
      message: "the keychain is locked",
    });
  });

  it("fails with the platform's way to unlock it", async () => {
    await expect(openLocked().keychain.read("login:ghcr.io")).rejects.toMatchObject({
      hint: "unlock it like this",
    });
  });

  it("is never searched, because that would crash the process", async () => {
    const { keytar, keychain } = openLocked();
    await failureOf(() => keychain.entries("login:"));
    expect(keytar.calls).not.toContain("find");
  });

  it("works once it is unlocked", async () => {
    const { keytar, keychain } = openLocked();
    await failureOf(() => keychain.read("login:ghcr.io"));
    keytar.state = "unlocked";
    expect(textOf(await keychain.read("login:ghcr.io"))).toBe("hunter2");
  });

  it("fails as locked if it was locked after the check item was written", async () => {
    const { keytar, keychain } = open();
    await keychain.write("login:ghcr.io", new Secret("hunter2"));
    keytar.state = "locked";
    const { keychain: again } = open({ load: async () => keytar });
    expect(await failureOf(() => again.read("login:ghcr.io"))).toMatchObject({ code: "keychain-locked" });
  });
});

describe("the check item", () => {
  it("is written before a search", async () => {
    const { keytar, keychain } = open();
    await keychain.entries("login:");
    expect(keytar.calls).toEqual(["get check", "set check", "find"]);
  });

  it("is only read if it exists", async () => {
    const { keytar, keychain } = open();
    keytar.items.set(SERVICE, new Map([["check", "unlocked"]]));
    await keychain.entries("login:");
    expect(keytar.calls).toEqual(["get check", "find"]);
  });

  it("is read once", async () => {
    const { keytar, keychain } = open();
    await keychain.read("x");
    await keychain.read("y");
    await keychain.entries("z");
    expect(keytar.calls.filter((call) => call.endsWith("check"))).toEqual(["get check", "set check"]);
  });

  it("is not read for a name that is found", async () => {
    const { keytar, keychain } = open();
    keytar.items.set(SERVICE, new Map([["x", "there"]]));
    await keychain.read("x");
    expect(keytar.calls).toEqual(["get x"]);
  });

  it("is not used on platforms that report a locked keychain", async () => {
    const { keytar, keychain } = open({ mayHideLocked: false });
    await keychain.read("x");
    await keychain.entries("x");
    expect(keytar.calls).toEqual(["get x", "find"]);
  });
});

describe("a keychain that does not respond", () => {
  it.each(CALLS)("times out when %s", async (_title, call) => {
    const { keytar, keychain } = open({ deadlineMs: 10 });
    keytar.state = "silent";
    expect(await failureOf(() => call(keychain))).toEqual({
      code: "keychain-silent",
      message: "the keychain did not respond within 0.01 s",
    });
  });

  it("is not asked a second time", async () => {
    const { keytar, keychain } = open({ deadlineMs: 10 });
    keytar.state = "silent";
    await failureOf(() => keychain.read("x"));
    expect(await failureOf(() => keychain.read("y"))).toMatchObject({ code: "keychain-silent" });
    expect(keytar.calls).toEqual(["get x"]);
  });

  it("leaves a pending call, and one that responds does not", async () => {
    const { keytar, keychain, pendingCalls } = open({ deadlineMs: 10 });
    await keychain.read("x");
    expect(pendingCalls.count).toBe(0);
    keytar.state = "silent";
    await failureOf(() => keychain.read("x"));
    expect(pendingCalls.count).toBe(1);
  });
});

describe("a keychain that fails", () => {
  it.each([
    [LOCKED_MESSAGE, "keychain-locked", "the keychain is locked"],
    ["User interaction is not allowed.", "keychain-locked", "the keychain is locked"],
    ["The prompt was dismissed", "keychain-locked", "the keychain is locked"],
    [
      "Cannot autolaunch D-Bus without X11 $DISPLAY",
      "keychain-missing",
      "there is no keychain in this session",
    ],
    ["Could not connect: Connection refused", "keychain-missing", "there is no keychain in this session"],
    [
      "The name org.freedesktop.secrets was not provided by any .service files",
      "keychain-missing",
      "there is no keychain in this session",
    ],
    [
      "Could not connect: No such file or directory",
      "keychain-missing",
      "there is no keychain in this session",
    ],
    [
      "Object does not exist at path “/org/freedesktop/secrets”",
      "keychain-missing",
      "there is no keychain in this session",
    ],
    [
      "Process org.freedesktop.secrets exited with status 1",
      "keychain-missing",
      "there is no keychain in this session",
    ],
    ["An unknown error occurred", "keychain-failed", "the keychain failed"],
    ["the clock is blocked", "keychain-failed", "the keychain failed"],
    ["", "keychain-failed", "the keychain failed"],
  ])("with the message %j fails as %s", async (words, code, message) => {
    const { keytar, keychain } = open();
    keytar.state = new Error(words);
    expect(await failureOf(() => keychain.read("x"))).toEqual({ code, message });
  });

  it.each(CALLS)("never counts as empty when %s", async (_title, call) => {
    const { keytar, keychain } = open();
    keytar.state = new Error("An unknown error occurred");
    expect(await failureOf(() => call(keychain))).toMatchObject({ code: "keychain-failed" });
  });

  it("has the platform's error as its cause", async () => {
    const { keytar, keychain } = open();
    keytar.state = new Error("An unknown error occurred");
    await expect(keychain.read("x")).rejects.toMatchObject({ cause: keytar.state });
  });

  it("leaves no pending call", async () => {
    const { keytar, keychain, pendingCalls } = open();
    keytar.state = new Error("An unknown error occurred");
    await failureOf(() => keychain.read("x"));
    expect(pendingCalls.count).toBe(0);
  });

  it("that cannot be loaded is missing", async () => {
    expect(await failureOf(() => open({ load: loadNothing }).keychain.read("x"))).toEqual({
      code: "keychain-missing",
      message: "the keychain's library cannot be loaded",
    });
  });
});
