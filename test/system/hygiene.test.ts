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
import { backdate, namesIn, textOf } from "../support/private-folder.ts";
import { createGate, createSlowWay } from "./slow-way.ts";
import { HOST, inWorld, loginTo, type World } from "./world.ts";

/** Numbers of the credentials that the registry still takes. */
const live = (world: World): readonly number[] =>
  world.standIn.account.minted.filter((minted) => isLive(minted)).map(({ id }) => id);

const becomesLive = (world: World, ids: readonly number[]): Promise<boolean> =>
  waitUntil(async () => JSON.stringify(live(world)) === JSON.stringify(ids), 10);

/** Lets the kept credential grow old and replaces it in line. */
async function replace(world: World, env: Environment = {}): Promise<void> {
  backdate(world.kept, 50);
  await world.get(env);
}

describeUnless(explainNoExecutable(), "what becomes of the credentials that were minted", () => {
  it.concurrent(
    "a replaced one is left alone while somebody may be using it, and revoked by a mint a quarter of an hour later",
    inWorld({}, async (world) => {
      const env = { DOCR_TTL: "7200" };
      await world.get(env);
      backdate(world.kept, 61);
      // At half its life it is replaced in the background.
      await world.get(env);
      // Until it is kept: else what is made older here would be written over what is new.
      expect(await waitUntil(async () => world.idOf(await world.get(env)) === 2, 10)).toBe(true);
      expect(namesIn(world.kept, "replaced-")).toHaveLength(1);
      backdate(world.kept, 14);
      await world.get({ ...env, DOCR_ACCESS: "read-only" });
      await sleep(700);
      expect(live(world)).toEqual([1, 2, 3]);
      backdate(world.kept, 2);
      await world.get({ ...env, DOCR_ACCESS: "read-write" });
      expect(await becomesLive(world, [2, 3, 4])).toBe(true);
      expect(await waitUntil(async () => namesIn(world.kept, "replaced-").length === 0, 10)).toBe(true);
      // The others are answered as before.
      expect(world.idOf(await world.get(env))).toBe(2);
    }),
  );

  it.concurrent(
    "erase revokes every live one: current and replaced, of every access and every API token",
    inWorld({}, async (world) => {
      await world.get();
      await replace(world);
      await world.get({ DOCR_ACCESS: "read-only" });
      await world.get({ DIGITALOCEAN_ACCESS_TOKEN: world.standIn.account.addToken() });
      expect(live(world)).toEqual([1, 2, 3, 4]);
      const erased = await world.docr("erase", { stdin: HOST });
      expect(erased).toMatchObject({ code: 0, stdout: "", stderr: "" });
      expect(live(world)).toEqual([]);
      expect(textOf(world.kept)).not.toMatch(/do[op]_v1_/);
    }),
  );

  it.concurrent(
    "an erase while DigitalOcean cannot be reached forgets all the same, says so in one line and does not fail",
    inWorld({}, async (world) => {
      await world.get();
      await world.standIn.close();
      const erased = await world.docr("erase", { stdin: HOST });
      expect(erased).toMatchObject({ code: 0, stdout: "" });
      expect(erased.stderr).toMatch(/^docr: could not revoke one credential [^\n]+\n$/);
      expect(textOf(world.kept)).not.toMatch(/do[op]_v1_/);
    }),
  );

  it.concurrent(
    "prune revokes the replaced ones at once, says how many, and leaves the current",
    inWorld({}, async (world) => {
      await world.get();
      await replace(world);
      await world.get({ DOCR_ACCESS: "read-only" });
      expect(await world.docr("prune")).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^revoked 1 credential\n/),
        stderr: "",
      });
      expect(live(world)).toEqual([2, 3]);
      expect(world.idOf(await world.get())).toBe(2);
      expect(await world.docr("prune")).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^revoked 0 credentials\n/),
        stderr: "",
      });
    }),
  );

  it.concurrent(
    "the inventory names each one by a digest and holds no secret, nor does any file's name",
    inWorld({}, async (world) => {
      await world.get();
      await replace(world);
      const secrets = [world.token, ...world.standIn.account.minted.map(({ secret }) => secret)];
      expect(namesIn(world.kept, "digest-")).toHaveLength(2);
      const inventory = textOf(world.kept, "digest-") + namesIn(world.kept).join("\n");
      for (const secret of secrets) {
        expect(inventory.includes(secret)).toBe(false);
        expect(inventory.includes(secret.slice("dop_v1_".length))).toBe(false);
      }
      expect(inventory).toMatch(/"registry":"acme"/);
      // The API token itself is nowhere at all.
      expect(textOf(world.kept).includes(world.token.slice("dop_v1_".length))).toBe(false);
    }),
  );

  it.concurrent(
    "the inventory forgets what is dead",
    inWorld({}, async (world) => {
      await world.get();
      backdate(world.kept, 61);
      await world.get();
      expect(namesIn(world.kept, "digest-")).toHaveLength(1);
    }),
  );
});

const noKeyring = explainNoExecutable() ?? explainMissing(KEYRING);

describeUnless(noKeyring, "what becomes of them when the login changes", () => {
  it.concurrent(
    "a new API token in the keychain revokes what the old one made, and not what the environment's made",
    inWorld({ keyring: true }, async (world) => {
      const { account } = world.standIn;
      const ci = { DIGITALOCEAN_ACCESS_TOKEN: account.addToken() };
      const login = (token: string) => world.docr("store", { stdin: loginTo(HOST, "me", token) });
      await login(world.token);
      await world.get();
      await world.get(ci);
      // The same token again is no change.
      expect(await login(world.token)).toMatchObject({ code: 0, stderr: "" });
      expect(live(world)).toEqual([1, 2]);
      expect(await login(account.addToken())).toMatchObject({ code: 0, stderr: "" });
      expect(live(world)).toEqual([2]);
      expect(world.idOf(await world.get())).toBe(3);
      expect(world.idOf(await world.get(ci))).toBe(2);
    }),
  );

  it.concurrent(
    "a logout while a mint is on its way leaves nothing kept, and the next get finds nobody logged in",
    inWorld({ keyring: true }, async (world) => {
      await world.docr("store", { stdin: loginTo(HOST, "me", world.token) });
      const gate = createGate();
      const way = await createSlowWay(world.standIn.url, async (path) =>
        path.endsWith("/docker-credentials") ? gate.opened : undefined,
      );
      const env = { DIGITALOCEAN_API_URL: way.url };
      const getting = world.get(env);
      expect(await waitUntil(async () => world.standIn.account.minted.length === 1, 10)).toBe(true);
      expect(await world.docr("erase", { stdin: HOST, env })).toMatchObject({ code: 0, stdout: "" });
      gate.open();
      await getting;
      expect(namesIn(world.kept, "minted-")).toEqual([]);
      expect(await world.get(env)).toMatchObject({
        code: 1,
        stdout: "credentials not found in native keychain\n",
      });
      await way.close();
    }),
  );

  it.concurrent(
    "a new login while a mint of the old one is on its way: what is answered from then on is the new one's",
    inWorld({ keyring: true }, async (world) => {
      await world.docr("store", { stdin: loginTo(HOST, "me", world.token) });
      const gate = createGate();
      let isShut = true;
      const way = await createSlowWay(world.standIn.url, async (path) =>
        isShut && path.endsWith("/docker-credentials") ? gate.opened : undefined,
      );
      const env = { DIGITALOCEAN_API_URL: way.url };
      const getting = world.get(env);
      expect(await waitUntil(async () => world.standIn.account.minted.length === 1, 10)).toBe(true);
      isShut = false;
      const another = loginTo(HOST, "me", world.standIn.account.addToken());
      expect((await world.docr("store", { stdin: another, env })).code).toBe(0);
      gate.open();
      await getting;
      expect(world.idOf(await world.get(env))).toBe(2);
      await way.close();
    }),
  );
});

describeUnless(
  explainNoExecutable() ?? explainMissing(["strace"]),
  "SIGKILL at each file operation of a get",
  () => {
    it.concurrent(
      "leaves at most one credential more, no file half written, and a next get that works",
      inWorld({}, async (world) => {
        const getting = { args: [DOCR, "get"] as const, env: world.env, stdin: HOST };
        const operations = await recordOperations(getting, [world.kept], world.folder);
        const names = new Set(operations.map(({ name }) => name));
        for (const name of ["openat", "write", "rename"]) expect(names).toContain(name);
        let killed = 0;
        for (const operation of operations) {
          rmSync(world.kept, { recursive: true, force: true });
          const before = world.standIn.account.minted.length;
          if ((await runUntil(getting, operation)).signal === "SIGKILL") killed += 1;
          const outcome = await world.get();
          expect([operation.shown, outcome.code, outcome.stderr]).toEqual([operation.shown, 0, ""]);
          expect(world.standIn.account.minted.length - before).toBeLessThanOrEqual(2);
          // What is answered is what is kept, and nothing is minted any more.
          const minted = world.standIn.account.minted.length;
          expect(world.idOf(await world.get())).toBe(world.idOf(outcome));
          expect(world.standIn.account.minted.length).toBe(minted);
          // The next that writes takes away what the killed one left.
          await replace(world);
          expect([operation.shown, namesIn(world.kept, ".new-")]).toEqual([operation.shown, []]);
        }
        expect(killed).toBeGreaterThan(operations.length / 2);
      }),
    );

    it.concurrent(
      "loses no credential when it replaces one: what is on the way out can still be revoked",
      inWorld({}, async (world) => {
        const getting = { args: [DOCR, "get"] as const, env: world.env, stdin: HOST };
        await world.get();
        backdate(world.kept, 50);
        const operations = await recordOperations(getting, [world.kept], world.folder);
        for (const operation of operations) {
          await world.docr("erase", { stdin: HOST });
          await world.get();
          backdate(world.kept, 50);
          const [before] = live(world).slice(-1);
          await runUntil(getting, operation);
          expect((await world.get()).code).toBe(0);
          await world.docr("erase", { stdin: HOST });
          // The old one is known in whichever state it was left. At most the one that was on its way in is not.
          expect([operation.shown, live(world).includes(before ?? 0)]).toEqual([operation.shown, false]);
          const left = live(world);
          expect(left.length).toBeLessThanOrEqual(1);
          for (const minted of world.standIn.account.minted) minted.revoked = true;
        }
      }),
    );
  },
);
