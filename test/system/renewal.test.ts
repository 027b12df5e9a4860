import { utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Fault } from "../support/fakes/digitalocean-faults.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoExecutable, LAUNCHER } from "../support/lab/executable.ts";
import { type Outcome, run } from "../support/lab/run.ts";
import { waitUntil } from "../support/lab/service.ts";
import { CLEAN_FAILURE, summarizeFailure } from "../support/failure.ts";
import { at, explainNoFakeTime } from "./clock.ts";
import { backdate, listFiles } from "../support/private-folder.ts";
import { explainNoMounts, openMounts } from "../support/lab/mounts.ts";
import { createGate, createSlowProxy } from "../support/fakes/slow-proxy.ts";
import { ALWAYS, HOST } from "../support/requests.ts";
import { inSandbox, type Sandbox } from "./sandbox.ts";

/** A credential lives for an hour unless told. */
const reason = explainNoExecutable() ?? explainNoFakeTime();

/** The 5 s after which an in-line replacement is given up, and starting on a busy machine. */
const GIVEN_UP_MS = 7500;

const OUTAGES: readonly { readonly title: string; readonly fault: Omit<Fault, "path"> | "refused" }[] = [
  { title: "never answers", fault: { kind: "hang" } },
  { title: "refuses connections", fault: "refused" },
  { title: "answers 500", fault: { kind: "answer", status: 500 } },
  { title: "answers 503 with a page", fault: { kind: "wrong-content", status: 503 } },
  { title: "resets connections", fault: { kind: "reset" } },
  { title: "answers something else than documented", fault: { kind: "malformed" } },
  {
    title: "limits the rate for long",
    fault: { kind: "answer", status: 429, headers: { "retry-after": "900" } },
  },
];

/** From now on the API is down in this way. */
async function breakApi({ standIn }: Sandbox, fault: (typeof OUTAGES)[number]["fault"]): Promise<void> {
  if (fault === "refused") await standIn.close();
  else standIn.faults.add({ ...fault, path: "/*", times: ALWAYS });
}

describeUnless(reason, "renewal before need", () => {
  it.concurrent(
    "before half its life a credential is answered without any call, and nobody renews it",
    inSandbox({}, async (sandbox) => {
      await sandbox.get();
      sandbox.standIn.reset();
      expect(sandbox.idOf(await sandbox.get(at("+29m")))).toBe(1);
      await sleep(500);
      expect(sandbox.standIn.calls).toEqual([]);
    }),
  );

  it.concurrent(
    "from half its life on it is answered at once, and no client waits for its renewal",
    inSandbox({}, async (sandbox) => {
      const gate = createGate();
      let isShut = false;
      const proxy = await createSlowProxy(sandbox.standIn.url, async () => isShut && gate.opened);
      const env = { DIGITALOCEAN_API_URL: proxy.url };
      await sandbox.get(env);
      isShut = true;
      // It ends for its client when the last holder of its output is gone.
      const outcome = await sandbox.get({ ...env, ...at("+31m") });
      expect(outcome).toMatchObject({ code: 0, stderr: "" });
      expect(sandbox.idOf(outcome)).toBe(1);
      expect(await waitUntil(async () => sandbox.standIn.account.minted.length === 2, 10)).toBe(true);
      // Still on its way: this one is not waiting for it either.
      expect(sandbox.idOf(await sandbox.get({ ...env, ...at("+32m") }))).toBe(1);
      gate.open();
      const isRenewed = async (): Promise<boolean> =>
        sandbox.idOf(await sandbox.get({ ...env, ...at("+33m") })) === 2;
      expect(await waitUntil(isRenewed, 10)).toBe(true);
      expect(sandbox.standIn.count("mint")).toBe(2);
      await proxy.close();
    }),
  );

  it.concurrent(
    "with less than 15 minutes left it is replaced in line, and not before",
    inSandbox({}, async (sandbox) => {
      await sandbox.get();
      // A renewal that cannot succeed, so that only the answer counts.
      sandbox.standIn.faults.add({ kind: "answer", path: "/*", status: 401, times: ALWAYS });
      expect(sandbox.idOf(await sandbox.get(at("+44m")))).toBe(1);
      await sleep(500);
      sandbox.standIn.faults.clear();
      const outcome = await sandbox.get(at("+46m"));
      expect(outcome).toMatchObject({ code: 0, stderr: "" });
      expect(sandbox.idOf(outcome)).toBe(2);
    }),
  );

  it.concurrent(
    "a short life is replaced in its second half",
    inSandbox({}, async (sandbox) => {
      const env = { DOCR_TTL: "120" };
      await sandbox.get(env);
      expect(sandbox.idOf(await sandbox.get({ ...env, ...at("+50s") }))).toBe(1);
      expect(sandbox.standIn.count("mint")).toBe(1);
      expect(sandbox.idOf(await sandbox.get({ ...env, ...at("+70s") }))).toBe(2);
    }),
  );

  describe("while the API is down", () => {
    for (const { title, fault } of OUTAGES) {
      it.concurrent(
        `a living credential is answered within 6 s, with one line on stderr: it ${title}`,
        inSandbox({}, async (sandbox) => {
          await sandbox.get();
          await breakApi(sandbox, fault);
          const outcome = await sandbox.get(at("+50m"));
          expect(sandbox.idOf(outcome)).toBe(1);
          expect(outcome.stderr).toMatch(/^docr: [^\n]+ valid until [^\n]+\n$/);
          expect(outcome.ms).toBeLessThan(GIVEN_UP_MS);
        }),
      );

      it.concurrent(
        `a dead one is an error and never answered: it ${title}`,
        inSandbox({}, async (sandbox) => {
          await sandbox.get();
          await breakApi(sandbox, fault);
          expect(summarizeFailure(await sandbox.get(at("+61m")))).toEqual(CLEAN_FAILURE);
        }),
      );
    }

    it.concurrent(
      "an ageing one is answered silently, and its renewal is tried once each half minute",
      inSandbox({}, async (sandbox) => {
        await sandbox.get();
        // Not by faketime: the pause between attempts is read from a file's own time.
        backdate(sandbox.privateFolder, 31);
        sandbox.standIn.reset();
        await breakApi(sandbox, { kind: "answer", status: 401 });
        const attempts = async (): Promise<number> => {
          for (let round = 0; round < 4; round += 1) {
            expect(await sandbox.get()).toMatchObject({ code: 0, stderr: "" });
          }
          await sleep(500);
          return sandbox.standIn.count();
        };
        expect(await attempts()).toBe(1);
        for (const name of listFiles(sandbox.privateFolder, "renewal-")) {
          const then = new Date(Date.now() - 31_000);
          utimesSync(join(sandbox.privateFolder, name), then, then);
        }
        expect(await attempts()).toBe(2);
      }),
    );
  });

  it.concurrent(
    "an API token that is refused now is told, and a living credential does not hide it",
    inSandbox({}, async (sandbox) => {
      await sandbox.get();
      sandbox.standIn.account.removeToken(sandbox.token);
      const outcome = await sandbox.get(at("+50m"));
      expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(/rejected the API token/);
    }),
  );
});

describeUnless(reason, "clocks", () => {
  it.concurrent.each([
    { title: "set forward by a day, or asleep for one", offset: "+1d" },
    { title: "set forward by an hour", offset: "+60m" },
    { title: "set back by a year", offset: "-365d" },
    { title: "set back by an hour", offset: "-60m" },
  ])("a clock that was $title costs a mint, not a failure", async ({ offset }) => {
    await inSandbox({}, async (sandbox) => {
      await sandbox.get();
      const outcome = await sandbox.get(at(offset));
      expect(outcome).toMatchObject({ code: 0, stderr: "" });
      expect(sandbox.idOf(outcome)).toBe(2);
      // Under the clock as it is now, the new one is young.
      expect(sandbox.idOf(await sandbox.get(at(offset)))).toBe(2);
      expect(sandbox.standIn.count("mint")).toBe(2);
    })();
  });

  it.concurrent.each(["+1d", "-365d"])(
    "a credential of an unknown age is never called alive, and with the API down that is an error (%s)",
    async (offset) => {
      await inSandbox({}, async (sandbox) => {
        await sandbox.get();
        await breakApi(sandbox, "refused");
        expect(summarizeFailure(await sandbox.get(at(offset)))).toEqual(CLEAN_FAILURE);
      })();
    },
  );

  it.concurrent(
    "corrections by a few seconds change nothing",
    inSandbox({}, async (sandbox) => {
      await sandbox.get();
      expect(sandbox.idOf(await sandbox.get(at("-20s")))).toBe(1);
      expect(sandbox.idOf(await sandbox.get(at("+20s")))).toBe(1);
      expect(sandbox.standIn.count("mint")).toBe(1);
    }),
  );
});

/** What the machine's uptime and wall clock say since the mint, in minutes. */
const TWO_CLOCKS = [
  { title: "went on as the uptime did", uptime: 20, wall: 20, answered: 1 },
  { title: "was set back by 10 minutes after 30", uptime: 30, wall: 20, answered: 2 },
  { title: "was set back by an hour over an hour", uptime: 61, wall: 1, answered: 2 },
  { title: "says dead, as after a sleep that the uptime did not count", uptime: 5, wall: 61, answered: 2 },
  { title: "went on over a restart of the machine", uptime: -200, wall: 20, answered: 1 },
];

describeUnless(reason ?? explainNoMounts(), "the wall clock held against the uptime", () => {
  // Under docker's name it is the launcher that looks at the clocks first.
  const cases = TWO_CLOCKS.flatMap((clocks) => [
    { ...clocks, program: DOCR, name: "docr" },
    { ...clocks, program: LAUNCHER, name: "docker-credential-docr" },
  ]);
  it.concurrent.each(cases)(
    "a wall clock that $title: $name answers credential $answered",
    async ({ uptime, wall, answered, program }) => {
      await inSandbox({}, async (sandbox) => {
        const path = join(sandbox.folder, "uptime");
        // /proc/uptime as the executable sees it: seconds, and the idle time of all processors.
        const setUptime = (minutes: number): void => writeFileSync(path, `${minutes * 60}.00 1.00\n`);
        setUptime(300);
        const mounts = await openMounts(`mount --bind ${path} /proc/uptime`);
        const get = (offset: string): Promise<Outcome> => {
          const clock = Object.entries(at(offset)).map(([name, value]) => `${name}=${value}`);
          const [command, ...args] = mounts.wrap(["env", ...clock, program, "get"]);
          return run(command, args, { env: sandbox.env, stdin: HOST });
        };
        try {
          expect(sandbox.idOf(await get("+0"))).toBe(1);
          setUptime(300 + uptime);
          const outcome = await get(`+${wall}m`);
          expect(outcome.code).toBe(0);
          expect(sandbox.idOf(outcome)).toBe(answered);
        } finally {
          await mounts.close();
        }
      })();
    },
  );
});
