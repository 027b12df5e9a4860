import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable } from "../support/lab/executable.ts";
import { waitUntil } from "../support/lab/service.ts";
import { CLEAN_FAILURE, lookAt } from "../support/failure.ts";
import { backdate } from "../support/private-folder.ts";
import { inWorld, type World } from "./world.ts";

/** What the credentials may do that were minted so far. */
const minted = (world: World): readonly string[] => world.standIn.account.minted.map(({ access }) => access);

/** Environment with an API token that may pull and no more. */
const readOnlyToken = (world: World) => ({
  DIGITALOCEAN_ACCESS_TOKEN: world.standIn.account.addToken(["registry:read"]),
});

describeUnless(explainNoExecutable(), "least privilege", () => {
  it.concurrent(
    "auto asks for read-write",
    inWorld({}, async (world) => {
      expect(await world.get()).toMatchObject({ code: 0, stderr: "" });
      expect(minted(world)).toEqual(["read-write"]);
    }),
  );

  it.concurrent(
    "auto takes read-only where the token allows no more, says so once, and remembers it",
    inWorld({}, async (world) => {
      const env = readOnlyToken(world);
      const first = await world.get(env);
      expect(first.code).toBe(0);
      expect(first.stderr).toMatch(/^docr: [^\n]*pull but not push[^\n]*registry:update[^\n]*\n$/);
      expect(minted(world)).toEqual(["read-only"]);
      expect(world.standIn.calls.filter(({ status }) => status === 403)).toHaveLength(1);
      expect(await world.get(env)).toMatchObject({ code: 0, stderr: "" });

      // In the background, and in line: neither asks again for what was refused.
      backdate(world.kept, 31);
      await world.get(env);
      expect(await waitUntil(async () => world.idOf(await world.get(env)) === 2, 10)).toBe(true);
      backdate(world.kept, 50);
      await waitUntil(async () => world.idOf(await world.get(env)) === 3, 10);
      expect(minted(world)).toEqual(["read-only", "read-only", "read-only"]);
      expect(world.standIn.calls.filter(({ status }) => status === 403)).toHaveLength(1);
    }),
  );

  it.concurrent(
    "a read-only credential is never answered where read-write was asked for",
    inWorld({}, async (world) => {
      const env = readOnlyToken(world);
      expect(world.idOf(await world.get({ ...env, DOCR_ACCESS: "read-only" }))).toBe(1);
      expect(world.idOf(await world.get(env))).toBe(2);
      const refused = await world.get({ ...env, DOCR_ACCESS: "read-write" });
      expect(lookAt(refused)).toEqual(CLEAN_FAILURE);
      expect(refused.stderr).toMatch(/registry:update/);
      expect(minted(world)).toEqual(["read-only", "read-only"]);
    }),
  );

  it.concurrent(
    "read-write that is asked for is minted beside a read-only one that is kept",
    inWorld({}, async (world) => {
      await world.get({ DOCR_ACCESS: "read-only" });
      await world.get({ DOCR_ACCESS: "read-write" });
      expect(minted(world)).toEqual(["read-only", "read-write"]);
      expect(world.idOf(await world.get({ DOCR_ACCESS: "read-only" }))).toBe(1);
      expect(world.idOf(await world.get({ DOCR_ACCESS: "read-write" }))).toBe(2);
    }),
  );

  it.concurrent(
    "read-only where it was asked for is no reason for a remark",
    inWorld({}, async (world) => {
      const outcome = await world.get({ ...readOnlyToken(world), DOCR_ACCESS: "read-only" });
      expect(outcome).toMatchObject({ code: 0, stderr: "" });
      expect(world.standIn.calls.every(({ status }) => status === 200)).toBe(true);
    }),
  );

  it.concurrent(
    "DOCR_ACCESS takes its three words and nothing else",
    inWorld({}, async (world) => {
      const outcome = await world.get({ DOCR_ACCESS: "readwrite" });
      expect(lookAt(outcome)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(/DOCR_ACCESS must be one of auto, read-only, read-write/);
      expect(world.standIn.calls).toEqual([]);
    }),
  );

  it.concurrent.each(["60", "3600", "2592000"])("DOCR_TTL=%s is what is asked for", async (ttl) => {
    await inWorld({}, async (world) => {
      expect(await world.get({ DOCR_TTL: ttl })).toMatchObject({ code: 0, stderr: "" });
      const mint = world.standIn.calls.find(({ purpose }) => purpose === "mint");
      expect(new URLSearchParams(mint?.query).get("expiry_seconds")).toBe(ttl);
    })();
  });

  it.concurrent.each(["59", "2592001", "0", "-60", "1h", "60.5", "9999999999", " 60"])(
    "DOCR_TTL=%s is an error, and asks for nothing",
    async (ttl) => {
      await inWorld({}, async (world) => {
        const outcome = await world.get({ DOCR_TTL: ttl });
        expect(lookAt(outcome)).toEqual(CLEAN_FAILURE);
        expect(outcome.stderr).toMatch(/DOCR_TTL .*60 to 2592000/);
        expect(world.standIn.calls).toEqual([]);
      })();
    },
  );
});
