import { describe, expect, it } from "vitest";
import { onMachine, type TestMachine } from "../support/fakes/test-machine.ts";
import { CLEAN_FAILURE, summarizeFailure } from "../support/failure.ts";

/** The access of each credential that was minted so far. */
const mintedAccess = ({ standIn }: TestMachine): readonly string[] =>
  standIn.account.minted.map(({ access }) => access);

const countForbidden = ({ standIn }: TestMachine): number =>
  standIn.calls.filter(({ status }) => status === 403).length;

/** Environment with an API token that can pull but not push. */
const readOnlyToken = ({ standIn }: TestMachine) => ({
  DIGITALOCEAN_ACCESS_TOKEN: standIn.account.addToken(["registry:read"]),
});

const MINUTE_MS = 60_000;

describe("the access of a credential", () => {
  it.concurrent(
    "is read-write by default",
    onMachine(async (machine) => {
      expect(await machine.get()).toMatchObject({ code: 0, stderr: "" });
      expect(mintedAccess(machine)).toEqual(["read-write"]);
    }),
  );

  it.concurrent(
    "is read-only with an API token that allows no more; docr warns once and does not ask again",
    onMachine(async (machine) => {
      const env = readOnlyToken(machine);
      const first = await machine.get(env);
      expect(first.code).toBe(0);
      expect(first.stderr).toMatch(/^docr: [^\n]*pull but not push[^\n]*registry:update[^\n]*\n$/);
      expect([mintedAccess(machine), countForbidden(machine)]).toEqual([["read-only"], 1]);
      expect(await machine.get(env)).toMatchObject({ code: 0, stderr: "" });

      // A refresh in the background, then a replacement while the client waits.
      machine.pass(31 * MINUTE_MS);
      await machine.get(env);
      await machine.settle();
      expect(machine.idOf(await machine.get(env))).toBe(2);
      machine.pass(50 * MINUTE_MS);
      expect(machine.idOf(await machine.get(env))).toBe(3);
      expect(mintedAccess(machine)).toEqual(["read-only", "read-only", "read-only"]);
      expect(countForbidden(machine)).toBe(1);
    }),
  );

  it.concurrent(
    "is never read-only for DOCR_ACCESS=read-write",
    onMachine(async (machine) => {
      const env = readOnlyToken(machine);
      expect(machine.idOf(await machine.get({ ...env, DOCR_ACCESS: "read-only" }))).toBe(1);
      expect(machine.idOf(await machine.get(env))).toBe(2);
      const rejected = await machine.get({ ...env, DOCR_ACCESS: "read-write" });
      expect(summarizeFailure(rejected)).toEqual(CLEAN_FAILURE);
      expect(rejected.stderr).toMatch(/registry:update/);
      expect(mintedAccess(machine)).toEqual(["read-only", "read-only"]);
    }),
  );

  it.concurrent(
    "separates cached credentials",
    onMachine(async (machine) => {
      await machine.get({ DOCR_ACCESS: "read-only" });
      await machine.get({ DOCR_ACCESS: "read-write" });
      expect(mintedAccess(machine)).toEqual(["read-only", "read-write"]);
      expect(machine.idOf(await machine.get({ DOCR_ACCESS: "read-only" }))).toBe(1);
      expect(machine.idOf(await machine.get({ DOCR_ACCESS: "read-write" }))).toBe(2);
    }),
  );

  it.concurrent(
    "causes no warning with DOCR_ACCESS=read-only",
    onMachine(async (machine) => {
      const outcome = await machine.get({ ...readOnlyToken(machine), DOCR_ACCESS: "read-only" });
      expect(outcome).toMatchObject({ code: 0, stderr: "" });
      expect(countForbidden(machine)).toBe(0);
    }),
  );

  it.concurrent(
    "is an error if DOCR_ACCESS has another value",
    onMachine(async (machine) => {
      const outcome = await machine.get({ DOCR_ACCESS: "readwrite" });
      expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(/DOCR_ACCESS must be one of auto, read-only, read-write/);
      expect(machine.standIn.calls).toEqual([]);
    }),
  );
});

describe("the lifetime of a credential", () => {
  it.concurrent.each(["60", "3600", "2592000"])("is DOCR_TTL=%s", async (seconds) => {
    await onMachine(async ({ get, standIn }) => {
      expect(await get({ DOCR_TTL: seconds })).toMatchObject({ code: 0, stderr: "" });
      const mint = standIn.calls.find(({ purpose }) => purpose === "mint");
      expect(new URLSearchParams(mint?.query).get("expiry_seconds")).toBe(seconds);
    })();
  });

  it.concurrent.each(["59", "2592001", "0", "-60", "1h", "60.5", "9999999999", " 60"])(
    "is an error with DOCR_TTL=%s, before any API call",
    async (text) => {
      await onMachine(async ({ get, standIn }) => {
        const outcome = await get({ DOCR_TTL: text });
        expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
        expect(outcome.stderr).toMatch(/DOCR_TTL .*60 to 2592000/);
        expect(standIn.calls).toEqual([]);
      })();
    },
  );
});
