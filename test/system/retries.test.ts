import { setTimeout as sleep } from "node:timers/promises";
import { createServer } from "node:http";
import { expect, it } from "vitest";
import { createStandIn, listen, closeServer } from "../support/fakes/digitalocean-api.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable } from "../support/lab/executable.ts";
import { CLEAN_FAILURE, summarizeFailure } from "../support/failure.ts";
import { at, explainNoFakeTime } from "./clock.ts";
import { ALWAYS, LIST, MINT } from "../support/requests.ts";
import { inSandbox } from "./sandbox.ts";

/** Too little for any pause of the kind that is tested, and enough to start on a busy machine. */
const AT_ONCE_MS = 2500;

const limited = (headers: Readonly<Record<string, string>>) =>
  ({ kind: "answer", path: MINT, status: 429, headers }) as const;

/** A server's own clock and the end of its limit, by that clock. */
function resetIn(seconds: number, serverNow: number): Readonly<Record<string, string>> {
  const now = Math.floor(serverNow / 1000) * 1000;
  return { date: new Date(now).toUTCString(), "ratelimit-reset": String(now / 1000 + seconds) };
}

describeUnless(explainNoExecutable(), "retries that end", () => {
  it.concurrent(
    "429 with a retry-after that fits is tried again after just that time",
    inSandbox({}, async (sandbox) => {
      sandbox.standIn.faults.add(limited({ "retry-after": "2" }));
      const outcome = await sandbox.get();
      expect(outcome).toMatchObject({ code: 0, stderr: "" });
      expect(outcome.ms).toBeGreaterThanOrEqual(2000);
      expect(sandbox.standIn.count("mint")).toBe(2);
    }),
  );

  it.concurrent(
    "429 with a retry-after beyond the deadline fails at once and says when to come back",
    inSandbox({}, async (sandbox) => {
      sandbox.standIn.faults.add({ ...limited({ "retry-after": "120" }), times: ALWAYS });
      const outcome = await sandbox.get();
      expect(summarizeFailure(outcome, AT_ONCE_MS)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(/try again in 120 s/);
      expect(sandbox.standIn.count("mint")).toBe(1);
    }),
  );

  it.concurrent(
    "retry-after wins over ratelimit-reset",
    inSandbox({}, async (sandbox) => {
      const headers = { ...resetIn(3600, Date.now()), "retry-after": "1" };
      sandbox.standIn.faults.add(limited(headers));
      expect(await sandbox.get()).toMatchObject({ code: 0, stderr: "" });
      expect(sandbox.standIn.count("mint")).toBe(2);
    }),
  );

  // The wrong clock can be the server's or ours; what counts is the server's alone.
  it.concurrent.each([
    { whose: "the server's clock is a year behind", serverOffsetMs: -365 * 86_400_000 },
    { whose: "the server's clock is a year ahead", serverOffsetMs: 365 * 86_400_000 },
    { whose: "all clocks are right", serverOffsetMs: 0 },
  ])("ratelimit-reset is read by the server's own clock: $whose", async ({ serverOffsetMs }) => {
    await inSandbox({}, async (sandbox) => {
      sandbox.standIn.faults.add(limited(resetIn(2, Date.now() + serverOffsetMs)));
      const outcome = await sandbox.get();
      expect(outcome).toMatchObject({ code: 0, stderr: "" });
      expect(outcome.ms).toBeGreaterThanOrEqual(2000);
      expect(sandbox.standIn.count("mint")).toBe(2);

      const late = limited(resetIn(600, Date.now() + serverOffsetMs));
      sandbox.standIn.faults.add({ ...late, times: ALWAYS });
      const refused = await sandbox.get({ DOCR_ACCESS: "read-write" });
      expect(summarizeFailure(refused, AT_ONCE_MS)).toEqual(CLEAN_FAILURE);
      expect(refused.stderr).toMatch(/try again in 600 s/);
    })();
  });

  it.concurrent.each([
    { title: "500", fault: { kind: "answer", status: 500 } },
    { title: "503 from something in between", fault: { kind: "wrong-content", status: 503 } },
    { title: "connections that are reset", fault: { kind: "reset" } },
    { title: "answers that are cut off", fault: { kind: "cut-off" } },
  ] as const)("two of $title and then an answer are an answer", async ({ fault }) => {
    await inSandbox({}, async (sandbox) => {
      sandbox.standIn.faults.add({ ...fault, path: MINT, times: 2 });
      expect(await sandbox.get()).toMatchObject({ code: 0, stderr: "" });
      expect(sandbox.standIn.count("mint")).toBe(3);
    })();
  });

  it.concurrent(
    "nobody listening and then somebody is an answer",
    inSandbox({}, async (sandbox) => {
      const reserved = createServer();
      const port = await listen(reserved, 0, "127.0.0.1");
      await closeServer(reserved);
      const getting = sandbox.get({ DIGITALOCEAN_API_URL: `http://127.0.0.1:${port}` });
      await sleep(600);
      const late = await createStandIn({ port });
      late.account.addToken(undefined, sandbox.token);
      const outcome = await getting;
      await late.close();
      expect(outcome).toMatchObject({ code: 0, stderr: "" });
      expect(late.count("mint")).toBe(1);
    }),
  );

  it.concurrent(
    "500 for ever ends after a handful of attempts, each later than the one before",
    inSandbox({}, async (sandbox) => {
      sandbox.standIn.faults.add({ kind: "answer", path: "/*", status: 500, times: ALWAYS });
      expect(summarizeFailure(await sandbox.get())).toEqual(CLEAN_FAILURE);
      expect(sandbox.standIn.count()).toBeGreaterThan(2);
      expect(sandbox.standIn.count()).toBeLessThanOrEqual(5);
    }),
  );

  it.concurrent(
    "429 for ever, a second each, ends too",
    inSandbox({}, async (sandbox) => {
      sandbox.standIn.faults.add({ ...limited({ "retry-after": "1" }), times: ALWAYS });
      const outcome = await sandbox.get();
      expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(/\(HTTP 429, try again in 1 s/);
      expect(sandbox.standIn.count("mint")).toBeLessThanOrEqual(5);
    }),
  );

  it.concurrent.each([401, 403])("%i is never tried again", async (status) => {
    await inSandbox({}, async (sandbox) => {
      sandbox.standIn.faults.add({ kind: "answer", path: "/*", status, times: ALWAYS });
      const outcome = await sandbox.get({ DOCR_ACCESS: "read-write" });
      expect(summarizeFailure(outcome, AT_ONCE_MS)).toEqual(CLEAN_FAILURE);
      // No call is made twice. 403 on listing may mean a token that mints all the same.
      const paths = sandbox.standIn.calls.map(({ path }) => path);
      expect(paths).toEqual(status === 401 ? [LIST] : [LIST, "/v2/registry/docker-credentials"]);
    })();
  });

  it.concurrent(
    "401 at the mint itself is asked once",
    inSandbox({}, async (sandbox) => {
      sandbox.standIn.faults.add({ kind: "answer", path: MINT, status: 401, times: ALWAYS });
      expect(summarizeFailure(await sandbox.get(), AT_ONCE_MS)).toEqual(CLEAN_FAILURE);
      expect(sandbox.standIn.count("mint")).toBe(1);
    }),
  );
});

describeUnless(explainNoExecutable() ?? explainNoFakeTime(), "retries under a wrong clock", () => {
  it(
    "ratelimit-reset is read by the server's own clock: ours is a year ahead",
    inSandbox({}, async (sandbox) => {
      sandbox.standIn.faults.add(limited(resetIn(2, Date.now())));
      const outcome = await sandbox.get(at("+365d"));
      expect(outcome).toMatchObject({ code: 0, stderr: "" });
      expect(outcome.ms).toBeGreaterThanOrEqual(2000);
      expect(sandbox.standIn.count("mint")).toBe(2);
    }),
  );
});
