import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable } from "../support/lab/executable.ts";
import { waitUntil } from "../support/lab/service.ts";
import { CLEAN_FAILURE, summarizeFailure } from "../support/failure.ts";
import { backdate } from "../support/private-folder.ts";
import { createRandom } from "./random.ts";
import { createSlowProxy } from "../support/fakes/slow-proxy.ts";
import { MINT } from "../support/requests.ts";
import { inSandbox, type Sandbox } from "./sandbox.ts";

const MANY = 50;

/** Processes that got as far as looking for an API token: those that had the turn, in the order of their turns. */
const leaders = (sandbox: Sandbox): readonly number[] => [
  ...new Set(
    sandbox
      .trace()
      .filter(({ event }) => event === "token")
      .map(({ pid }) => pid),
  ),
];

describeUnless(explainNoExecutable(), "one mint for many", () => {
  it(
    "50 processes with nothing kept make one mint and answer the same",
    inSandbox({}, async (sandbox) => {
      const outcomes = await sandbox.getMany(MANY);
      expect(new Set(outcomes.map(({ code, stderr }) => `${code} ${stderr}`))).toEqual(new Set(["0 "]));
      expect(new Set(outcomes.map((outcome) => sandbox.idOf(outcome)))).toEqual(new Set([1]));
      expect(sandbox.standIn.count("mint")).toBe(1);
      expect(sandbox.standIn.count("list")).toBe(1);
    }),
  );

  it(
    "so do 50 full programs, with no launcher that has them wait in line",
    inSandbox({}, async (sandbox) => {
      const started = Array.from({ length: MANY }, () => sandbox.startGet());
      const outcomes = await Promise.all(started.map(({ ended }) => ended));
      expect(new Set(outcomes.map((outcome) => sandbox.idOf(outcome)))).toEqual(new Set([1]));
      expect(sandbox.standIn.count("mint")).toBe(1);
    }),
  );

  it(
    "50 processes at an ageing credential answer it, and one process renews it behind them",
    inSandbox({}, async (sandbox) => {
      await sandbox.get();
      backdate(sandbox.privateFolder, 31);
      const outcomes = await sandbox.getMany(MANY, sandbox.traced);
      expect(outcomes.every(({ code, stderr }) => code === 0 && stderr === "")).toBe(true);
      expect(await waitUntil(async () => sandbox.standIn.count("mint") === 2, 10)).toBe(true);
      expect(leaders(sandbox)).toHaveLength(1);
      // Those that came before the renewal was done answer the old one, later ones the new one; nobody a third.
      expect(new Set([1, 2])).toEqual(new Set([1, 2, ...outcomes.map((outcome) => sandbox.idOf(outcome))]));
      expect(await waitUntil(async () => sandbox.idOf(await sandbox.get()) === 2, 10)).toBe(true);
      expect(sandbox.standIn.count("mint")).toBe(2);
    }),
  );

  it(
    "50 processes at a credential that must be replaced make one mint",
    inSandbox({}, async (sandbox) => {
      await sandbox.get();
      backdate(sandbox.privateFolder, 50);
      const outcomes = await sandbox.getMany(MANY);
      expect(new Set(outcomes.map((outcome) => sandbox.idOf(outcome)))).toEqual(new Set([2]));
      expect(sandbox.standIn.count("mint")).toBe(2);
    }),
  );

  it.concurrent(
    "a refusal is shared: whoever waited fails alike, and does not ask again",
    inSandbox({}, async (sandbox) => {
      sandbox.standIn.account.removeToken(sandbox.token);
      // Slow enough that all of them are there before the first has its answer.
      const proxy = await createSlowProxy(sandbox.standIn.url, () => sleep(3000));
      const outcomes = await sandbox.getMany(MANY, { DIGITALOCEAN_API_URL: proxy.url });
      await proxy.close();
      expect(outcomes.map((outcome) => summarizeFailure(outcome))).toEqual(outcomes.map(() => CLEAN_FAILURE));
      const reasons = new Set(outcomes.map(({ stderr }) => stderr.replace(/, request [^;]*/, "")));
      expect([...reasons]).toEqual([expect.stringContaining("rejected the API token")]);
      // One call, and one each for those that came late on a busy machine.
      expect(sandbox.standIn.count()).toBeLessThanOrEqual(3);
    }),
  );

  it.concurrent(
    "a process that stands still with the turn in hand hangs nobody: a living credential goes on",
    inSandbox({}, async (sandbox) => {
      await sandbox.get();
      backdate(sandbox.privateFolder, 50);
      sandbox.standIn.faults.add({ kind: "hang", path: MINT });
      const holder = sandbox.startGet();
      expect(await waitUntil(async () => sandbox.standIn.count("mint") === 2, 10)).toBe(true);
      holder.signal("SIGSTOP");
      const outcomes = await sandbox.getMany(5);
      holder.signal("SIGKILL");
      await holder.ended;
      expect(outcomes.map(({ code }) => code)).toEqual(outcomes.map(() => 0));
      // 2 s for another launcher, 5 s of patience and 1 s for calls of its own; the rest is starting on a busy machine.
      expect(Math.max(...outcomes.map(({ ms }) => ms))).toBeLessThan(9500);
      // Whoever gave up waiting leaves the next one nothing to wait for.
      expect((await sandbox.get()).code).toBe(0);
    }),
  );

  it.each([11, 22, 33])(
    "random SIGKILLs among 50 cost at most a mint for each killed leader, and no survivor its answer (seed %i)",
    async (seed) => {
      await inSandbox({}, async (sandbox) => {
        const random = createRandom(seed);
        const proxy = await createSlowProxy(sandbox.standIn.url, () => sleep(100 + random() * 150));
        const env = { ...sandbox.traced, DIGITALOCEAN_API_URL: proxy.url };
        const started = Array.from({ length: MANY }, () => sandbox.startGet(env));
        const doomed = started.filter(() => random() < 0.5);
        await Promise.all(
          doomed.map(async (one) => {
            await sleep(random() * 1800);
            one.signal("SIGKILL");
          }),
        );
        const outcomes = await Promise.all(started.map(({ ended }) => ended));
        await proxy.close();
        const killed = started.filter((_, index) => outcomes[index]?.signal === "SIGKILL");
        const survivors = outcomes.filter(({ signal }) => signal === null);
        // Else nothing was tried.
        expect(killed.length).toBeGreaterThan(0);
        expect(survivors.length).toBeGreaterThan(0);
        expect(new Set(survivors.map(({ code, stderr }) => `${code} ${stderr}`))).toEqual(new Set(["0 "]));
        const killedLeaders = leaders(sandbox).filter((pid) => killed.some((one) => one.pid === pid));
        expect(sandbox.standIn.count("mint")).toBeLessThanOrEqual(1 + killedLeaders.length);
        // Who was killed in the middle of keeping may have been seen by one survivor only: from now on there is one answer.
        const answers = await sandbox.getMany(3, env);
        expect(new Set(answers.map((outcome) => sandbox.idOf(outcome))).size).toBe(1);
      })();
    },
  );

  it(
    "a process that is killed in the middle of its mint delays the others by less than 2 s",
    inSandbox({}, async (sandbox) => {
      sandbox.standIn.faults.add({ kind: "hang", path: MINT });
      const holder = sandbox.startGet(sandbox.traced);
      expect(await waitUntil(async () => sandbox.standIn.count("mint") === 1, 10)).toBe(true);
      const waiting = Array.from({ length: 10 }, () => sandbox.startGet(sandbox.traced));
      const isWaiting = async (): Promise<boolean> =>
        new Set(
          sandbox
            .trace()
            .filter(({ event }) => event === "get")
            .map(({ pid }) => pid),
        ).size === 11;
      expect(await waitUntil(isWaiting, 10)).toBe(true);
      expect(sandbox.standIn.count("mint")).toBe(1);
      const killedAt = performance.now();
      holder.signal("SIGKILL");
      const outcomes = await Promise.all(waiting.map(({ ended }) => ended));
      expect(performance.now() - killedAt).toBeLessThan(2000);
      expect((await holder.ended).signal).toBe("SIGKILL");
      expect(new Set(outcomes.map((outcome) => sandbox.idOf(outcome)))).toEqual(new Set([1]));
      expect(sandbox.standIn.count("mint")).toBe(2);
    }),
  );
});
