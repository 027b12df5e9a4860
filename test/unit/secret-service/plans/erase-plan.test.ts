import { expect, it } from "vitest";
import { IS_LOCKED } from "../../../../src/secret-service/failures.ts";
import { FakeSecretDaemon } from "../../../support/fakes/secret-daemon.ts";
import { contentsOf, erase, ITEM, run } from "./plan-bench.ts";

it("erases the name's items from every collection", () => {
  const daemon = new FakeSecretDaemon();
  const keyring = daemon.add("login");
  daemon.put(keyring, ITEM, "1");
  daemon.put(keyring, ["account", "other"], "2");
  daemon.put(daemon.add("second"), ITEM, "3");
  const { state, erased } = run(erase(), daemon);
  expect([state, erased, contentsOf(daemon)]).toEqual(["done", 2, ["login: 2"]]);
});

it("erases the open items and is then 'locked' if one stays locked", () => {
  const daemon = new FakeSecretDaemon();
  daemon.put(daemon.add("login"), ITEM, "open");
  daemon.put(daemon.add("second", { isLocked: true }), ITEM, "locked");
  const { state, error, erased } = run(erase(), daemon);
  expect([state, error, erased]).toEqual(["locked", IS_LOCKED, 1]);
  expect(contentsOf(daemon)).toEqual(["second: locked"]);
});

it("erases the open items even if the daemon cannot unlock the others", () => {
  const daemon = new FakeSecretDaemon();
  daemon.put(daemon.add("login"), ITEM, "open");
  daemon.put(daemon.add("second", { isLocked: true }), ITEM, "locked");
  daemon.errors.set("Unlock", ["org.freedesktop.DBus.Error.Failed", "broken"]);
  const { state, error, text } = run(erase(), daemon);
  expect([state, error, text]).toEqual(["failed", "org.freedesktop.DBus.Error.Failed", "broken"]);
  expect(contentsOf(daemon)).toEqual(["second: locked"]);
});

it("erases a locked item after it is unlocked", () => {
  const daemon = new FakeSecretDaemon();
  daemon.put(daemon.add("login", { isLocked: true, unlocking: "prompt" }), ITEM, "locked");
  expect([run(erase(), daemon).state, contentsOf(daemon)]).toEqual(["done", []]);
});

it("erases by prompts that end without a person, as in KeePassXC", () => {
  const daemon = new FakeSecretDaemon({ hasSession: false, changesByPrompt: true });
  daemon.put(daemon.add("login"), ITEM, "1");
  expect([run(erase(), daemon).state, contentsOf(daemon)]).toEqual(["done", []]);
});

it("is 'none' if another process erases the item first", () => {
  const daemon = new FakeSecretDaemon();
  const { path } = daemon.put(daemon.add("login"), ITEM, "1");
  daemon.beforeCall = (member) => {
    if (member === "Delete") daemon.remove(path);
  };
  expect(run(erase(), daemon).state).toBe("none");
});
