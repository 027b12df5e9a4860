import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { isLive } from "../support/fakes/digitalocean-account.ts";
import { createGate, createSlowProxy } from "../support/fakes/slow-proxy.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoExecutable, explainNoLauncher, LAUNCHER } from "../support/lab/executable.ts";
import { explainMissing, KEYRING } from "../support/lab/parts.ts";
import { waitUntil } from "../support/lab/service.ts";
import { HOST, loginFor, MINT } from "../support/requests.ts";
import { holdLock } from "../launcher/lock-holder.ts";
import { startCommand } from "./running-command.ts";
import { inSandbox, type Sandbox } from "./sandbox.ts";
import { type Command, recordOperations, stopAfter } from "./strace.ts";

/** Longer than docr's time limit for a response. */
const LONG_MS = 22_000;
const live = ({ standIn }: Sandbox): readonly number[] =>
  standIn.account.minted.filter((minted) => isLive(minted)).map(({ id }) => id);

describeUnless(explainNoExecutable(), "a get that was stopped while it mints", () => {
  it.concurrent(
    "revokes its credential when it continues, and returns the one that another process minted since",
    inSandbox({}, async (sandbox) => {
      const gate = createGate();
      let isFirst = true;
      const proxy = await createSlowProxy(sandbox.standIn.url, async (path) => {
        if (path !== MINT || !isFirst) return;
        isFirst = false;
        await gate.opened;
      });
      const env = { DIGITALOCEAN_API_URL: proxy.url };
      const stopped = sandbox.startGet(env);
      expect(await waitUntil(async () => sandbox.standIn.count("mint") === 1, 10)).toBe(true);
      stopped.signal("SIGSTOP");
      // The response arrives while nothing reads it.
      gate.open();
      const [other] = await Promise.all([sandbox.get(env), sleep(LONG_MS)]);
      expect([other.code, other.stderr, sandbox.idOf(other)]).toEqual([0, "", 2]);
      stopped.signal("SIGCONT");
      const outcome = await stopped.ended;
      await proxy.close();
      expect([outcome.code, outcome.stderr, sandbox.idOf(outcome)]).toEqual([0, "", 2]);
      expect(live(sandbox)).toEqual([2]);
      expect(sandbox.idOf(await sandbox.get(env))).toBe(2);
    }),
  );

  it.concurrent(
    "is not passed by other processes if it is only slow",
    inSandbox({}, async (sandbox) => {
      const proxy = await createSlowProxy(sandbox.standIn.url, () => sleep(4500));
      const outcomes = await sandbox.getMany(5, { DIGITALOCEAN_API_URL: proxy.url });
      await proxy.close();
      expect(new Set(outcomes.map((outcome) => sandbox.idOf(outcome)))).toEqual(new Set([1]));
      expect(sandbox.standIn.count("mint")).toBe(1);
    }),
  );
});

/** On a machine that is not busy: a launcher waits 2 s for another one, and docr 3 s for a docr without progress. */
const PASSED_MS = 5000;
/** For a busy machine. */
const MARGIN_MS = 12_000;
/** A slow API's time for one response. */
const RESPONSE_MS = 2000;
/** A mint looks up the registry's name first. */
const SLOW_MINT_MS = 2 * RESPONSE_MS;

describeUnless(explainNoLauncher(), "a launcher that was stopped", () => {
  it.concurrent(
    "as docr that mints, delays the others by 5 s; they share one mint of a slow API",
    inSandbox({}, async (sandbox) => {
      let isFirst = true;
      const gate = createGate();
      const proxy = await createSlowProxy(sandbox.standIn.url, async (path) => {
        if (path !== MINT || !isFirst) return sleep(RESPONSE_MS);
        isFirst = false;
        return gate.opened;
      });
      const env = { DIGITALOCEAN_API_URL: proxy.url };
      const stopped = startCommand(LAUNCHER, ["get"], { env: { ...sandbox.env, ...env }, stdin: HOST });
      expect(await waitUntil(async () => sandbox.standIn.count("mint") === 1, 20)).toBe(true);
      stopped.signal("SIGSTOP");
      gate.open();
      const others = await sandbox.getMany(5, env);
      expect(others.map((one) => [one.code, one.stderr, sandbox.idOf(one)])).toEqual(
        others.map(() => [0, "", 2]),
      );
      expect(Math.max(...others.map(({ ms }) => ms))).toBeLessThan(PASSED_MS + SLOW_MINT_MS + MARGIN_MS);
      stopped.signal("SIGCONT");
      const outcome = await stopped.ended;
      await proxy.close();
      expect([outcome.code, outcome.stderr, sandbox.idOf(outcome)]).toEqual([0, "", 2]);
      expect(live(sandbox)).toEqual([2]);
    }),
  );

  it.concurrent(
    "before it became docr, delays the others by 2 s; they share one mint of a slow API",
    inSandbox({}, async (sandbox) => {
      const proxy = await createSlowProxy(sandbox.standIn.url, () => sleep(RESPONSE_MS));
      const release = await holdLock(sandbox.env["XDG_RUNTIME_DIR"] ?? "", 60_000);
      const others = await sandbox.getMany(5, { DIGITALOCEAN_API_URL: proxy.url });
      release();
      await proxy.close();
      expect(others.map((one) => [one.code, one.stderr, sandbox.idOf(one)])).toEqual(
        others.map(() => [0, "", 1]),
      );
      expect(Math.max(...others.map(({ ms }) => ms))).toBeLessThan(PASSED_MS + SLOW_MINT_MS + MARGIN_MS);
    }),
  );
});

/** Most of the time passes in waiting, so several machines share the operations. */
const PARTS = [0, 1, 2, 3, 4, 5];
const isInPart = (part: number) => (_: unknown, index: number) => index % PARTS.length === part;

describeUnless(
  explainNoExecutable() ?? explainMissing(["strace"]),
  `a process that was stopped at any of its file operations (in ${PARTS.length} parts)`,
  () => {
    it.concurrent.each(PARTS)(
      "loses no login of the vault when it continues, and neither do the processes that did not wait for it (%i)",
      async (part) => {
        await inSandbox({}, async (sandbox) => {
          const env = { ...sandbox.env, DOCR_STORE: "file" };
          const storing = (server: string): Command => ({
            args: [DOCR, "store"],
            env,
            stdin: loginFor(server),
          });
          await sandbox.docr("store", { stdin: loginFor("zero.test"), env });
          const places = [join(sandbox.home, ".local")];
          const operations = await recordOperations(storing("one.test"), places, sandbox.folder);
          expect(new Set(operations.map(({ name }) => name))).toContain("rename");
          const expected = new Set(["zero.test", "one.test"]);
          for (const [index, operation] of operations.filter(isInPart(part)).entries()) {
            const [mine, theirs] = [`mine${index}.test`, `theirs${index}.test`];
            const stopped = await stopAfter(storing(mine), operation, sandbox.folder);
            const other = await sandbox.docr("store", { stdin: loginFor(theirs), env });
            expect([operation.text, other.code, other.stderr]).toEqual([operation.text, 0, ""]);
            expect([operation.text, stopped.isStopped]).toEqual([operation.text, true]);
            stopped.resume();
            const outcome = await stopped.ended;
            expect([operation.text, outcome.code, outcome.stderr]).toEqual([operation.text, 0, ""]);
            expected.add(mine).add(theirs);
            const { stdout } = await sandbox.docr("list", { env });
            const listed = new Set(Object.keys(JSON.parse(stdout)).filter((server) => server !== HOST));
            expect([operation.text, listed]).toEqual([operation.text, expected]);
          }
        })();
      },
    );

    it.concurrent.each(PARTS)("leaves no credential that a logout does not revoke (%i)", async (part) => {
      await inSandbox({}, async (sandbox) => {
        const { env, privateFolder, folder } = sandbox;
        const getting: Command = { args: [DOCR, "get"], env, stdin: HOST };
        const operations = await recordOperations(getting, [privateFolder], folder);
        for (const operation of operations.filter(isInPart(part))) {
          await sandbox.docr("erase", { stdin: HOST });
          const stopped = await stopAfter(getting, operation, folder);
          const other = await sandbox.get();
          expect([operation.text, other.code, other.stderr]).toEqual([operation.text, 0, ""]);
          if (stopped.isStopped) stopped.resume();
          const outcome = await stopped.ended;
          expect([operation.text, outcome.code, outcome.stderr]).toEqual([operation.text, 0, ""]);
          // What docr returns now is accepted, and what it returned before is, too.
          const returned = [sandbox.idOf(await sandbox.get()), sandbox.idOf(other)];
          expect([operation.text, live(sandbox)]).toEqual([operation.text, expect.arrayContaining(returned)]);
          await sandbox.docr("erase", { stdin: HOST });
          expect([operation.text, live(sandbox)]).toEqual([operation.text, []]);
        }
      })();
    });
  },
);

describeUnless(
  explainNoExecutable() ?? explainMissing(KEYRING),
  "a store that was stopped while it uses the keychain",
  () => {
    it(
      "delays other processes by a few seconds, and fails none of them",
      inSandbox({ keyring: true }, async (sandbox) => {
        const { env, keyring } = sandbox;
        keyring?.pause();
        const stopped = startCommand(DOCR, ["store"], { env, stdin: loginFor("one.test") });
        await sleep(1500);
        stopped.signal("SIGSTOP");
        keyring?.resume();
        const outcomes = await Promise.all(
          ["two.test", "three.test"].map((name) => sandbox.docr("store", { stdin: loginFor(name) })),
        );
        expect(outcomes.map(({ code, stderr }) => `${code}${stderr}`)).toEqual(["0", "0"]);
        expect(Math.max(...outcomes.map(({ ms }) => ms))).toBeLessThan(6000);
        stopped.signal("SIGCONT");
        expect(await stopped.ended).toMatchObject({ code: 0, stderr: "" });
        const listed = Object.keys(JSON.parse((await sandbox.docr("list")).stdout));
        expect(listed.filter((server) => server !== HOST).toSorted()).toEqual([
          "one.test",
          "three.test",
          "two.test",
        ]);
      }),
    );
  },
);
