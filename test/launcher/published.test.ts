import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { listFiles, backdate, readFiles } from "../support/private-folder.ts";
import { HOST, loginFor, secretOf } from "../support/requests.ts";
import { inSandbox, type Sandbox } from "../system/sandbox.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoLauncher } from "../support/lab/executable.ts";
import { explainMissing, KEYRING } from "../support/lab/parts.ts";
import type { Environment } from "../support/lab/run.ts";
import { waitUntil } from "../support/lab/service.ts";
import { type Outcome, call } from "./call.ts";
import { openBench } from "./launcher-bench.ts";

const RESPONSES = "warm-";
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
    expect(listFiles(sandbox.privateFolder, RESPONSES)).toHaveLength(1);
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
      const text = readFiles(sandbox.privateFolder, RESPONSES).slice(name.length + 1, -1);
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
    "is not stored with another kind of cache, nor for other spellings of the host",
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
      for (const name of before) rmSync(join(sandbox.privateFolder, name));
      for (const input of [`https://${HOST}`, `${HOST}/acme`, HOST.toUpperCase()]) {
        expect(await sandbox.docr("get", { stdin: input })).toMatchObject({ code: 0 });
        expect(listFiles(sandbox.privateFolder, RESPONSES)).toEqual([]);
      }
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
      expect(listFiles(sandbox.privateFolder, RESPONSES)).toHaveLength(1);
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
