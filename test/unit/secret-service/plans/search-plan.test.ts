/** What every plan does before its work: collections, locks, prompts, errors. */
import { describe, expect, it } from "vitest";
import { IS_LOCKED } from "../../../../src/secret-service/failures.ts";
import { converse } from "../../../support/fakes/converse.ts";
import { FakeSecretBus } from "../../../support/fakes/secret-bus.ts";
import { FakeSecretDaemon, type Habits } from "../../../support/fakes/secret-daemon.ts";
import { erase, ITEM, list, NAME, read, run, store, textsOf } from "./plan-bench.ts";

const KEEPASSXC: Partial<Habits> = { hasSession: false, waitsWhileLocked: true, changesByPrompt: true };
const KWALLET: Partial<Habits> = { hasSession: false, sessionOutput: "ay" };
const OO7: Partial<Habits> = { findsLocked: false };

/** A daemon whose default collection, with one item, is locked. */
function lockedDaemon(
  habits: Partial<Habits>,
  unlocking: "silent" | "prompt" | "dismissed",
): FakeSecretDaemon {
  const daemon = new FakeSecretDaemon(habits);
  daemon.put(daemon.add("login", { isLocked: true, unlocking }), ITEM, "value");
  return daemon;
}

describe.each([
  ["gnome-keyring", {}],
  ["KeePassXC", KEEPASSXC],
  ["KWallet", KWALLET],
  ["oo7", OO7],
])("with a daemon like %s", (_name, habits: Partial<Habits>) => {
  it("a stored value is found", () => {
    const daemon = new FakeSecretDaemon(habits);
    daemon.put(daemon.add("login"), ITEM, "value");
    expect([run(read(), daemon).state, textsOf(run(read(), daemon))]).toEqual(["found", ["value"]]);
    expect(daemon.called).not.toContain("Unlock");
  });

  it("a missing item is 'none' if nothing is locked", () => {
    const daemon = new FakeSecretDaemon(habits);
    daemon.put(daemon.add("login"), ["account", "other"], "value");
    expect([run(read(), daemon).state, run(erase(), daemon).state, run(list(), daemon).state]).toEqual([
      "none",
      "none",
      "none",
    ]);
  });

  it("an item in a locked default collection is 'locked' if a person dismisses the prompt", () => {
    for (const plan of [read(), list(), erase(), store()]) {
      const daemon = lockedDaemon(habits, "dismissed");
      const { state, error, lockedCollections } = run(plan, daemon);
      expect([state, error]).toEqual(["locked", IS_LOCKED]);
      expect(lockedCollections).toEqual([daemon.defaultCollection]);
    }
  });

  it("a collection that opens without a password is unlocked without a prompt", () => {
    const daemon = lockedDaemon(habits, "silent");
    expect(textsOf(run(read(false), daemon))).toEqual(["value"]);
    expect(daemon.called).not.toContain("Prompt");
  });

  it("a prompt is shown once, and the item is then found", () => {
    const daemon = lockedDaemon(habits, "prompt");
    expect(textsOf(run(read(), daemon))).toEqual(["value"]);
    expect(daemon.called.filter((member) => member === "Prompt")).toHaveLength(1);
  });

  it("no prompt is shown if the plan may not", () => {
    const daemon = lockedDaemon(habits, "prompt");
    expect(run(read(false), daemon).state).toBe("locked");
    expect(daemon.called).not.toContain("Prompt");
  });

  it("an open item wins over a locked one", () => {
    const daemon = new FakeSecretDaemon(habits);
    daemon.put(daemon.add("login"), ITEM, "open");
    daemon.put(daemon.add("second", { isLocked: true }), ITEM, "locked");
    expect(textsOf(run(read(), daemon))).toEqual(["open"]);
    expect(daemon.called).not.toContain("Unlock");
  });
});

it("an item in a locked second collection is 'locked', never 'none'", () => {
  for (const habits of [{}, KEEPASSXC, KWALLET]) {
    const daemon = new FakeSecretDaemon(habits);
    daemon.add("login");
    daemon.put(daemon.add("second", { isLocked: true }), ITEM, "value");
    expect(run(read(), daemon).state).toBe("locked");
    expect(run(erase(), daemon).state).toBe("locked");
  }
});

it("a missing item is 'none' beside a locked collection whose other items gnome-keyring finds", () => {
  const daemon = new FakeSecretDaemon();
  daemon.put(daemon.add("login", { isLocked: true }), ["account", "other"], "value");
  expect(run(read(), daemon).state).toBe("none");
  expect(daemon.called).not.toContain("Unlock");
});

it("at most two prompts are shown", () => {
  const daemon = new FakeSecretDaemon();
  const keyring = daemon.add("login", { isLocked: true, unlocking: "prompt" });
  daemon.put(keyring, ITEM, "value");
  daemon.beforeCall = (member) => {
    if (member === "SearchItems") keyring.isLocked = true;
  };
  expect(run(read(), daemon).state).toBe("locked");
  expect(daemon.called.filter((member) => member === "Prompt")).toHaveLength(2);
});

it("without a collection there is no default", () => {
  for (const plan of [read(), store()])
    expect(run(plan, new FakeSecretDaemon({ hasSession: false })).state).toBe("no-default");
});

it("without a Secret Service the keychain is missing", () => {
  const plan = read();
  converse(plan, new FakeSecretBus(undefined));
  expect([plan.outcome.state, plan.outcome.error]).toEqual([
    "missing",
    "org.freedesktop.DBus.Error.ServiceUnknown",
  ]);
});

it("a daemon that refuses unencrypted sessions is unsupported", () => {
  expect(run(read(), new FakeSecretDaemon({ refusesPlain: true })).state).toBe("unsupported");
});

it("a daemon that does not answer is silent", () => {
  const daemon = new FakeSecretDaemon({ waitsWhileLocked: true });
  for (const collection of daemon.collections) collection.isLocked = true;
  expect(run(read(), daemon).state).toBe("silent");
});

it.each([
  ["Get", "org.freedesktop.DBus.Error.Spawn.ChildExited", "missing"],
  ["Get", "org.freedesktop.DBus.Error.NameHasNoOwner", "missing"],
  ["Get", "org.freedesktop.DBus.Error.NoReply", "failed"],
  ["SearchItems", IS_LOCKED, "locked"],
  ["OpenSession", "org.freedesktop.DBus.Error.Failed", "failed"],
  ["GetSecret", "org.freedesktop.Secret.Error.NoSession", "failed"],
])("an error of %s with the name %s is '%s', with the daemon's text", (member, name, state) => {
  const daemon = new FakeSecretDaemon();
  daemon.put(daemon.add("login"), ITEM, "value");
  daemon.errors.set(member, [name, "Das Schlüsselbund\nist weg"]);
  const outcome = run(read(), daemon);
  expect([outcome.state, outcome.error, outcome.text]).toEqual([state, name, "Das Schlüsselbund ist weg"]);
});

it("the text of an error is cut to 200 characters", () => {
  const daemon = new FakeSecretDaemon();
  daemon.errors.set("Get", ["org.freedesktop.DBus.Error.Failed", "x".repeat(5000)]);
  expect(run(read(), daemon).text).toBe("x".repeat(200));
});

describe("an item that another process erases", () => {
  it("before it is read is searched again, and found if it is stored again", () => {
    const daemon = new FakeSecretDaemon();
    const keyring = daemon.add("login");
    const { path } = daemon.put(keyring, ITEM, "old");
    daemon.beforeCall = (member) => {
      if (member !== "GetSecret" || keyring.items[0]?.path !== path) return;
      daemon.remove(path);
      daemon.put(keyring, ITEM, "new");
    };
    expect(textsOf(run(read(), daemon))).toEqual(["new"]);
  });

  it("is 'none' if it stays away", () => {
    const daemon = new FakeSecretDaemon();
    const { path } = daemon.put(daemon.add("login"), ITEM, "old");
    daemon.beforeCall = (member) => {
      if (member === "GetSecret") daemon.remove(path);
    };
    expect(run(read(), daemon).state).toBe("none");
  });

  const gone = ["UnknownMethod", "UnknownInterface", "UnknownObject", "InvalidArgs"];
  it.each(gone)("five times, with %s, is 'failed'", (name) => {
    const daemon = new FakeSecretDaemon();
    daemon.put(daemon.add("login"), ITEM, NAME);
    daemon.errors.set("GetSecret", [`org.freedesktop.DBus.Error.${name}`, ""]);
    expect(run(read(), daemon).state).toBe("failed");
    expect(daemon.called.filter((member) => member === "SearchItems")).toHaveLength(5);
  });
});

it("a prompt that another program's prompt made unnecessary is no refusal: the lock is looked at again", () => {
  for (const isOpen of [true, false]) {
    const daemon = new FakeSecretDaemon({ hasSession: false });
    const wallet = daemon.add("kdewallet", { isLocked: true, unlocking: "prompt" });
    daemon.put(wallet, ITEM, "value");
    daemon.errors.set("Prompt", ["org.freedesktop.DBus.Error.UnknownObject", "no such object"]);
    daemon.beforeCall = (member) => {
      if (member === "Prompt" && isOpen) wallet.isLocked = false;
    };
    expect(run(read(), daemon).state).toBe(isOpen ? "found" : "locked");
    expect(daemon.called.filter((member) => member === "Prompt")).toHaveLength(isOpen ? 1 : 2);
  }
});
