import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable } from "../support/lab/executable.ts";
import { waitUntil } from "../support/lab/service.ts";
import { CLEAN_FAILURE, lookAt } from "../support/failure.ts";
import { backdate } from "../support/private-folder.ts";
import { createRandom } from "./random.ts";
import { createSlowWay } from "./slow-way.ts";
import { inWorld, MINT, type World } from "./world.ts";

const MANY = 50;

/** Processes that got as far as looking for an API token: those that had the turn, in the order of their turns. */
const leaders = (world: World): readonly number[] => [
  ...new Set(
    world
      .trace()
      .filter(({ event }) => event === "token")
      .map(({ pid }) => pid),
  ),
];

describeUnless(explainNoExecutable(), "one mint for many", () => {
  it(
    "50 processes with nothing kept make one mint and answer the same",
    inWorld({}, async (world) => {
      const outcomes = await world.getMany(MANY);
      expect(new Set(outcomes.map(({ code, stderr }) => `${code} ${stderr}`))).toEqual(new Set(["0 "]));
      expect(new Set(outcomes.map((outcome) => world.idOf(outcome)))).toEqual(new Set([1]));
      expect(world.standIn.count("mint")).toBe(1);
      expect(world.standIn.count("list")).toBe(1);
    }),
  );

  it(
    "so do 50 full programs, with no launcher that has them wait in line",
    inWorld({}, async (world) => {
      const started = Array.from({ length: MANY }, () => world.startGet());
      const outcomes = await Promise.all(started.map(({ ended }) => ended));
      expect(new Set(outcomes.map((outcome) => world.idOf(outcome)))).toEqual(new Set([1]));
      expect(world.standIn.count("mint")).toBe(1);
    }),
  );

  it(
    "50 processes at an ageing credential answer it, and one process renews it behind them",
    inWorld({}, async (world) => {
      await world.get();
      backdate(world.kept, 31);
      const outcomes = await world.getMany(MANY, world.traced);
      expect(outcomes.every(({ code, stderr }) => code === 0 && stderr === "")).toBe(true);
      expect(await waitUntil(async () => world.standIn.count("mint") === 2, 10)).toBe(true);
      expect(leaders(world)).toHaveLength(1);
      // Those that came before the renewal was done answer the old one, later ones the new one; nobody a third.
      expect(new Set([1, 2])).toEqual(new Set([1, 2, ...outcomes.map((outcome) => world.idOf(outcome))]));
      expect(await waitUntil(async () => world.idOf(await world.get()) === 2, 10)).toBe(true);
      expect(world.standIn.count("mint")).toBe(2);
    }),
  );

  it(
    "50 processes at a credential that must be replaced make one mint",
    inWorld({}, async (world) => {
      await world.get();
      backdate(world.kept, 50);
      const outcomes = await world.getMany(MANY);
      expect(new Set(outcomes.map((outcome) => world.idOf(outcome)))).toEqual(new Set([2]));
      expect(world.standIn.count("mint")).toBe(2);
    }),
  );

  it.concurrent(
    "a refusal is shared: whoever waited fails alike, and does not ask again",
    inWorld({}, async (world) => {
      world.standIn.account.removeToken(world.token);
      // Slow enough that all of them are there before the first has its answer.
      const way = await createSlowWay(world.standIn.url, () => sleep(3000));
      const outcomes = await world.getMany(MANY, { DIGITALOCEAN_API_URL: way.url });
      await way.close();
      expect(outcomes.map((outcome) => lookAt(outcome))).toEqual(outcomes.map(() => CLEAN_FAILURE));
      const reasons = new Set(outcomes.map(({ stderr }) => stderr.replace(/, request [^;]*/, "")));
      expect([...reasons]).toEqual([expect.stringContaining("rejected the API token")]);
      // One call, and one each for those that came late on a busy machine.
      expect(world.standIn.count()).toBeLessThanOrEqual(3);
    }),
  );

  it.concurrent(
    "a process that stands still with the turn in hand hangs nobody: a living credential goes on",
    inWorld({}, async (world) => {
      await world.get();
      backdate(world.kept, 50);
      world.standIn.faults.add({ kind: "hang", path: MINT });
      const holder = world.startGet();
      expect(await waitUntil(async () => world.standIn.count("mint") === 2, 10)).toBe(true);
      holder.signal("SIGSTOP");
      const outcomes = await world.getMany(5);
      holder.signal("SIGKILL");
      await holder.ended;
      expect(outcomes.map(({ code }) => code)).toEqual(outcomes.map(() => 0));
      // 2 s for another launcher, 5 s of patience and 1 s for calls of its own; the rest is starting on a busy machine.
      expect(Math.max(...outcomes.map(({ ms }) => ms))).toBeLessThan(9500);
      // Whoever gave up waiting leaves the next one nothing to wait for.
      expect((await world.get()).code).toBe(0);
    }),
  );

  it.each([11, 22, 33])(
    "random SIGKILLs among 50 cost at most a mint for each killed leader, and no survivor its answer (seed %i)",
    async (seed) => {
      await inWorld({}, async (world) => {
        const random = createRandom(seed);
        const way = await createSlowWay(world.standIn.url, () => sleep(100 + random() * 150));
        const env = { ...world.traced, DIGITALOCEAN_API_URL: way.url };
        const started = Array.from({ length: MANY }, () => world.startGet(env));
        const doomed = started.filter(() => random() < 0.5);
        await Promise.all(
          doomed.map(async (one) => {
            await sleep(random() * 1800);
            one.signal("SIGKILL");
          }),
        );
        const outcomes = await Promise.all(started.map(({ ended }) => ended));
        await way.close();
        const killed = started.filter((_, index) => outcomes[index]?.signal === "SIGKILL");
        const survivors = outcomes.filter(({ signal }) => signal === null);
        // Else nothing was tried.
        expect(killed.length).toBeGreaterThan(0);
        expect(survivors.length).toBeGreaterThan(0);
        expect(new Set(survivors.map(({ code, stderr }) => `${code} ${stderr}`))).toEqual(new Set(["0 "]));
        const killedLeaders = leaders(world).filter((pid) => killed.some((one) => one.pid === pid));
        expect(world.standIn.count("mint")).toBeLessThanOrEqual(1 + killedLeaders.length);
        // Who was killed in the middle of keeping may have been seen by one survivor only: from now on there is one answer.
        const answers = await world.getMany(3, env);
        expect(new Set(answers.map((outcome) => world.idOf(outcome))).size).toBe(1);
      })();
    },
  );

  it(
    "a process that is killed in the middle of its mint delays the others by less than 2 s",
    inWorld({}, async (world) => {
      world.standIn.faults.add({ kind: "hang", path: MINT });
      const holder = world.startGet(world.traced);
      expect(await waitUntil(async () => world.standIn.count("mint") === 1, 10)).toBe(true);
      const waiting = Array.from({ length: 10 }, () => world.startGet(world.traced));
      const isWaiting = async (): Promise<boolean> =>
        new Set(
          world
            .trace()
            .filter(({ event }) => event === "get")
            .map(({ pid }) => pid),
        ).size === 11;
      expect(await waitUntil(isWaiting, 10)).toBe(true);
      expect(world.standIn.count("mint")).toBe(1);
      const killedAt = performance.now();
      holder.signal("SIGKILL");
      const outcomes = await Promise.all(waiting.map(({ ended }) => ended));
      expect(performance.now() - killedAt).toBeLessThan(2000);
      expect((await holder.ended).signal).toBe("SIGKILL");
      expect(new Set(outcomes.map((outcome) => world.idOf(outcome)))).toEqual(new Set([1]));
      expect(world.standIn.count("mint")).toBe(2);
    }),
  );
});
