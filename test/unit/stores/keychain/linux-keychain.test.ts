import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SecretStore } from "../../../../src/core/secret-store.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { createLocks } from "../../../../src/system/locks.ts";
import {
  createLinuxKeychain,
  type LinuxKeychainOptions,
} from "../../../../src/stores/keychain/linux-keychain.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { NO_LOCKS } from "../../../support/fakes/no-locks.ts";
import { createMemoryStore, type MemoryStore } from "../../../support/fakes/memory-store.ts";
import { accessToBus } from "../../../support/bus-access.ts";
import { FakeKeychain } from "../../../support/fakes/fake-keychain.ts";
import type { FakeCollection } from "../../../support/fakes/secret-daemon.ts";

let folder: string;
let daemon: FakeKeychain;
let libsecret: MemoryStore;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "docr-lk-"));
  daemon = await start();
  libsecret = createMemoryStore();
});
afterEach(async () => {
  await daemon.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a daemon, on a bus of its own. */
function start(...options: ConstructorParameters<typeof FakeKeychain>): Promise<FakeKeychain> {
  return new FakeKeychain(...options).listen(join(folder, "bus"));
}

function open(options: Partial<LinuxKeychainOptions> = {}): SecretStore {
  return createLinuxKeychain({
    bus: accessToBus(join(folder, "bus")),
    timeouts: { machineMs: 2_000, personMs: undefined },
    readFacts: (value) => {
      const [name, storedAt] = value.reveal().split("@");
      return name?.startsWith("login:") ? { name, storedAt: Number(storedAt) } : undefined;
    },
    readDaemon: async () => "keepassxc",
    locks: NO_LOCKS,
    libsecret,
    ...options,
  });
}

const textOf = (secret: Secret | undefined): string | undefined => secret?.reveal();
const textsOf = async (keychain: SecretStore, prefix: string) =>
  [...(await keychain.entries(prefix))].map(([name, value]) => [name, value.reveal()] as const);

/** Opens the keychain as another process does. */
const openWithLocks = (): SecretStore =>
  open({
    locks: createLocks({
      folder: () => join(folder, "locks"),
      uid: process.getuid?.(),
      monotonicMs: () => performance.now(),
    }),
  });

const store = (keychain: SecretStore): Promise<void> => keychain.write("login:a", new Secret("value"));

/** One call of each kind. */
const CALLS: readonly (readonly [title: string, call: (keychain: SecretStore) => Promise<unknown>])[] = [
  ["reading", (keychain) => keychain.read("login:a")],
  ["writing", (keychain) => keychain.write("login:a", new Secret("new"))],
  ["erasing", (keychain) => keychain.erase("login:a")],
  ["searching", (keychain) => keychain.entries("login:")],
];

describe("an open keychain", () => {
  it("returns what it stored, replaces it, and reports missing names", async () => {
    const keychain = open();
    expect(await keychain.read("x")).toBeUndefined();
    await keychain.write("x", new Secret("one"));
    await keychain.write("x", new Secret("zwei ü"));
    expect(textOf(await keychain.read("x"))).toBe("zwei ü");
    expect([await keychain.erase("x"), await keychain.erase("x")]).toEqual([true, false]);
    expect(await keychain.read("x")).toBeUndefined();
  });

  it("reads the items that earlier versions stored with libsecret, and stores items that they read", async () => {
    daemon.store("api-token:default", "older");
    const keychain = open();
    expect(textOf(await keychain.read("api-token:default"))).toBe("older");
    await keychain.write("api-token:work", new Secret("newer"));
    const attributes = daemon.login.items.map((item) => item.attributes);
    expect(attributes).toEqual(
      ["api-token:default", "api-token:work"].map((account) => ({
        account,
        service: "docker-credential-docr",
        "xdg:schema": "org.freedesktop.Secret.Generic",
      })),
    );
  });

  it("finds the names with a prefix, with their values, by one search and one call for all values", async () => {
    for (const name of ["login:a", "login:b"]) daemon.store(name, `${name}@1`);
    expect(await textsOf(open(), "login:")).toEqual([
      ["login:a", "login:a@1"],
      ["login:b", "login:b@1"],
    ]);
    expect(daemon.called.filter((call) => ["SearchItems", "GetSecrets", "GetSecret"].includes(call))).toEqual(
      ["SearchItems", "GetSecrets"],
    );
  });

  it("neither lists nor keeps the items check and index of earlier versions", async () => {
    for (const name of ["check", "index", "login:a"]) daemon.store(name, "login:a@1");
    expect(await textsOf(open(), "login:")).toEqual([["login:a", "login:a@1"]]);
    await open().write("login:b", new Secret("login:b@1"));
    expect([...daemon.values().keys()]).toEqual(["login:a", "login:b"]);
  });

  it("takes an empty item for missing, because KWallet creates an item before it gives it its value", async () => {
    daemon.store("login:a", "");
    expect(await open().read("login:a")).toBeUndefined();
    expect(await textsOf(open(), "login:")).toEqual([]);
    daemon.store("login:a", "login:a@1", daemon.add("second"));
    expect(textOf(await open().read("login:a"))).toBe("login:a@1");
  });

  it("asks for the names that the values do not tell", async () => {
    daemon.store("api-token:work", "secret");
    daemon.store("login:a", "login:a@1");
    expect(await textsOf(open(), "api-token:")).toEqual([["api-token:work", "secret"]]);
  });
});

const searches = (): number => daemon.called.filter((call) => call === "SearchItems").length;

describe("a read while a listing is under way", () => {
  it("is answered by the listing", async () => {
    daemon.store("login:a", "login:a@1");
    const keychain = open();
    const [listed, found, missing] = await Promise.all([
      keychain.entries("login:"),
      keychain.read("login:a"),
      keychain.read("api-token:default"),
    ]);
    expect([listed.size, textOf(found), missing, searches()]).toEqual([1, "login:a@1", undefined, 1]);
    await keychain.read("login:a");
    expect(searches()).toBe(2);
  });

  it("asks the daemon if this process has changed something since, or if the name may be locked", async () => {
    daemon.store("login:a", "login:a@1");
    const keychain = open();
    const [, , found] = await Promise.all([
      keychain.entries("login:"),
      keychain.write("login:a", new Secret("login:a@2")),
      keychain.read("login:a"),
    ]);
    expect(textOf(found)).toBe("login:a@2");
    daemon.store("api-token:default", "locked away", daemon.add("work", { isLocked: true }));
    const [, token] = await Promise.all([
      keychain.entries("login:"),
      failureOf(() => keychain.read("api-token:default")),
    ]);
    expect(token.code).toBe("keychain-locked");
  });

  it("asks the daemon if the listing failed", async () => {
    const keychain = open();
    daemon.errors.set("GetSecrets", ["org.freedesktop.DBus.Error.Failed", "disk"]);
    daemon.store("login:a", "login:a@1");
    const [listed, found] = await Promise.all([
      failureOf(() => keychain.entries("login:")),
      keychain.read("login:a"),
    ]);
    expect([listed.code, textOf(found)]).toEqual(["keychain-failed", "login:a@1"]);
  });
});

describe("a keychain with two open keyrings", () => {
  let work: FakeCollection;

  beforeEach(() => {
    work = daemon.add("work");
    daemon.store("login:a", "login:a@1000");
    daemon.store("login:a", "login:a@2000", work);
  });

  it("returns the value that was stored last, by the time in the value, alike when reading and searching", async () => {
    expect(textOf(await open().read("login:a"))).toBe("login:a@2000");
    expect(await textsOf(open(), "login:")).toEqual([["login:a", "login:a@2000"]]);
  });

  it("has one item of a name after it was written, and none after it was erased", async () => {
    await open().write("login:a", new Secret("login:a@3000"));
    expect(daemon.collections.flatMap(({ items }) => items)).toHaveLength(1);
    expect(textOf(await open().read("login:a"))).toBe("login:a@3000");
    daemon.store("login:a", "login:a@1", work);
    expect(await open().erase("login:a")).toBe(true);
    expect(daemon.values().size).toBe(0);
  });

  it("returns what it stored after another keyring became the default one", async () => {
    const keychain = open();
    daemon.defaultCollection = work.path;
    await keychain.write("login:b", new Secret("login:b@1"));
    daemon.defaultCollection = daemon.login.path;
    await keychain.write("login:b", new Secret("login:b@2"));
    daemon.defaultCollection = work.path;
    expect(textOf(await keychain.read("login:b"))).toBe("login:b@2");
    expect(new Map(await textsOf(keychain, "login:b")).get("login:b")).toBe("login:b@2");
  });
});

describe("a keychain with a locked keyring", () => {
  let work: FakeCollection;

  beforeEach(() => {
    work = daemon.add("my_20work", { isLocked: true });
    daemon.store("login:a", "login:a@1", work);
    daemon.store("login:b", "login:b@1");
  });

  const LOCKED = { code: "keychain-locked", message: "the keychain is locked (collection my work)" };

  it("is locked for an item in it, and not for others", async () => {
    expect(await failureOf(() => open().read("login:a"))).toEqual(LOCKED);
    expect(await failureOf(() => open().erase("login:a"))).toEqual(LOCKED);
    expect(textOf(await open().read("login:b"))).toBe("login:b@1");
    expect(await open().read("login:c")).toBeUndefined();
    expect(await open().erase("login:c")).toBe(false);
    expect(daemon.values().get("login:a")).toBe("login:a@1");
  });

  it("erases the open items of the name before it reports the locked one", async () => {
    daemon.store("login:a", "login:a@2");
    expect(await failureOf(() => open().erase("login:a"))).toEqual(LOCKED);
    expect(daemon.values().get("login:a")).toBe("login:a@1");
  });

  it("lists the open items, and says that some are missing", async () => {
    const found = await open().entries("login:");
    expect([...found.keys()]).toEqual(["login:b"]);
    expect(found.incomplete?.message).toBe("a part of the keychain is locked (collection my work)");
  });

  it("stores a new value in the default keyring, which is then the one that is read", async () => {
    await open().write("login:a", new Secret("login:a@2"));
    expect(textOf(await open().read("login:a"))).toBe("login:a@2");
  });

  it("lists everything if the locked keyring has no item of docr's", async () => {
    work.items = [];
    expect((await open().entries("login:")).incomplete).toBeUndefined();
  });
});

/** Replaces the daemon with a locked one. */
async function startLocked(unlocking: FakeCollection["unlocking"]): Promise<void> {
  await daemon.close();
  daemon = await start({}, { isLocked: true, unlocking });
  daemon.store("login:a", "login:a@1");
}

it("a locked database of KeePassXC may have logins: the list is incomplete, and a missing name is locked", async () => {
  await daemon.close();
  daemon = await start({ hasSession: false });
  daemon.store("login:a", "login:a@1");
  daemon.add("work", { isLocked: true });
  const found = await open().entries("login:");
  expect([...found.keys()]).toEqual(["login:a"]);
  expect(found.incomplete?.message).toBe("a part of the keychain is locked (collection work)");
  expect((await failureOf(() => open().read("login:b"))).code).toBe("keychain-locked");
});

describe("a locked keychain", () => {
  it.each(CALLS)("fails when %s, with the way to unlock it", async (_title, call) => {
    await startLocked("dismissed");
    await expect(call(open())).rejects.toMatchObject({
      code: "keychain-locked",
      message: "the keychain is locked (collection login)",
      hint: "unlock it on the desktop: Passwords and Keys, KWallet or KeePassXC",
    });
  });

  it.each(CALLS)("works when %s if the user answers the prompt", async (_title, call) => {
    await startLocked("prompt");
    await call(open());
    expect(daemon.called).toContain("Prompt");
  });

  it.each(CALLS)("works without a prompt when %s if its password is empty", async (_title, call) => {
    await startLocked("silent");
    await call(open());
    expect(daemon.called).not.toContain("Prompt");
  });

  it("shows no second prompt after the user dismissed one", async () => {
    await startLocked("dismissed");
    const keychain = open();
    for (const [, call] of CALLS)
      expect((await failureOf(() => call(keychain))).code).toBe("keychain-locked");
    expect(daemon.called.filter((call) => call === "Prompt")).toHaveLength(1);
  });

  it("dismisses a prompt that no person answers, and is not asked again", async () => {
    await startLocked("unanswered");
    const keychain = open({ timeouts: { machineMs: 2_000, personMs: 50 } });
    expect(await failureOf(() => keychain.read("login:a"))).toEqual({
      code: "keychain-silent",
      message: "the keychain did not respond within 0.05 s: its prompt was not answered",
    });
    const calls = daemon.called.length;
    expect((await failureOf(() => keychain.read("login:a"))).code).toBe("keychain-silent");
    await expect.poll(() => daemon.called.at(-1)).toBe("Dismiss");
    expect(daemon.called.filter((call) => call !== "Dismiss")).toHaveLength(calls);
  });

  it("waits for a prompt only as long as for the daemon if no person can see one", async () => {
    await startLocked("unanswered");
    const keychain = open({ timeouts: { machineMs: 50, personMs: undefined } });
    expect((await failureOf(() => keychain.read("login:a"))).message).toBe(
      "the keychain did not respond within 0.05 s: its prompt was not answered",
    );
  });

  it("shows one prompt for several calls at once", async () => {
    await startLocked("prompt");
    const keychain = open();
    await Promise.all(CALLS.map(([, call]) => call(keychain)));
    expect(daemon.called.filter((call) => call === "Prompt")).toHaveLength(1);
  });
});

describe("a keychain that fails", () => {
  it.each(CALLS)("does not respond when %s, and is not asked again", async (_title, call) => {
    daemon.state = "silent";
    const keychain = open({ timeouts: { machineMs: 30, personMs: 10_000 } });
    const silent = { code: "keychain-silent", message: "the keychain did not respond within 0.03 s" };
    expect(await failureOf(() => call(keychain))).toEqual(silent);
    daemon.state = "usual";
    expect(await failureOf(() => call(keychain))).toEqual(silent);
  });

  it.each(CALLS)("is asked once more when %s if its daemon ended meanwhile", async (_title, call) => {
    daemon.store("login:a", "login:a@1");
    let failures = 1;
    daemon.beforeCall = (member) => {
      daemon.errors.clear();
      if (member !== "SearchItems" || failures === 0) return;
      failures -= 1;
      daemon.errors.set(member, ["org.freedesktop.DBus.Error.NoReply", "disconnected from message bus"]);
    };
    await call(open());
    failures = 2;
    expect(await failureOf(() => call(open()))).toEqual({
      code: "keychain-failed",
      message: "the keychain failed (org.freedesktop.DBus.Error.NoReply): disconnected from message bus",
    });
  });

  it("is missing without a session bus, and is asked again when there is one", async () => {
    const keychain = open();
    await daemon.close();
    const missing = {
      code: "keychain-missing",
      message: "there is no keychain in this session (no session bus)",
    };
    expect(await failureOf(() => keychain.read("x"))).toEqual(missing);
    daemon = await start();
    expect(await keychain.read("x")).toBeUndefined();
    expect(await failureOf(() => open({ bus: accessToBus() }).read("x"))).toEqual(missing);
  });

  it("fails if the bus closes the connection meanwhile", async () => {
    daemon.closesAt = "SearchItems";
    expect(await failureOf(() => open().read("x"))).toEqual({
      code: "keychain-failed",
      message: "the keychain failed: the session bus closed the connection",
    });
  });
});

describe("what the keychain leaves to libsecret", () => {
  it("is everything if the daemon refuses plain sessions", async () => {
    await daemon.close();
    daemon = await start({ refusesPlain: true });
    const keychain = open();
    await keychain.write("login:a", new Secret("one"));
    expect(textOf(await keychain.read("login:a"))).toBe("one");
    expect(await textsOf(keychain, "login:")).toEqual([["login:a", "one"]]);
    expect(await keychain.erase("login:a")).toBe(true);
    expect(libsecret.calls).toEqual(["write login:a", "read login:a", "entries login:", "erase login:a"]);
  });

  it("is a write if there is no default keyring, which libsecret then creates", async () => {
    daemon.defaultCollection = "/";
    const keychain = open();
    expect(await keychain.read("login:a")).toBeUndefined();
    await keychain.write("login:a", new Secret("one"));
    expect(libsecret.calls).toEqual(["write login:a"]);
  });
});

describe("a keychain without any collection", () => {
  beforeEach(() => {
    daemon.collections.length = 0;
    daemon.defaultCollection = "/";
  });

  it("is locked if other programs' items may be hidden, as in KeePassXC without an open database", async () => {
    for (const [title, call] of CALLS.filter(([one]) => one !== "writing")) {
      expect([title, await failureOf(() => call(open()))]).toEqual([
        title,
        { code: "keychain-locked", message: "the keychain has no open keyring, wallet or database" },
      ]);
    }
  });

  it("is empty if the daemon lists locked collections too, as KWallet does", async () => {
    const keychain = open({ readDaemon: async () => "kwalletd5" });
    expect(await keychain.read("login:a")).toBeUndefined();
    expect(await keychain.erase("login:a")).toBe(false);
    expect([...(await keychain.entries("login:"))]).toEqual([]);
  });
});

describe("a daemon without a session collection", () => {
  it("is changed by one process at a time: stores of one name make one item", async () => {
    await daemon.close();
    daemon = await start({ hasSession: false, changesByPrompt: true });
    await Promise.all(Array.from({ length: 4 }, () => store(openWithLocks())));
    expect(daemon.called.filter((member) => member === "CreateItem")).toHaveLength(1);
    await Promise.all(Array.from({ length: 4 }, () => openWithLocks().erase("login:a")));
    expect(daemon.called.filter((member) => member === "Delete")).toHaveLength(1);
  });

  it("is changed without a lock where there is no place for locks", async () => {
    await daemon.close();
    daemon = await start({ hasSession: false });
    await store(open());
    expect([...daemon.values().values()]).toEqual(["value"]);
  });

  it("is the only one whose changes use a lock", async () => {
    await store(openWithLocks());
    await openWithLocks().erase("login:a");
    expect(existsSync(join(folder, "locks"))).toBe(false);
  });
});
