import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { closeServer, createStandIn, listen } from "../support/fakes/digitalocean-api.ts";
import { onMachine } from "../support/fakes/test-machine.ts";
import { CLEAN_FAILURE, summarizeFailure } from "../support/failure.ts";
import { ALWAYS, LIST, MINT } from "../support/requests.ts";

/** Less than any pause that a test asks for, and enough for a busy machine. */
const AT_ONCE_MS = 2_500;
const YEAR_MS = 365 * 86_400_000;

const rateLimited = (headers: Readonly<Record<string, string>>) =>
  ({ kind: "answer", path: MINT, status: 429, headers }) as const;

/** The headers of a server with this clock, whose rate limit ends after so many seconds. */
function resetIn(seconds: number, serverNow: number): Readonly<Record<string, string>> {
  const now = Math.floor(serverNow / 1000) * 1000;
  return { date: new Date(now).toUTCString(), "ratelimit-reset": String(now / 1000 + seconds) };
}

describe("a get while the API limits the rate", () => {
  it.concurrent(
    "retries after the seconds of retry-after if they fit its deadline",
    onMachine(async ({ get, standIn }) => {
      standIn.faults.add(rateLimited({ "retry-after": "2" }));
      const outcome = await get();
      expect(outcome).toMatchObject({ code: 0, stderr: "" });
      expect(outcome.ms).toBeGreaterThanOrEqual(2000);
      expect(standIn.count("mint")).toBe(2);
    }),
  );

  it.concurrent(
    "fails immediately with the time of the next attempt if retry-after is beyond its deadline",
    onMachine(async ({ get, standIn }) => {
      standIn.faults.add({ ...rateLimited({ "retry-after": "120" }), times: ALWAYS });
      const outcome = await get();
      expect(summarizeFailure(outcome, AT_ONCE_MS)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(/HTTP 429, try again in 120 s/);
      expect(standIn.count("mint")).toBe(1);
    }),
  );

  it.concurrent(
    "obeys retry-after before ratelimit-reset",
    onMachine(async ({ get, standIn }) => {
      standIn.faults.add(rateLimited({ ...resetIn(3600, Date.now()), "retry-after": "1" }));
      expect(await get()).toMatchObject({ code: 0, stderr: "" });
      expect(standIn.count("mint")).toBe(2);
    }),
  );

  it.concurrent.each([
    { title: "all clocks are right", serverOffsetMs: 0, wallOffsetMs: 0 },
    { title: "the server's clock is a year behind", serverOffsetMs: -YEAR_MS, wallOffsetMs: 0 },
    { title: "the server's clock is a year ahead", serverOffsetMs: YEAR_MS, wallOffsetMs: 0 },
    { title: "this machine's clock is a year ahead", serverOffsetMs: 0, wallOffsetMs: YEAR_MS },
  ])("reads ratelimit-reset by the server's clock: $title", async ({ serverOffsetMs, wallOffsetMs }) => {
    await onMachine(async ({ get, setWallBy, standIn }) => {
      setWallBy(wallOffsetMs);
      standIn.faults.add(rateLimited(resetIn(2, Date.now() + serverOffsetMs)));
      const outcome = await get();
      expect(outcome).toMatchObject({ code: 0, stderr: "" });
      expect(outcome.ms).toBeGreaterThanOrEqual(2000);
      expect(standIn.count("mint")).toBe(2);

      const late = rateLimited(resetIn(600, Date.now() + serverOffsetMs));
      standIn.faults.add({ ...late, times: ALWAYS });
      const rejected = await get({ DOCR_ACCESS: "read-write" });
      expect(summarizeFailure(rejected, AT_ONCE_MS)).toEqual(CLEAN_FAILURE);
      expect(rejected.stderr).toMatch(/try again in 600 s/);
    })();
  });

  it.concurrent(
    "fails after at most five attempts if the limit ends every second and never lifts",
    onMachine(async ({ get, standIn }) => {
      standIn.faults.add({ ...rateLimited({ "retry-after": "1" }), times: ALWAYS });
      const outcome = await get();
      expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(/HTTP 429, try again in 1 s/);
      expect(standIn.count("mint")).toBeLessThanOrEqual(5);
    }),
  );
});

describe("a get while the API fails", () => {
  it.concurrent.each([
    { title: "500", fault: { kind: "answer", status: 500 } },
    { title: "503 with a page of a proxy", fault: { kind: "wrong-content", status: 503 } },
    { title: "reset connections", fault: { kind: "reset" } },
    { title: "answers that are cut off", fault: { kind: "cut-off" } },
  ] as const)("succeeds after two times $title", async ({ fault }) => {
    await onMachine(async ({ get, standIn }) => {
      standIn.faults.add({ ...fault, path: MINT, times: 2 });
      expect(await get()).toMatchObject({ code: 0, stderr: "" });
      expect(standIn.count("mint")).toBe(3);
    })();
  });

  it.concurrent(
    "succeeds once a server listens at the address that refused connections",
    onMachine(async ({ get, token }) => {
      const reserved = createServer();
      const port = await listen(reserved, 0, "127.0.0.1");
      await closeServer(reserved);
      const getting = get({ DIGITALOCEAN_API_URL: `http://127.0.0.1:${port}` });
      await sleep(600);
      const late = await createStandIn({ port });
      late.account.addToken(undefined, token);
      const outcome = await getting;
      await late.close();
      expect(outcome).toMatchObject({ code: 0, stderr: "" });
      expect(late.count("mint")).toBe(1);
    }),
  );

  it.concurrent.each([401, 403])("makes no call twice after %i", async (status) => {
    await onMachine(async ({ get, standIn }) => {
      standIn.faults.add({ kind: "answer", path: "/*", status, times: ALWAYS });
      const outcome = await get({ DOCR_ACCESS: "read-write" });
      expect(summarizeFailure(outcome, AT_ONCE_MS)).toEqual(CLEAN_FAILURE);
      // A token that may not list the registries may mint.
      const paths = standIn.calls.map(({ path }) => path);
      expect(paths).toEqual(status === 401 ? [LIST] : [LIST, "/v2/registry/docker-credentials"]);
    })();
  });

  it.concurrent(
    "makes one mint if the API responds to it with 401",
    onMachine(async ({ get, standIn }) => {
      standIn.faults.add({ kind: "answer", path: MINT, status: 401, times: ALWAYS });
      expect(summarizeFailure(await get(), AT_ONCE_MS)).toEqual(CLEAN_FAILURE);
      expect(standIn.count("mint")).toBe(1);
    }),
  );
});
