import { expect, it } from "vitest";
import { IS_LOCKED } from "../../../../src/secret-service/failures.ts";
import { FakeSecretDaemon } from "../../../support/fakes/secret-daemon.ts";
import { ITEM, read, run, textsOf } from "./plan-bench.ts";

it("reads the newest of several values first", () => {
  const daemon = new FakeSecretDaemon();
  daemon.put(daemon.add("login"), ITEM, "old", 1_700_000_000);
  daemon.put(daemon.add("second"), ITEM, "new", 5_000_000_000);
  expect(textsOf(run(read(), daemon))).toEqual(["new", "old"]);
});

it("reads the default collection's value first if they are equally old", () => {
  const daemon = new FakeSecretDaemon();
  const first = daemon.add("login");
  const second = daemon.add("second");
  daemon.put(first, ITEM, "first", 7);
  daemon.put(second, ITEM, "second", 7);
  expect(textsOf(run(read(), daemon))).toEqual(["first", "second"]);
  daemon.defaultCollection = second.path;
  expect(textsOf(run(read(), daemon))).toEqual(["second", "first"]);
});

it("asks no times if there is one value", () => {
  const daemon = new FakeSecretDaemon();
  daemon.put(daemon.add("login"), ITEM, "value", 7);
  const { values } = run(read(), daemon);
  expect(values.map(({ modified }) => modified)).toEqual([0]);
});

it("finds an item by all of its attributes", () => {
  const daemon = new FakeSecretDaemon();
  daemon.put(daemon.add("login"), [...ITEM.slice(0, 2), "service", "other"], "foreign");
  expect(run(read(), daemon).state).toBe("none");
});

it("unlocks an item that turns out to be locked when it is read", () => {
  const daemon = new FakeSecretDaemon();
  daemon.put(daemon.add("login"), ITEM, "value");
  daemon.errors.set("GetSecret", [IS_LOCKED, ""]);
  daemon.beforeCall = (member) => {
    if (member === "Unlock") daemon.errors.clear();
  };
  expect(textsOf(run(read(), daemon))).toEqual(["value"]);
});

it("returns any bytes unchanged", () => {
  const daemon = new FakeSecretDaemon();
  const item = daemon.put(daemon.add("login"), ITEM, "");
  item.value = Uint8Array.from({ length: 256 }, (_, code) => code);
  expect(run(read(), daemon).values[0]?.bytes).toEqual(item.value);
});
