import { expect, it } from "vitest";
import { attributesOf, attributesOfAll } from "../../../../src/secret-service/attributes.ts";
import { ListPlan } from "../../../../src/secret-service/plans/list-plan.ts";
import { FakeSecretDaemon } from "../../../support/fakes/secret-daemon.ts";
import { list, run } from "./plan-bench.ts";

const accountsOf = (daemon: FakeSecretDaemon): readonly string[] =>
  run(list(), daemon).values.map(({ account, bytes }) => `${account}=${Buffer.from(bytes).toString()}`);

it("lists the values of all collections by account, with one call for the values", () => {
  const daemon = new FakeSecretDaemon();
  daemon.put(daemon.add("login"), attributesOf("login:a"), "1");
  daemon.put(daemon.add("second"), attributesOf("login:bü"), "2");
  daemon.put(daemon.add("third"), ["account", "x", "service", "other"], "3");
  expect(accountsOf(daemon)).toEqual(["login:a=1", "login:bü=2"]);
  expect(daemon.called.filter((member) => member.startsWith("GetSecret"))).toEqual(["GetSecrets"]);
});

it("lists what is open and counts what is locked", () => {
  const daemon = new FakeSecretDaemon();
  daemon.put(daemon.add("login"), attributesOf("login:a"), "1");
  const second = daemon.add("second", { isLocked: true });
  daemon.put(second, attributesOf("login:b"), "2");
  daemon.put(second, attributesOf("login:c"), "3");
  const { state, values, lockedItems, lockedCollections } = run(list(), daemon);
  expect([state, values.length, lockedItems]).toEqual(["found", 1, 2]);
  expect(lockedCollections).toEqual([second.path]);
});

it("lists the newest value of an account first", () => {
  const daemon = new FakeSecretDaemon();
  daemon.put(daemon.add("login"), attributesOf("login:a"), "old", 5);
  daemon.put(daemon.add("second"), attributesOf("login:a"), "new", 6);
  expect(accountsOf(daemon)).toEqual(["login:a=new", "login:a=old"]);
});

it("asks for no attributes if the values tell their accounts", () => {
  const daemon = new FakeSecretDaemon();
  const keyring = daemon.add("login");
  daemon.put(keyring, attributesOf("login:a"), "login:a");
  daemon.put(keyring, attributesOf("login:b"), "?");
  const plan = new ListPlan(attributesOfAll(), true, (bytes) => {
    const text = Buffer.from(bytes).toString();
    return text === "?" ? "" : text;
  });
  expect(run(plan, daemon).values.map(({ account }) => account)).toEqual(["login:a", "login:b"]);
  // The collections, their locks, and the attributes of one item.
  expect(daemon.called.filter((member) => member === "Get")).toHaveLength(1 + 2 + 1);
});

it("leaves out an item that another process erases while it is listed", () => {
  const daemon = new FakeSecretDaemon();
  const keyring = daemon.add("login");
  daemon.put(keyring, attributesOf("login:a"), "1");
  const { path } = daemon.put(keyring, attributesOf("login:b"), "2");
  let isListed = false;
  daemon.beforeCall = (member) => {
    if (isListed) daemon.remove(path);
    isListed ||= member === "GetSecrets";
  };
  expect(accountsOf(daemon)).toEqual(["login:a=1"]);
});

it("lists a thousand items", () => {
  const daemon = new FakeSecretDaemon();
  const keyring = daemon.add("login");
  const names = Array.from({ length: 1000 }, (_, i) => `login:${i}`);
  for (const name of names) daemon.put(keyring, attributesOf(name), name);
  expect(accountsOf(daemon)).toEqual(names.map((name) => `${name}=${name}`));
});
