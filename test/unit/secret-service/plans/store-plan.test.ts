import { describe, expect, it } from "vitest";
import { attributesOf, labelOf } from "../../../../src/secret-service/attributes.ts";
import { IS_LOCKED } from "../../../../src/secret-service/failures.ts";
import { FakeSecretDaemon } from "../../../support/fakes/secret-daemon.ts";
import { contentsOf, ITEM, NAME, read, run, store, textsOf } from "./plan-bench.ts";

it("creates an item as keytar and libsecret do", () => {
  const daemon = new FakeSecretDaemon();
  const keyring = daemon.add("login");
  const { state, created } = run(store("välue"), daemon);
  expect([state, created]).toEqual(["done", 1]);
  expect(keyring.items).toEqual([
    expect.objectContaining({
      label: "docker-credential-docr/login:ghcr.io",
      attributes: {
        account: "login:ghcr.io",
        service: "docker-credential-docr",
        "xdg:schema": "org.freedesktop.Secret.Generic",
      },
      contentType: "text/plain",
    }),
  ]);
  expect(labelOf(NAME)).toBe("docker-credential-docr/login:ghcr.io");
  expect(textsOf(run(read(), daemon))).toEqual(["välue"]);
});

it("changes an existing item in place, without CreateItem", () => {
  const daemon = new FakeSecretDaemon();
  daemon.put(daemon.add("login"), ITEM, "old");
  expect([run(store(), daemon).changed, contentsOf(daemon)]).toEqual([1, ["login: new"]]);
  expect(daemon.called).not.toContain("CreateItem");
});

it("leaves one item, in the default collection if it has one, and the others' in place", () => {
  const daemon = new FakeSecretDaemon();
  daemon.put(daemon.add("login"), ITEM, "old");
  const second = daemon.add("second");
  daemon.put(second, ITEM, "older");
  daemon.put(second, ["account", "other"], "foreign");
  daemon.defaultCollection = second.path;
  expect([run(store(), daemon).erased, contentsOf(daemon)]).toEqual([1, ["second: new", "second: foreign"]]);
});

it("changes the item of another collection if the default one has none", () => {
  const daemon = new FakeSecretDaemon();
  daemon.add("login");
  daemon.put(daemon.add("second"), ITEM, "old");
  run(store(), daemon);
  expect(contentsOf(daemon)).toEqual(["second: new"]);
});

it("stores beside an item that is locked in another collection, and the new value is then read", () => {
  const daemon = new FakeSecretDaemon();
  daemon.add("login");
  daemon.put(daemon.add("second", { isLocked: true }), ITEM, "old");
  expect(run(store(), daemon).state).toBe("done");
  expect([contentsOf(daemon), textsOf(run(read(), daemon))]).toEqual([
    ["login: new", "second: old"],
    ["new"],
  ]);
});

it("has nowhere to store without a default collection", () => {
  const daemon = new FakeSecretDaemon();
  expect(run(store(), daemon).state).toBe("no-default");
});

it("creates and deletes by prompts that end without a person, as in KeePassXC", () => {
  const daemon = new FakeSecretDaemon({ hasSession: false, changesByPrompt: true });
  const first = daemon.add("login");
  daemon.put(daemon.add("second"), ["account", "other"], "foreign");
  expect([run(store("1"), daemon).created, contentsOf(daemon)]).toEqual([1, ["login: 1", "second: foreign"]]);
  daemon.put(first, ITEM, "twice");
  run(store("2"), daemon);
  expect(contentsOf(daemon)).toEqual(["login: 2", "second: foreign"]);
});

describe("a collection that locks itself meanwhile", () => {
  it.each(["SetSecret", "CreateItem"])("before %s is unlocked first", (member) => {
    const daemon = new FakeSecretDaemon();
    const keyring = daemon.add("login");
    if (member === "SetSecret") daemon.put(keyring, ITEM, "old");
    daemon.errors.set(member, [IS_LOCKED, ""]);
    daemon.beforeCall = (called) => {
      if (called === "Unlock") daemon.errors.clear();
    };
    expect([run(store(), daemon).state, contentsOf(daemon)]).toEqual(["done", ["login: new"]]);
  });
});

it("creates the item again if another process erases it before it is changed", () => {
  const daemon = new FakeSecretDaemon();
  const { path } = daemon.put(daemon.add("login"), ITEM, "old");
  daemon.beforeCall = (member) => {
    if (member === "SetSecret") daemon.remove(path);
  };
  expect([run(store(), daemon).created, contentsOf(daemon)]).toEqual([1, ["login: new"]]);
});

describe("obsolete items", () => {
  const OLD = attributesOf("old");

  it.each([false, true])("are deleted once the value is stored (by prompts: %s)", (changesByPrompt) => {
    for (const exists of [true, false]) {
      const daemon = new FakeSecretDaemon({ changesByPrompt, hasSession: !changesByPrompt });
      const keyring = daemon.add("login");
      if (exists) daemon.put(keyring, ITEM, "former");
      daemon.put(keyring, OLD, "old");
      daemon.put(daemon.add("second"), OLD, "older");
      const { state, erased } = run(store("new", [OLD, attributesOf("other")]), daemon);
      expect([state, erased, contentsOf(daemon)]).toEqual(["done", 2, ["login: new"]]);
    }
  });

  it("stay if they are locked or cannot be deleted, and the value is stored", () => {
    const daemon = new FakeSecretDaemon();
    const keyring = daemon.add("login");
    daemon.put(daemon.add("second", { isLocked: true }), OLD, "older");
    expect([run(store("new", [OLD]), daemon).state, keyring.items.length]).toEqual(["done", 1]);
    daemon.put(keyring, OLD, "old");
    daemon.errors.set("Delete", ["org.freedesktop.DBus.Error.Failed", ""]);
    expect([run(store("new", [OLD]), daemon).state, keyring.items.length]).toEqual(["done", 2]);
  });

  it("do not make the store fail if the daemon does not answer their deletion", () => {
    const daemon = new FakeSecretDaemon();
    const keyring = daemon.add("login");
    daemon.put(keyring, OLD, "old");
    const answer = daemon.answer.bind(daemon);
    daemon.answer = (call) => (call.member === "Delete" ? undefined : answer(call));
    expect([run(store("new", [OLD]), daemon).state, keyring.items.length]).toEqual(["done", 2]);
  });
});
