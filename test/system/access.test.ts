import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable } from "../support/lab/executable.ts";
import { waitUntil } from "../support/lab/service.ts";
import { CLEAN_FAILURE, summarizeFailure } from "../support/failure.ts";
import { backdate } from "../support/private-folder.ts";
import { inSandbox, type Sandbox } from "./sandbox.ts";

/** What the credentials may do that were minted so far. */
const minted = (sandbox: Sandbox): readonly string[] =>
  sandbox.standIn.account.minted.map(({ access }) => access);

/** Environment with an API token that may pull and no more. */
const readOnlyToken = (sandbox: Sandbox) => ({
  DIGITALOCEAN_ACCESS_TOKEN: sandbox.standIn.account.addToken(["registry:read"]),
});

describeUnless(explainNoExecutable(), "least privilege", () => {
  it.concurrent(
    "auto asks for read-write",
    inSandbox({}, async (sandbox) => {
      expect(await sandbox.get()).toMatchObject({ code: 0, stderr: "" });
      expect(minted(sandbox)).toEqual(["read-write"]);
    }),
  );

  it.concurrent(
    "auto takes read-only where the token allows no more, says so once, and remembers it",
    inSandbox({}, async (sandbox) => {
      const env = readOnlyToken(sandbox);
      const first = await sandbox.get(env);
      expect(first.code).toBe(0);
      expect(first.stderr).toMatch(/^docr: [^\n]*pull but not push[^\n]*registry:update[^\n]*\n$/);
      expect(minted(sandbox)).toEqual(["read-only"]);
      expect(sandbox.standIn.calls.filter(({ status }) => status === 403)).toHaveLength(1);
      expect(await sandbox.get(env)).toMatchObject({ code: 0, stderr: "" });

      // In the background, and in line: neither asks again for what was refused.
      backdate(sandbox.privateFolder, 31);
      await sandbox.get(env);
      expect(await waitUntil(async () => sandbox.idOf(await sandbox.get(env)) === 2, 10)).toBe(true);
      backdate(sandbox.privateFolder, 50);
      await waitUntil(async () => sandbox.idOf(await sandbox.get(env)) === 3, 10);
      expect(minted(sandbox)).toEqual(["read-only", "read-only", "read-only"]);
      expect(sandbox.standIn.calls.filter(({ status }) => status === 403)).toHaveLength(1);
    }),
  );

  it.concurrent(
    "a read-only credential is never answered where read-write was asked for",
    inSandbox({}, async (sandbox) => {
      const env = readOnlyToken(sandbox);
      expect(sandbox.idOf(await sandbox.get({ ...env, DOCR_ACCESS: "read-only" }))).toBe(1);
      expect(sandbox.idOf(await sandbox.get(env))).toBe(2);
      const refused = await sandbox.get({ ...env, DOCR_ACCESS: "read-write" });
      expect(summarizeFailure(refused)).toEqual(CLEAN_FAILURE);
      expect(refused.stderr).toMatch(/registry:update/);
      expect(minted(sandbox)).toEqual(["read-only", "read-only"]);
    }),
  );

  it.concurrent(
    "read-write that is asked for is minted beside a read-only one that is kept",
    inSandbox({}, async (sandbox) => {
      await sandbox.get({ DOCR_ACCESS: "read-only" });
      await sandbox.get({ DOCR_ACCESS: "read-write" });
      expect(minted(sandbox)).toEqual(["read-only", "read-write"]);
      expect(sandbox.idOf(await sandbox.get({ DOCR_ACCESS: "read-only" }))).toBe(1);
      expect(sandbox.idOf(await sandbox.get({ DOCR_ACCESS: "read-write" }))).toBe(2);
    }),
  );

  it.concurrent(
    "read-only where it was asked for is no reason for a remark",
    inSandbox({}, async (sandbox) => {
      const outcome = await sandbox.get({ ...readOnlyToken(sandbox), DOCR_ACCESS: "read-only" });
      expect(outcome).toMatchObject({ code: 0, stderr: "" });
      expect(sandbox.standIn.calls.every(({ status }) => status === 200)).toBe(true);
    }),
  );

  it.concurrent(
    "DOCR_ACCESS takes its three words and nothing else",
    inSandbox({}, async (sandbox) => {
      const outcome = await sandbox.get({ DOCR_ACCESS: "readwrite" });
      expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(/DOCR_ACCESS must be one of auto, read-only, read-write/);
      expect(sandbox.standIn.calls).toEqual([]);
    }),
  );

  it.concurrent.each(["60", "3600", "2592000"])("DOCR_TTL=%s is what is asked for", async (ttl) => {
    await inSandbox({}, async (sandbox) => {
      expect(await sandbox.get({ DOCR_TTL: ttl })).toMatchObject({ code: 0, stderr: "" });
      const mint = sandbox.standIn.calls.find(({ purpose }) => purpose === "mint");
      expect(new URLSearchParams(mint?.query).get("expiry_seconds")).toBe(ttl);
    })();
  });

  it.concurrent.each(["59", "2592001", "0", "-60", "1h", "60.5", "9999999999", " 60"])(
    "DOCR_TTL=%s is an error, and asks for nothing",
    async (ttl) => {
      await inSandbox({}, async (sandbox) => {
        const outcome = await sandbox.get({ DOCR_TTL: ttl });
        expect(summarizeFailure(outcome)).toEqual(CLEAN_FAILURE);
        expect(outcome.stderr).toMatch(/DOCR_TTL .*60 to 2592000/);
        expect(sandbox.standIn.calls).toEqual([]);
      })();
    },
  );
});
