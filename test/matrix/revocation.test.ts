import { describe, expect, it } from "vitest";
import { isLive } from "../support/fakes/digitalocean-account.ts";
import { createGate, createSlowProxy } from "../support/fakes/slow-proxy.ts";
import { type EnvironmentChanges, onMachine, type TestMachine } from "../support/fakes/test-machine.ts";
import { waitUntil } from "../support/lab/service.ts";
import { listFiles, readFiles } from "../support/private-folder.ts";
import { HOST, loginFor } from "../support/requests.ts";

const MINUTE_MS = 60_000;
const ANY_TOKEN = /do[op]_v1_/;
const WITHOUT_TOKEN = { DIGITALOCEAN_ACCESS_TOKEN: undefined };

/** The numbers of the credentials that the registry accepts. */
const valid = ({ standIn }: TestMachine): readonly number[] =>
  standIn.account.minted.filter((minted) => isLive(minted)).map(({ id }) => id);

/** Lets the cached credential expire soon, and replaces it while the client waits. */
async function replace(machine: TestMachine, env: EnvironmentChanges = {}): Promise<void> {
  machine.pass(50 * MINUTE_MS);
  await machine.get(env);
}

describe("a superseded credential", () => {
  it.concurrent(
    "is revoked by the first mint 15 minutes later, and not before",
    onMachine(async (machine) => {
      const env = { DOCR_TTL: "7200" };
      await machine.get(env);
      // A background process replaces the credential at half its lifetime.
      machine.pass(61 * MINUTE_MS);
      await machine.get(env);
      await machine.settle();
      expect(machine.idOf(await machine.get(env))).toBe(2);
      expect(listFiles(machine.privateFolder, "replaced-")).toHaveLength(1);
      machine.pass(14 * MINUTE_MS);
      await machine.get({ ...env, DOCR_ACCESS: "read-only" });
      await machine.settle();
      expect(valid(machine)).toEqual([1, 2, 3]);
      machine.pass(2 * MINUTE_MS);
      await machine.get({ ...env, DOCR_ACCESS: "read-write" });
      await machine.settle();
      expect(valid(machine)).toEqual([2, 3, 4]);
      expect(listFiles(machine.privateFolder, "replaced-")).toEqual([]);
      // docr still returns the others.
      expect(machine.idOf(await machine.get(env))).toBe(2);
    }),
  );

  it.concurrent(
    "is revoked immediately by docr prune, which does not revoke current ones",
    onMachine(async (machine) => {
      await machine.get();
      await replace(machine);
      await machine.get({ DOCR_ACCESS: "read-only" });
      expect(await machine.docr("prune")).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^revoked 1 credential\n/),
        stderr: "",
      });
      expect(valid(machine)).toEqual([2, 3]);
      expect(machine.idOf(await machine.get())).toBe(2);
      expect(await machine.docr("prune")).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^revoked 0 credentials\n/),
        stderr: "",
      });
    }),
  );
});

describe("erase of DigitalOcean's registry", () => {
  it.concurrent(
    "revokes every valid credential of the API token in the environment; without one, of every API token",
    onMachine(async (machine) => {
      await machine.get();
      await replace(machine);
      await machine.get({ DOCR_ACCESS: "read-only" });
      await machine.get({ DIGITALOCEAN_ACCESS_TOKEN: machine.standIn.account.addToken() });
      expect(valid(machine)).toEqual([1, 2, 3, 4]);
      const good = { code: 0, stdout: "", stderr: "" };
      expect(await machine.docr("erase", { stdin: HOST })).toMatchObject(good);
      expect(valid(machine)).toEqual([4]);
      expect(await machine.docr("erase", { stdin: HOST, env: WITHOUT_TOKEN })).toMatchObject(good);
      expect(valid(machine)).toEqual([]);
      expect(readFiles(machine.privateFolder)).not.toMatch(ANY_TOKEN);
    }),
  );

  it.concurrent(
    "removes the secrets and warns if DigitalOcean refuses connections",
    onMachine(async (machine) => {
      await machine.get();
      await machine.standIn.close();
      const erased = await machine.docr("erase", { stdin: HOST });
      expect(erased).toMatchObject({ code: 0, stdout: "" });
      expect(erased.stderr).toMatch(/^docr: (?:could not revoke|still revoking) one credential [^\n]+\n$/);
      expect(readFiles(machine.privateFolder)).not.toMatch(ANY_TOKEN);
    }),
  );
});

describe("an erase to which DigitalOcean does not respond", () => {
  it.concurrent(
    "ends after a second, and a background process revokes the credential",
    onMachine(async (machine) => {
      await machine.get();
      machine.standIn.faults.add({ kind: "hang", path: "/v1/oauth/revoke" });
      const erased = await machine.docr("erase", { stdin: HOST });
      expect(erased).toMatchObject({ code: 0, stdout: "" });
      expect(erased.stderr).toMatch(/^docr: still revoking one credential in the background/);
      expect(erased.ms).toBeLessThan(3_000);
      expect(readFiles(machine.privateFolder)).not.toMatch(ANY_TOKEN);
      await machine.settle();
      expect(valid(machine)).toEqual([]);
    }),
  );
});

describe("the inventory", () => {
  it.concurrent(
    "names each credential by a digest, and neither it nor a file's name contains a secret",
    onMachine(async (machine) => {
      await machine.get();
      await replace(machine);
      const { token, standIn, privateFolder } = machine;
      const secrets = [token, ...standIn.account.minted.map(({ secret }) => secret)];
      expect(listFiles(privateFolder, "digest-")).toHaveLength(2);
      const inventory = readFiles(privateFolder, "digest-") + listFiles(privateFolder).join("\n");
      for (const secret of secrets) {
        expect(inventory.includes(secret)).toBe(false);
        expect(inventory.includes(secret.slice("dop_v1_".length))).toBe(false);
      }
      expect(inventory).toMatch(/"registry":"acme"/);
      // The API token is in no file.
      expect(readFiles(privateFolder).includes(token.slice("dop_v1_".length))).toBe(false);
    }),
  );

  it.concurrent(
    "removes expired credentials",
    onMachine(async (machine) => {
      await machine.get();
      machine.pass(61 * MINUTE_MS);
      await machine.get();
      expect(listFiles(machine.privateFolder, "digest-")).toHaveLength(1);
    }),
  );
});

const logIn = ({ docr }: TestMachine, token: string) =>
  docr("store", { stdin: loginFor(HOST, "me", token), env: WITHOUT_TOKEN });

describe("a login with another API token", () => {
  it.concurrent(
    "revokes what the old token minted, and not what the environment's token minted",
    onMachine(async (machine) => {
      const { account } = machine.standIn;
      const ci = { DIGITALOCEAN_ACCESS_TOKEN: account.addToken() };
      await logIn(machine, machine.token);
      await machine.get(WITHOUT_TOKEN);
      await machine.get(ci);
      // The same token again changes nothing.
      expect(await logIn(machine, machine.token)).toMatchObject({ code: 0, stderr: "" });
      expect(valid(machine)).toEqual([1, 2]);
      expect(await logIn(machine, account.addToken())).toMatchObject({ code: 0, stderr: "" });
      expect(valid(machine)).toEqual([2]);
      expect(machine.idOf(await machine.get(WITHOUT_TOKEN))).toBe(3);
      expect(machine.idOf(await machine.get(ci))).toBe(2);
    }),
  );

  it.concurrent(
    "while a mint with the old one runs: later gets return a credential of the new one",
    onMachine(async (machine) => {
      const { account } = machine.standIn;
      await logIn(machine, machine.token);
      const gate = createGate();
      let isShut = true;
      const proxy = await createSlowProxy(machine.standIn.url, async (path) =>
        isShut && path.endsWith("/docker-credentials") ? gate.opened : undefined,
      );
      const env = { ...WITHOUT_TOKEN, DIGITALOCEAN_API_URL: proxy.url };
      const getting = machine.get(env);
      expect(await waitUntil(async () => account.minted.length === 1, 10)).toBe(true);
      isShut = false;
      const stdin = loginFor(HOST, "me", account.addToken());
      expect((await machine.docr("store", { stdin, env })).code).toBe(0);
      gate.open();
      await getting;
      expect(machine.idOf(await machine.get(env))).toBe(2);
      await proxy.close();
    }),
  );
});

describe("a logout while a mint runs", () => {
  it.concurrent(
    "leaves nothing cached, and the next get finds no login",
    onMachine(async (machine) => {
      await logIn(machine, machine.token);
      const gate = createGate();
      const proxy = await createSlowProxy(machine.standIn.url, async (path) =>
        path.endsWith("/docker-credentials") ? gate.opened : undefined,
      );
      const env = { ...WITHOUT_TOKEN, DIGITALOCEAN_API_URL: proxy.url };
      const getting = machine.get(env);
      expect(await waitUntil(async () => machine.standIn.account.minted.length === 1, 10)).toBe(true);
      expect(await machine.docr("erase", { stdin: HOST, env })).toMatchObject({ code: 0, stdout: "" });
      gate.open();
      await getting;
      expect(listFiles(machine.privateFolder, "minted-")).toEqual([]);
      expect(await machine.get(env)).toMatchObject({
        code: 1,
        stdout: "credentials not found in native keychain\n",
      });
      await proxy.close();
    }),
  );
});
