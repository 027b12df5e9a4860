import {
  attributesOf,
  attributesOfAll,
  type ItemAttributes,
  labelOf,
} from "../../../../src/secret-service/attributes.ts";
import type { SecretsOutcome } from "../../../../src/secret-service/outcome.ts";
import { ErasePlan } from "../../../../src/secret-service/plans/erase-plan.ts";
import { ListPlan } from "../../../../src/secret-service/plans/list-plan.ts";
import { ReadPlan } from "../../../../src/secret-service/plans/read-plan.ts";
import type { SearchPlan } from "../../../../src/secret-service/plans/search-plan.ts";
import { StorePlan } from "../../../../src/secret-service/plans/store-plan.ts";
import { converse } from "../../../support/fakes/converse.ts";
import { FakeSecretBus } from "../../../support/fakes/secret-bus.ts";
import type { FakeSecretDaemon } from "../../../support/fakes/secret-daemon.ts";

export const NAME = "login:ghcr.io";
export const ITEM = attributesOf(NAME);

export const read = (mayPrompt = true): SearchPlan => new ReadPlan(ITEM, mayPrompt);
export const list = (): SearchPlan => new ListPlan(attributesOfAll(), true, () => "");
export const store = (value = "new", obsolete: readonly ItemAttributes[] = []): SearchPlan =>
  new StorePlan(ITEM, labelOf(NAME), Buffer.from(value), true, obsolete);
export const erase = (): SearchPlan => new ErasePlan(ITEM, true);

/** Returns the plan's outcome with this daemon. */
export function run(plan: SearchPlan, daemon: FakeSecretDaemon): SecretsOutcome {
  converse(plan, new FakeSecretBus(daemon));
  return plan.outcome;
}

export const textsOf = ({ values }: SecretsOutcome): readonly string[] =>
  values.map(({ bytes }) => Buffer.from(bytes).toString());

/** The values of all items of all collections, with the collection's name. */
export const contentsOf = ({ collections }: FakeSecretDaemon): readonly string[] =>
  collections.flatMap(({ path, items }) =>
    items.map(({ value }) => `${path.slice(path.lastIndexOf("/") + 1)}: ${Buffer.from(value).toString()}`),
  );
