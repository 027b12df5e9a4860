import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { namesIn, backdate, textOf } from "../support/private-folder.ts";
import { HOST, inWorld, loginTo, secretOf, type World } from "../system/world.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoLauncher } from "../support/lab/executable.ts";
import { explainMissing, KEYRING } from "../support/lab/parts.ts";
import type { Environment } from "../support/lab/run.ts";
import { waitUntil } from "../support/lab/service.ts";
import { type Outcome, call } from "./call.ts";
import { openBench } from "./launcher-bench.ts";

const RESPONSES = "warm-";
const reason = explainNoLauncher() ?? explainMissing(KEYRING);

/** Runs a launcher that has no docr, so that it can only answer from the response cache. */
async function askLauncherAlone(env: Environment, input = HOST): Promise<Outcome> {
  const bench = openBench();
  try {
    return await call(bench.launcher, { args: ["get"], input: Buffer.from(input), env });
  } finally {
    bench.close();
  }
}

const tokenLogin = (token: string): string => loginTo(HOST, "me", token);

/** A user who logged in with an API token and pulled once. */
function loggedIn(body: (world: World) => Promise<void>): () => Promise<void> {
  return inWorld({ keyring: true }, async (world) => {
    expect(await world.docr("store", { stdin: tokenLogin(world.token) })).toMatchObject({ code: 0 });
    expect(await world.get()).toMatchObject({ code: 0, stderr: "" });
    expect(namesIn(world.kept, RESPONSES)).toHaveLength(1);
    await body(world);
  });
}

describeUnless(reason, "the response that docr caches for the launcher", () => {
  it(
    "is the one that docr printed, and the launcher prints it alone",
    loggedIn(async (world) => {
      const again = await world.get();
      const alone = await askLauncherAlone(world.env);
      expect([alone.ending, alone.stderr]).toEqual([0, ""]);
      expect(alone.stdout === again.stdout).toBe(true);
      expect(world.standIn.count("mint")).toBe(1);
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
    loggedIn(async (world) => {
      const alone = await askLauncherAlone({ ...world.env, ...other });
      expect(alone.ending).toBe(1);
      expect(alone.stdout).not.toContain("Secret");
    })(),
  );

  it(
    "is deleted by a logout",
    loggedIn(async (world) => {
      expect(await world.docr("erase", { stdin: HOST })).toMatchObject({ code: 0 });
      expect(namesIn(world.kept, RESPONSES)).toEqual([]);
      expect((await askLauncherAlone(world.env)).ending).toBe(1);
    }),
  );

  it(
    "is replaced after a login with another API token",
    loggedIn(async (world) => {
      const before = secretOf(await world.get());
      const token = world.standIn.account.addToken();
      expect(await world.docr("store", { stdin: tokenLogin(token) })).toMatchObject({ code: 0 });
      expect(namesIn(world.kept, RESPONSES)).toEqual([]);
      expect(secretOf(await world.get())).not.toBe(before);
      expect(textOf(world.kept, RESPONSES).includes(before)).toBe(false);
    }),
  );

  it(
    "is deleted when the credential is refreshed in the background",
    loggedIn(async (world) => {
      const before = secretOf(await world.get());
      // Only the credential gets older. The response is deleted because its credential is, not because of its own age.
      const [name = ""] = namesIn(world.kept, RESPONSES);
      const text = textOf(world.kept, RESPONSES).slice(name.length + 1, -1);
      backdate(world.kept, 31);
      writeFileSync(join(world.kept, name), text, { mode: 0o600 });
      expect(await world.get(world.traced)).toMatchObject({ code: 0 });
      expect(await waitUntil(async () => world.standIn.count("mint") === 2, 15)).toBe(true);
      expect(await waitUntil(async () => !textOf(world.kept, "minted-").includes(before), 15)).toBe(true);
      expect(textOf(world.kept, RESPONSES).includes(before)).toBe(false);
      expect(secretOf(await world.get())).not.toBe(before);
    }),
  );

  it(
    "is deleted when an expiring credential is replaced",
    loggedIn(async (world) => {
      const before = secretOf(await world.get());
      backdate(world.kept, 50);
      const after = await world.get();
      expect(secretOf(after)).not.toBe(before);
      expect(textOf(world.kept, RESPONSES).includes(before)).toBe(false);
      expect((await askLauncherAlone(world.env)).stdout === after.stdout).toBe(true);
    }),
  );

  it(
    "is not stored with another kind of cache, nor for other spellings of the host",
    inWorld({}, async (world) => {
      for (const cache of ["none", "keychain"]) {
        await world.get({ DOCR_CACHE: cache });
        expect(namesIn(world.kept, RESPONSES)).toEqual([]);
      }
      // The same if other settings stored files before.
      await world.get();
      const before = namesIn(world.kept, RESPONSES);
      for (const cache of ["none", "keychain"]) await world.get({ DOCR_CACHE: cache });
      expect(namesIn(world.kept, RESPONSES)).toEqual(before);
      for (const name of before) rmSync(join(world.kept, name));
      for (const input of [`https://${HOST}`, `${HOST}/acme`, HOST.toUpperCase()]) {
        expect(await world.docr("get", { stdin: input })).toMatchObject({ code: 0 });
        expect(namesIn(world.kept, RESPONSES)).toEqual([]);
      }
    }),
  );

  it(
    "is neither stored nor used with a log or an API token's file",
    inWorld({}, async (world) => {
      const file = join(world.folder, "token");
      writeFileSync(file, world.token, { mode: 0o600 });
      const bypassing: readonly Environment[] = [world.traced, { DIGITALOCEAN_ACCESS_TOKEN_FILE: file }];
      for (const added of bypassing) expect(await world.get(added)).toMatchObject({ code: 0 });
      expect(namesIn(world.kept, RESPONSES)).toEqual([]);
      await world.get();
      expect(namesIn(world.kept, RESPONSES)).toHaveLength(1);
      const lines = world.trace().length;
      await world.get(world.traced);
      expect(world.trace().length).toBeGreaterThan(lines);
      for (const added of bypassing)
        expect((await askLauncherAlone({ ...world.env, ...added })).ending).toBe(1);
    }),
  );

  it(
    "is not found if the runtime directory is missing",
    inWorld({}, async (world) => {
      const missing = { XDG_RUNTIME_DIR: join(world.folder, "missing") };
      rmSync(missing.XDG_RUNTIME_DIR, { recursive: true, force: true });
      expect((await askLauncherAlone({ ...world.env, ...missing })).ending).toBe(1);
    }),
  );
});
