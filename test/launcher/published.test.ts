import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { listFiles, backdate, readFiles } from "../support/private-folder.ts";
import { HOST, loginFor, secretOf } from "../support/requests.ts";
import { inSandbox, type Sandbox } from "../system/sandbox.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoLauncher } from "../support/lab/executable.ts";
import { explainMissing, KEYRING } from "../support/lab/parts.ts";
import { type Environment, run } from "../support/lab/run.ts";
import { waitUntil } from "../support/lab/service.ts";
import { type Outcome, call } from "./call.ts";
import { openBench } from "./launcher-bench.ts";

const RESPONSES = "warm-";
/** For the host alone, and for the path of the account's only registry. */
const BOTH = 2;
const SPELLINGS = [
  HOST,
  `https://${HOST}`,
  `http://${HOST}/`,
  `${HOST}:443`,
  HOST.toUpperCase(),
  `${HOST}/v2/`,
];
const PATHS = [`${HOST}/acme`, `https://${HOST}/acme/app`, `${HOST}:443/acme/app/`];
const reason = explainNoLauncher() ?? explainMissing(KEYRING);

/** Runs a launcher without docr, so that it can respond only from the response cache. */
async function askLauncherAlone(env: Environment, input = HOST): Promise<Outcome> {
  const bench = openBench();
  try {
    return await call(bench.launcher, { args: ["get"], input: Buffer.from(input), env });
  } finally {
    bench.close();
  }
}

const tokenLogin = (token: string): string => loginFor(HOST, "me", token);

/** A user who logged in with an API token and pulled once. */
function loggedIn(body: (sandbox: Sandbox) => Promise<void>): () => Promise<void> {
  return inSandbox({ keyring: true }, async (sandbox) => {
    expect(await sandbox.docr("store", { stdin: tokenLogin(sandbox.token) })).toMatchObject({ code: 0 });
    expect(await sandbox.get()).toMatchObject({ code: 0, stderr: "" });
    expect(listFiles(sandbox.privateFolder, RESPONSES)).toHaveLength(BOTH);
    await body(sandbox);
  });
}

describeUnless(reason, "the response that docr caches for the launcher", () => {
  it(
    "is the one that docr printed, and the launcher prints it without docr",
    loggedIn(async (sandbox) => {
      const again = await sandbox.get();
      const alone = await askLauncherAlone(sandbox.env);
      expect([alone.ending, alone.stderr]).toEqual([0, ""]);
      expect(alone.stdout === again.stdout).toBe(true);
      expect(sandbox.standIn.count("mint")).toBe(1);
    }),
  );

  it.each([
    ["another API token", { DIGITALOCEAN_ACCESS_TOKEN: `dop_v1_${"7".repeat(64)}` }],
    ["another registry", { DOCR_REGISTRY: "other" }],
    ["another access", { DOCR_ACCESS: "read-only" }],
    ["another account", { DIGITALOCEAN_CONTEXT: "work" }],
    ["another API", { DIGITALOCEAN_API_URL: "http://127.0.0.1:1" }],
    ["no cache", { DOCR_CACHE: "none" }],
    ["another store", { DOCR_STORE: "pass" }],
    ["an invalid setting", { DOCR_TTL: "soon" }],
  ])("is not used with %s", (_what, other) =>
    loggedIn(async (sandbox) => {
      const alone = await askLauncherAlone({ ...sandbox.env, ...other });
      expect(alone.ending).toBe(1);
      expect(alone.stdout).not.toContain("Secret");
    })(),
  );

  it(
    "is deleted by a logout",
    loggedIn(async (sandbox) => {
      expect(await sandbox.docr("erase", { stdin: HOST })).toMatchObject({ code: 0 });
      expect(listFiles(sandbox.privateFolder, RESPONSES)).toEqual([]);
      expect((await askLauncherAlone(sandbox.env)).ending).toBe(1);
    }),
  );

  it(
    "is replaced after a login with another API token",
    loggedIn(async (sandbox) => {
      const before = secretOf(await sandbox.get());
      const token = sandbox.standIn.account.addToken();
      expect(await sandbox.docr("store", { stdin: tokenLogin(token) })).toMatchObject({ code: 0 });
      expect(listFiles(sandbox.privateFolder, RESPONSES)).toEqual([]);
      expect(secretOf(await sandbox.get())).not.toBe(before);
      expect(readFiles(sandbox.privateFolder, RESPONSES).includes(before)).toBe(false);
    }),
  );

  it(
    "is deleted when the credential is refreshed in the background",
    loggedIn(async (sandbox) => {
      const before = secretOf(await sandbox.get());
      // Only the credential gets older. The response is deleted because its credential is, not because of its own age.
      const [name = ""] = listFiles(sandbox.privateFolder, RESPONSES);
      const text = readFiles(sandbox.privateFolder, name).slice(name.length + 1, -1);
      backdate(sandbox.privateFolder, 31);
      writeFileSync(join(sandbox.privateFolder, name), text, { mode: 0o600 });
      expect(await sandbox.get(sandbox.traced)).toMatchObject({ code: 0 });
      expect(await waitUntil(async () => sandbox.standIn.count("mint") === 2, 15)).toBe(true);
      expect(
        await waitUntil(async () => !readFiles(sandbox.privateFolder, "minted-").includes(before), 15),
      ).toBe(true);
      expect(readFiles(sandbox.privateFolder, RESPONSES).includes(before)).toBe(false);
      expect(secretOf(await sandbox.get())).not.toBe(before);
    }),
  );

  it(
    "is deleted when an expiring credential is replaced",
    loggedIn(async (sandbox) => {
      const before = secretOf(await sandbox.get());
      backdate(sandbox.privateFolder, 50);
      const after = await sandbox.get();
      expect(secretOf(after)).not.toBe(before);
      expect(readFiles(sandbox.privateFolder, RESPONSES).includes(before)).toBe(false);
      expect((await askLauncherAlone(sandbox.env)).stdout === after.stdout).toBe(true);
    }),
  );

  it(
    "is for every plain spelling of the host, and repeats the spelling",
    loggedIn(async (sandbox) => {
      const { stdout } = await sandbox.get();
      for (const spelling of [...SPELLINGS, ...PATHS]) {
        const alone = await askLauncherAlone(sandbox.env, spelling);
        expect([alone.ending, alone.stderr]).toEqual([0, ""]);
        expect(alone.stdout).toBe(stdout.replace(HOST, spelling));
        expect(await sandbox.docr("get", { stdin: spelling })).toMatchObject({ stdout: alone.stdout });
      }
      expect(sandbox.standIn.count("mint")).toBe(1);
    }),
  );

  it(
    "is for a path alone until the host is asked for, and then for both",
    inSandbox({}, async (sandbox) => {
      for (const path of PATHS) {
        expect(await sandbox.docr("get", { stdin: path })).toMatchObject({ code: 0, stderr: "" });
        expect((await askLauncherAlone(sandbox.env, path)).ending).toBe(0);
      }
      expect((await askLauncherAlone(sandbox.env)).ending).toBe(1);
      await sandbox.get();
      for (const spelling of [...SPELLINGS, ...PATHS])
        expect((await askLauncherAlone(sandbox.env, spelling)).ending).toBe(0);
      expect([sandbox.standIn.count("mint"), sandbox.standIn.count("list")]).toEqual([1, 1]);
    }),
  );

  it.each([
    ["another registry", { DOCR_REGISTRY: "other" }, HOST],
    ["another account for the registry", { HOME: "mapped" }, PATHS[0]],
  ])("is not the one of %s", (_what, { HOME, ...added }: Environment, input) =>
    loggedIn(async (sandbox) => {
      const config = join(sandbox.folder, "mapped", ".config", "docr");
      mkdirSync(config, { recursive: true });
      writeFileSync(join(config, "config.json"), '{"contexts":{"acme":"work"}}');
      const home = HOME === undefined ? {} : { HOME: join(sandbox.folder, HOME) };
      expect((await askLauncherAlone({ ...sandbox.env, ...added, ...home }, input)).ending).toBe(1);
    })(),
  );

  it(
    "is not stored with another kind of cache",
    inSandbox({}, async (sandbox) => {
      for (const cache of ["none", "keychain"]) {
        await sandbox.get({ DOCR_CACHE: cache });
        expect(listFiles(sandbox.privateFolder, RESPONSES)).toEqual([]);
      }
      // The same applies if other settings have stored files before.
      await sandbox.get();
      const before = listFiles(sandbox.privateFolder, RESPONSES);
      for (const cache of ["none", "keychain"]) await sandbox.get({ DOCR_CACHE: cache });
      expect(listFiles(sandbox.privateFolder, RESPONSES)).toEqual(before);
    }),
  );

  it(
    "is neither stored nor used with a trace or an API token's file",
    inSandbox({}, async (sandbox) => {
      const file = join(sandbox.folder, "token");
      writeFileSync(file, sandbox.token, { mode: 0o600 });
      const bypassing: readonly Environment[] = [sandbox.traced, { DIGITALOCEAN_ACCESS_TOKEN_FILE: file }];
      for (const added of bypassing) expect(await sandbox.get(added)).toMatchObject({ code: 0 });
      expect(listFiles(sandbox.privateFolder, RESPONSES)).toEqual([]);
      await sandbox.get();
      expect(listFiles(sandbox.privateFolder, RESPONSES)).toHaveLength(BOTH);
      const lines = sandbox.trace().length;
      await sandbox.get(sandbox.traced);
      expect(sandbox.trace().length).toBeGreaterThan(lines);
      for (const added of bypassing)
        expect((await askLauncherAlone({ ...sandbox.env, ...added })).ending).toBe(1);
    }),
  );

  it(
    "is not found if the runtime directory is missing",
    inSandbox({}, async (sandbox) => {
      const missing = { XDG_RUNTIME_DIR: join(sandbox.folder, "missing") };
      rmSync(missing.XDG_RUNTIME_DIR, { recursive: true, force: true });
      expect((await askLauncherAlone({ ...sandbox.env, ...missing })).ending).toBe(1);
    }),
  );
});

/** The prefix of the notes. */
const NOTES = "other-";
const OTHER = "ghcr.io";
const MISSING = "missing.test";

const configPath = (sandbox: Sandbox): string => join(sandbox.home, ".config", "docr", "config.json");

/** A user with a login of another registry. */
function withLogin(body: (sandbox: Sandbox) => Promise<void>): () => Promise<void> {
  return inSandbox({ keyring: true }, async (sandbox) => {
    expect(await sandbox.docr("store", { stdin: loginFor(OTHER) })).toMatchObject({ code: 0 });
    await body(sandbox);
  });
}

describeUnless(reason, "the note that docr writes for the launcher about other registries", () => {
  it.each([
    ["a config file", {}, '{"context":"work"}'],
    ["a store in the config file", {}, '{\n  "store": "keychain"\n}\n'],
    ["a store in the environment", { DOCR_STORE: "auto" }, undefined],
    ["both", { DOCR_STORE: "keychain" }, '{"store":"file"}'],
  ])(
    "lets the launcher read the keychain with %s, after docr has done it once",
    (_what, added: Environment, config) =>
      withLogin(async (sandbox) => {
        if (config !== undefined) writeFileSync(configPath(sandbox), config);
        const env = { ...sandbox.env, ...added };
        expect((await askLauncherAlone(env, OTHER)).stdout).toContain("cannot be run");
        const found = await run(DOCR, ["--as-helper", "get"], { stdin: OTHER, env });
        const none = await run(DOCR, ["--as-helper", "get"], { stdin: MISSING, env });
        expect([found.code, none.code]).toEqual([0, 1]);
        for (const first of [MISSING, OTHER]) {
          for (const name of listFiles(sandbox.privateFolder, NOTES))
            rmSync(join(sandbox.privateFolder, name));
          await sandbox.docr("get", { stdin: first, env: added });
          for (const [host, { code, stdout }] of [
            [OTHER, found],
            [MISSING, none],
          ] as const)
            expect(await askLauncherAlone(env, host)).toMatchObject({ ending: code, stdout, stderr: "" });
        }
      })(),
  );

  it(
    "belongs to the settings that docr had: after a change, docr decides again",
    withLogin(async (sandbox) => {
      const command = (...args: string[]) => sandbox.run(args, { stdin: "", env: sandbox.env });
      const isAnsweredAlone = async (added: Environment = {}): Promise<boolean> =>
        (await askLauncherAlone({ ...sandbox.env, ...added }, OTHER)).ending === 0;
      await command("config", "set", "context", "work");
      await sandbox.docr("get", { stdin: OTHER });
      expect(await isAnsweredAlone()).toBe(true);
      for (const added of [{ DOCR_STORE: "file" }, { DOCR_FALLBACK: "pass" }, { DOCR_LOG: "debug" }])
        expect(await isAnsweredAlone(added)).toBe(false);
      for (const [name, value] of [
        ["fallback", "pass"],
        ["store", "file"],
      ] as const) {
        await command("config", "set", name, value);
        expect(await isAnsweredAlone()).toBe(false);
        await sandbox.docr("get", { stdin: MISSING });
        expect(await isAnsweredAlone()).toBe(false);
        await command("config", "unset", name);
        expect(await isAnsweredAlone()).toBe(true);
      }
    }),
  );

  it(
    "is not written while the keychain is locked, and not for DigitalOcean's registry",
    withLogin(async (sandbox) => {
      writeFileSync(configPath(sandbox), "{}");
      await sandbox.keyring?.restart("locked");
      expect(await sandbox.docr("get", { stdin: OTHER })).toMatchObject({ code: 1 });
      await sandbox.get({ DIGITALOCEAN_ACCESS_TOKEN: sandbox.token });
      expect(listFiles(sandbox.privateFolder, RESPONSES)).not.toEqual([]);
      expect(listFiles(sandbox.privateFolder, NOTES)).toEqual([]);
    }),
  );
});
