import { expect, it } from "vitest";
import { DescribePlan } from "../../../../src/secret-service/plans/describe-plan.ts";
import { converse } from "../../../support/fakes/converse.ts";
import { FakeSecretBus } from "../../../support/fakes/secret-bus.ts";
import { FakeSecretDaemon } from "../../../support/fakes/secret-daemon.ts";

it("describes the daemon and its collections, and changes nothing", () => {
  const daemon = new FakeSecretDaemon({ hasSession: false });
  const login = daemon.add("login");
  const second = daemon.add("second", { isLocked: true });
  const plan = new DescribePlan();
  converse(plan, new FakeSecretBus(daemon));
  expect(plan.description).toEqual({
    state: "found",
    error: "",
    text: "",
    owner: ":1.7",
    processId: 4711,
    collections: [
      { path: login.path, label: "login ü", isLocked: false, isDefault: true },
      { path: second.path, label: "second ü", isLocked: true, isDefault: false },
    ],
  });
  expect(new Set(daemon.called)).toEqual(new Set(["Get", "ReadAlias"]));
});

it("says that there is no Secret Service", () => {
  const plan = new DescribePlan();
  converse(plan, new FakeSecretBus(undefined));
  expect([plan.description.state, plan.description.text]).toEqual(["missing", "no such name"]);
});
