import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { isLive } from "../support/fakes/digitalocean-account.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoExecutable } from "../support/lab/executable.ts";
import { explainMissing, KEYRING } from "../support/lab/parts.ts";
import type { Environment } from "../support/lab/run.ts";
import { waitUntil } from "../support/lab/service.ts";
import { recordOperations, runUntil } from "./crash.ts";
import { backdate, listFiles, readFiles } from "../support/private-folder.ts";
import { createGate, createSlowProxy } from "./slow-proxy.ts";
import { HOST, loginFor } from "../support/requests.ts";
import { inSandbox, type Sandbox } from "./sandbox.ts";

/** Numbers of the credentials that the registry still takes. */
const live = (sandbox: Sandbox): readonly number[] =>
  sandbox.standIn.account.minted.filter((minted) => isLive(minted)).map(({ id }) => id);

const becomesLive = (sandbox: Sandbox, ids: readonly number[]): Promise<boolean> =>
  waitUntil(async () => JSON.stringify(live(sandbox)) === JSON.stringify(ids), 10);

/** Lets the kept credential grow old and replaces it in line. */
async function replace(sandbox: Sandbox, env: Environment = {}): Promise<void> {
  backdate(sandbox.privateFolder, 50);
  await sandbox.get(env);
}

describeUnless(explainNoExecutable(), "what becomes of the credentials that were minted", () => {
  it.concurrent(
    "a replaced one is left alone while somebody may be using it, and revoked by a mint a quarter of an hour later",
    inSandbox({}, async (sandbox) => {
      const env = { DOCR_TTL: "7200" };
      await sandbox.get(env);
      backdate(sandbox.privateFolder, 61);
      // At half its life it is replaced in the background.
      await sandbox.get(env);
      // Until it is kept: else what is made older here would be written over what is new.
      expect(await waitUntil(async () => sandbox.idOf(await sandbox.get(env)) === 2, 10)).toBe(true);
      expect(listFiles(sandbox.privateFolder, "replaced-")).toHaveLength(1);
      backdate(sandbox.privateFolder, 14);
      await sandbox.get({ ...env, DOCR_ACCESS: "read-only" });
      await sleep(700);
      expect(live(sandbox)).toEqual([1, 2, 3]);
      backdate(sandbox.privateFolder, 2);
      await sandbox.get({ ...env, DOCR_ACCESS: "read-write" });
      expect(await becomesLive(sandbox, [2, 3, 4])).toBe(true);
      expect(
        await waitUntil(async () => listFiles(sandbox.privateFolder, "replaced-").length === 0, 10),
      ).toBe(true);
      // The others are answered as before.
      expect(sandbox.idOf(await sandbox.get(env))).toBe(2);
    }),
  );

  it.concurrent(
    "erase revokes every live one: current and replaced, of every access and every API token",
    inSandbox({}, async (sandbox) => {
      await sandbox.get();
      await replace(sandbox);
      await sandbox.get({ DOCR_ACCESS: "read-only" });
      await sandbox.get({ DIGITALOCEAN_ACCESS_TOKEN: sandbox.standIn.account.addToken() });
      expect(live(sandbox)).toEqual([1, 2, 3, 4]);
      const erased = await sandbox.docr("erase", { stdin: HOST });
      expect(erased).toMatchObject({ code: 0, stdout: "", stderr: "" });
      expect(live(sandbox)).toEqual([]);
      expect(readFiles(sandbox.privateFolder)).not.toMatch(/do[op]_v1_/);
    }),
  );

  it.concurrent(
    "an erase while DigitalOcean cannot be reached forgets all the same, says so in one line and does not fail",
    inSandbox({}, async (sandbox) => {
      await sandbox.get();
      await sandbox.standIn.close();
      const erased = await sandbox.docr("erase", { stdin: HOST });
      expect(erased).toMatchObject({ code: 0, stdout: "" });
      expect(erased.stderr).toMatch(/^docr: could not revoke one credential [^\n]+\n$/);
      expect(readFiles(sandbox.privateFolder)).not.toMatch(/do[op]_v1_/);
    }),
  );

  it.concurrent(
    "prune revokes the replaced ones at once, says how many, and leaves the current",
    inSandbox({}, async (sandbox) => {
      await sandbox.get();
      await replace(sandbox);
      await sandbox.get({ DOCR_ACCESS: "read-only" });
      expect(await sandbox.docr("prune")).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^revoked 1 credential\n/),
        stderr: "",
      });
      expect(live(sandbox)).toEqual([2, 3]);
      expect(sandbox.idOf(await sandbox.get())).toBe(2);
      expect(await sandbox.docr("prune")).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^revoked 0 credentials\n/),
        stderr: "",
      });
    }),
  );

  it.concurrent(
    "the inventory names each one by a digest and holds no secret, nor does any file's name",
    inSandbox({}, async (sandbox) => {
      await sandbox.get();
      await replace(sandbox);
      const secrets = [sandbox.token, ...sandbox.standIn.account.minted.map(({ secret }) => secret)];
      expect(listFiles(sandbox.privateFolder, "digest-")).toHaveLength(2);
      const inventory =
        readFiles(sandbox.privateFolder, "digest-") + listFiles(sandbox.privateFolder).join("\n");
      for (const secret of secrets) {
        expect(inventory.includes(secret)).toBe(false);
        expect(inventory.includes(secret.slice("dop_v1_".length))).toBe(false);
      }
      expect(inventory).toMatch(/"registry":"acme"/);
      // The API token itself is nowhere at all.
      expect(readFiles(sandbox.privateFolder).includes(sandbox.token.slice("dop_v1_".length))).toBe(false);
    }),
  );

  it.concurrent(
    "the inventory forgets what is dead",
    inSandbox({}, async (sandbox) => {
      await sandbox.get();
      backdate(sandbox.privateFolder, 61);
      await sandbox.get();
      expect(listFiles(sandbox.privateFolder, "digest-")).toHaveLength(1);
    }),
  );
});

const noKeyring = explainNoExecutable() ?? explainMissing(KEYRING);

describeUnless(noKeyring, "what becomes of them when the login changes", () => {
  it.concurrent(
    "a new API token in the keychain revokes what the old one made, and not what the environment's made",
    inSandbox({ keyring: true }, async (sandbox) => {
      const { account } = sandbox.standIn;
      const ci = { DIGITALOCEAN_ACCESS_TOKEN: account.addToken() };
      const login = (token: string) => sandbox.docr("store", { stdin: loginFor(HOST, "me", token) });
      await login(sandbox.token);
      await sandbox.get();
      await sandbox.get(ci);
      // The same token again is no change.
      expect(await login(sandbox.token)).toMatchObject({ code: 0, stderr: "" });
      expect(live(sandbox)).toEqual([1, 2]);
      expect(await login(account.addToken())).toMatchObject({ code: 0, stderr: "" });
      expect(live(sandbox)).toEqual([2]);
      expect(sandbox.idOf(await sandbox.get())).toBe(3);
      expect(sandbox.idOf(await sandbox.get(ci))).toBe(2);
    }),
  );

  it.concurrent(
    "a logout while a mint is on its way leaves nothing kept, and the next get finds nobody logged in",
    inSandbox({ keyring: true }, async (sandbox) => {
      await sandbox.docr("store", { stdin: loginFor(HOST, "me", sandbox.token) });
      const gate = createGate();
      const proxy = await createSlowProxy(sandbox.standIn.url, async (path) =>
        path.endsWith("/docker-credentials") ? gate.opened : undefined,
      );
      const env = { DIGITALOCEAN_API_URL: proxy.url };
      const getting = sandbox.get(env);
      expect(await waitUntil(async () => sandbox.standIn.account.minted.length === 1, 10)).toBe(true);
      expect(await sandbox.docr("erase", { stdin: HOST, env })).toMatchObject({ code: 0, stdout: "" });
      gate.open();
      await getting;
      expect(listFiles(sandbox.privateFolder, "minted-")).toEqual([]);
      expect(await sandbox.get(env)).toMatchObject({
        code: 1,
        stdout: "credentials not found in native keychain\n",
      });
      await proxy.close();
    }),
  );

  it.concurrent(
    "a new login while a mint of the old one is on its way: what is answered from then on is the new one's",
    inSandbox({ keyring: true }, async (sandbox) => {
      await sandbox.docr("store", { stdin: loginFor(HOST, "me", sandbox.token) });
      const gate = createGate();
      let isShut = true;
      const proxy = await createSlowProxy(sandbox.standIn.url, async (path) =>
        isShut && path.endsWith("/docker-credentials") ? gate.opened : undefined,
      );
      const env = { DIGITALOCEAN_API_URL: proxy.url };
      const getting = sandbox.get(env);
      expect(await waitUntil(async () => sandbox.standIn.account.minted.length === 1, 10)).toBe(true);
      isShut = false;
      const another = loginFor(HOST, "me", sandbox.standIn.account.addToken());
      expect((await sandbox.docr("store", { stdin: another, env })).code).toBe(0);
      gate.open();
      await getting;
      expect(sandbox.idOf(await sandbox.get(env))).toBe(2);
      await proxy.close();
    }),
  );
});

describeUnless(
  explainNoExecutable() ?? explainMissing(["strace"]),
  "SIGKILL at each file operation of a get",
  () => {
    it.concurrent(
      "leaves at most one credential more, no file half written, and a next get that works",
      inSandbox({}, async (sandbox) => {
        const getting = { args: [DOCR, "get"] as const, env: sandbox.env, stdin: HOST };
        const operations = await recordOperations(getting, [sandbox.privateFolder], sandbox.folder);
        const names = new Set(operations.map(({ name }) => name));
        for (const name of ["openat", "write", "rename"]) expect(names).toContain(name);
        let killed = 0;
        for (const operation of operations) {
          rmSync(sandbox.privateFolder, { recursive: true, force: true });
          const before = sandbox.standIn.account.minted.length;
          if ((await runUntil(getting, operation)).signal === "SIGKILL") killed += 1;
          const outcome = await sandbox.get();
          expect([operation.text, outcome.code, outcome.stderr]).toEqual([operation.text, 0, ""]);
          expect(sandbox.standIn.account.minted.length - before).toBeLessThanOrEqual(2);
          // What is answered is what is kept, and nothing is minted any more.
          const minted = sandbox.standIn.account.minted.length;
          expect(sandbox.idOf(await sandbox.get())).toBe(sandbox.idOf(outcome));
          expect(sandbox.standIn.account.minted.length).toBe(minted);
          // The next that writes takes away what the killed one left.
          await replace(sandbox);
          expect([operation.text, listFiles(sandbox.privateFolder, ".new-")]).toEqual([operation.text, []]);
        }
        expect(killed).toBeGreaterThan(operations.length / 2);
      }),
    );

    it.concurrent(
      "loses no credential when it replaces one: what is on the way out can still be revoked",
      inSandbox({}, async (sandbox) => {
        const getting = { args: [DOCR, "get"] as const, env: sandbox.env, stdin: HOST };
        await sandbox.get();
        backdate(sandbox.privateFolder, 50);
        const operations = await recordOperations(getting, [sandbox.privateFolder], sandbox.folder);
        for (const operation of operations) {
          await sandbox.docr("erase", { stdin: HOST });
          await sandbox.get();
          backdate(sandbox.privateFolder, 50);
          const [before] = live(sandbox).slice(-1);
          await runUntil(getting, operation);
          expect((await sandbox.get()).code).toBe(0);
          await sandbox.docr("erase", { stdin: HOST });
          // The old one is known in whichever state it was left. At most the one that was on its way in is not.
          expect([operation.text, live(sandbox).includes(before ?? 0)]).toEqual([operation.text, false]);
          const left = live(sandbox);
          expect(left.length).toBeLessThanOrEqual(1);
          for (const minted of sandbox.standIn.account.minted) minted.revoked = true;
        }
      }),
    );
  },
);
