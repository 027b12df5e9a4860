import { describe, expect, it } from "vitest";
import type { SecretStore } from "../../../../src/core/secret-store.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { createKeytarKeychain, type KeytarOptions } from "../../../../src/stores/keychain/keytar-keychain.ts";
import { createPendingCalls } from "../../../../src/system/pending-calls.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { createFakeKeytar } from "../../../support/fakes/fake-keytar.ts";

function open(options: Partial<KeytarOptions> = {}) {
  const keytar = createFakeKeytar();
  const pendingCalls = createPendingCalls();
  const usual = { load: async () => keytar, platform: "darwin", deadlineMs: 5_000, pendingCalls };
  return { keytar, pendingCalls, keychain: createKeytarKeychain({ ...usual, ...options }) };
}

const textOf = (secret: Secret | undefined): string | undefined => secret?.reveal();

/** One call of each kind. */
const CALLS: readonly (readonly [title: string, call: (keychain: SecretStore) => Promise<unknown>])[] = [
  ["reading", (keychain) => keychain.read("login:ghcr.io")],
  ["writing", (keychain) => keychain.write("login:ghcr.io", new Secret("hunter2"))],
  ["erasing", (keychain) => keychain.erase("login:ghcr.io")],
  ["searching", (keychain) => keychain.entries("login:")],
];

describe("keytar's keychain", () => {
  it("stores values under docr's own service", async () => {
    const { keytar, keychain } = open();
    await keychain.write("login:ghcr.io", new Secret("hunter2"));
    expect(textOf(await keychain.read("login:ghcr.io"))).toBe("hunter2");
    expect([...keytar.items]).toEqual([["docker-credential-docr", new Map([["login:ghcr.io", "hunter2"]])]]);
  });

  it("reports missing names when reading and erasing", async () => {
    const { keychain } = open();
    expect(await keychain.read("x")).toBeUndefined();
    await keychain.write("x", new Secret("one"));
    await keychain.write("x", new Secret("two"));
    expect(textOf(await keychain.read("x"))).toBe("two");
    expect([await keychain.erase("x"), await keychain.erase("x")]).toEqual([true, false]);
    expect(await keychain.read("x")).toBeUndefined();
  });

  it("finds the names with a prefix, with their values", async () => {
    const { keychain } = open();
    for (const name of ["login:a", "login:b", "logins", "api-token:default"]) {
      await keychain.write(name, new Secret(name));
    }
    const found = await keychain.entries("login:");
    expect([...found].map(([name, value]) => [name, value.reveal()])).toEqual([
      ["login:a", "login:a"],
      ["login:b", "login:b"],
    ]);
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

  it("is missing if keytar cannot be loaded", async () => {
    const absent = new Error("libsecret-1.so.0: cannot open shared object file: No such file or directory");
    const { keychain } = open({ load: () => Promise.reject(absent) });
    expect(await failureOf(() => keychain.read("x"))).toEqual({
      code: "keychain-missing",
      message: "the keychain's library cannot be loaded",
    });
  });
});

describe("keytar's keychain that does not respond", () => {
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

async function codeOn(platform: string, words: string): Promise<string> {
  const { keytar, keychain } = open({ platform });
  keytar.state = new Error(words);
  return (await failureOf(() => keychain.read("x"))).code;
}

describe("keytar's keychain that fails", () => {
  it.each(CALLS)("never counts as empty when %s", async (_title, call) => {
    const { keytar, keychain } = open();
    keytar.state = new Error("An unknown error occurred");
    expect(await failureOf(() => call(keychain))).toEqual({
      code: "keychain-failed",
      message: "the keychain failed: An unknown error occurred",
    });
  });

  it("is locked only by macOS's own message", async () => {
    expect(await codeOn("darwin", "User interaction is not allowed.")).toBe("keychain-locked");
    expect(await codeOn("darwin", "The lock is broken")).toBe("keychain-failed");
    expect(await codeOn("linux", "Cannot create an item in a locked collection")).toBe("keychain-failed");
  });

  it("shows the platform's message on one line, at most 200 characters of it, and has it as its cause", async () => {
    const { keytar, keychain } = open();
    keytar.state = new Error(`a\nb\u001b[31m${"x".repeat(1_000)}`);
    const failure = await failureOf(() => keychain.read("x"));
    expect(failure.message).toMatch(/^the keychain failed: a\?b\?\[31mx{190,194}$/);
    await expect(keychain.read("x")).rejects.toMatchObject({ cause: keytar.state });
  });

  it("leaves no pending call", async () => {
    const { keytar, keychain, pendingCalls } = open();
    keytar.state = new Error("An unknown error occurred");
    await failureOf(() => keychain.read("x"));
    expect(pendingCalls.count).toBe(0);
  });
});
