import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FLEET, MOST_CALLS } from "../../../scripts/bench/fleet/fleet.ts";
import { type Fleet, modelFleet } from "../../../scripts/bench/fleet/model.ts";
import { KUBELET, POLICIES, type Policy } from "../../../scripts/bench/fleet/policies.ts";
import { REAL_LIMITS } from "../../support/fakes/rate-limit.ts";

const ONE: Fleet = { machines: 1, pullsAnHour: 10, imagesAtStart: 10, hours: 1 };
const NO_CACHE: Policy = { ...KUBELET, isShared: false, remembersRefusals: false, servesS: () => 0 };

describe("the model of a fleet", () => {
  it("makes one call for the pulls that one credential serves, and one for each pull without a cache", () => {
    expect(modelFleet(ONE, KUBELET)).toMatchObject({ callsAnHour: 1, pulls: 10, failedPulls: 0 });
    expect(modelFleet(ONE, NO_CACHE)).toMatchObject({ callsAnHour: 10, pulls: 10, failedPulls: 0 });
    expect(modelFleet(ONE, { ...NO_CACHE, calls: 2 })).toMatchObject({ callsAnHour: 20, pulls: 10 });
  });

  it("asks again when a credential no longer serves", () => {
    const day = { ...ONE, pullsAnHour: 60, hours: 24 };
    const { callsAnHour } = modelFleet(day, { ...KUBELET, servesS: () => 3600 });
    expect(callsAnHour).toBe(1);
    expect(modelFleet(day, { ...KUBELET, servesS: () => 360 }).callsAnHour).toBeGreaterThan(8);
  });

  it("lets 250 machines start at once, and the others a minute later", () => {
    const start = { ...ONE, pullsAnHour: 1, imagesAtStart: 1 };
    expect(modelFleet({ ...start, machines: 250 }, KUBELET)).toMatchObject({
      refusedAnHour: 0,
      failedPulls: 0,
    });
    const more = modelFleet({ ...start, machines: 300 }, KUBELET);
    expect(more).toMatchObject({ refusedAnHour: 50, pulls: 300 });
    expect(more.readyS).toBeGreaterThan(60);
  });

  it("never grants more than 5,000 calls an hour", () => {
    const { callsAnHour, refusedAnHour } = modelFleet(
      { ...ONE, machines: 6000, pullsAnHour: 1, imagesAtStart: 0 },
      NO_CACHE,
    );
    expect(callsAnHour - refusedAnHour).toBe(5000);
  });

  it("ends a job whose pull is refused", () => {
    const jobs = { ...NO_CACHE, isNewMachine: true, patienceS: 1 };
    const fleet = { ...ONE, machines: 400, pullsAnHour: 1, imagesAtStart: 1 };
    expect(modelFleet(fleet, jobs)).toMatchObject({ callsAnHour: 400, pulls: 250, failedPulls: 150 });
  });

  it("gives the same figures each time", () => {
    const small = { ...FLEET, machines: 20, hours: 1 };
    for (const policy of POLICIES) expect(modelFleet(small, policy)).toEqual(modelFleet(small, policy));
  });

  it(`makes at most ${MOST_CALLS} calls an hour for 1,000 nodes with docr kubelet and 50 pulls an hour each`, () => {
    const { callsAnHour, pulls, readyS } = modelFleet(FLEET, KUBELET);
    expect(callsAnHour).toBeLessThanOrEqual(MOST_CALLS);
    expect(pulls).toBe(100_000);
    expect(readyS).toBeLessThan(330);
  });
});

describe("docs/scale.md", () => {
  it("names the numbers of machines whose requests reach the limit of an hour", () => {
    const page = readFileSync(join(import.meta.dirname, "../../../docs/scale.md"), "utf8");
    const [nodes, machines] = POLICIES.map(({ servesS }) => (REAL_LIMITS.perHour * servesS(0.5)) / 3600);
    expect(page).toContain(`| nodes with \`docr kubelet\`, running | ${nodes?.toLocaleString("en-US")} |`);
    expect(page).toContain(`| machines with docr that stay | ${machines?.toLocaleString("en-US")} |`);
  });
});
