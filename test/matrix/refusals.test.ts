import { describe, expect, it } from "vitest";
import { inventToken } from "../support/fakes/digitalocean-account.ts";
import { onMachine } from "../support/fakes/test-machine.ts";
import { ALWAYS, HOST, loginFor, MINT } from "../support/requests.ts";

const LIMITED = { kind: "answer", path: MINT, status: 429, headers: { "retry-after": "300" } } as const;
const MINUTE_MS = 60_000;

describe("a get after a refusal", () => {
  it.concurrent.each([
    { status: 401, heldMs: MINUTE_MS },
    { status: 403, heldMs: MINUTE_MS },
    { status: 404, heldMs: MINUTE_MS },
    // The pause is up to half longer than the five minutes that the response asks for.
    { status: 429, heldMs: 450_000 },
  ])("with status $status fails in the same words without a request", async ({ status, heldMs }) => {
    await onMachine(async ({ get, pass, standIn }) => {
      standIn.faults.add({ ...LIMITED, path: `${MINT}*`, status, times: ALWAYS });
      const env = { DOCR_REGISTRY: "acme", DOCR_ACCESS: "read-only" };
      const first = await get(env);
      const calls = standIn.count();
      const second = await get(env);
      expect(second).toMatchObject({ code: 1, stdout: first.stdout, stderr: first.stderr });
      expect(standIn.count()).toBe(calls);
      pass(heldMs);
      standIn.faults.clear();
      expect(await get(env)).toMatchObject({ code: 0, stderr: "" });
    })();
  });

  it.concurrent(
    "asks again after a server's failure, which is no refusal",
    onMachine(async ({ get, standIn }) => {
      standIn.faults.add({ kind: "answer", path: MINT, status: 500, times: 5 });
      expect(await get()).toMatchObject({ code: 1 });
      expect(await get()).toMatchObject({ code: 0 });
    }),
  );

  it.concurrent(
    "returns the living credential, without a request",
    onMachine(async ({ get, pass, standIn, idOf }) => {
      expect(idOf(await get())).toBe(1);
      pass(50 * MINUTE_MS);
      standIn.faults.add({ ...LIMITED, times: ALWAYS });
      const [first, second] = [await get(), await get()];
      expect([idOf(first), idOf(second)]).toEqual([1, 1]);
      expect(second.stderr).toBe(first.stderr);
      expect(standIn.count("mint")).toBe(2);
    }),
  );

  it.concurrent(
    "with another API token asks again",
    onMachine(async ({ get, standIn }) => {
      expect(await get({ DIGITALOCEAN_ACCESS_TOKEN: inventToken() })).toMatchObject({ code: 1 });
      expect(await get({ DIGITALOCEAN_ACCESS_TOKEN: standIn.account.addToken() })).toMatchObject({ code: 0 });
    }),
  );

  it.concurrent.each([
    { title: "a login", args: "store", isLogin: true },
    { title: "a logout", args: "erase", isLogin: false },
  ])("asks again after $title", async ({ args, isLogin }) => {
    await onMachine(async ({ get, docr, standIn, token }) => {
      standIn.faults.add({ ...LIMITED, times: ALWAYS });
      await get();
      standIn.faults.clear();
      expect(await get()).toMatchObject({ code: 1 });
      await docr(args, { stdin: isLogin ? loginFor(HOST, "sammy", token) : HOST });
      expect(await get()).toMatchObject({ code: 0 });
    })();
  });

  it.concurrent(
    "does not keep a command from asking, which helps the next get",
    onMachine(async ({ get, docr, standIn }) => {
      standIn.faults.add({ ...LIMITED, times: ALWAYS });
      await get();
      standIn.faults.clear();
      expect(await docr(["status", "--exit-code"])).toMatchObject({ code: 0 });
      expect(await get()).toMatchObject({ code: 0 });
    }),
  );
});
