import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { namesIn, backdate, textOf } from "../system/kept-files.ts";
import { HOST, inWorld, loginTo, secretOf, type World } from "../system/world.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoLauncher } from "../support/lab/executable.ts";
import { explainMissing } from "../support/lab/parts.ts";
import type { Environment } from "../support/lab/run.ts";
import { waitUntil } from "../support/lab/service.ts";
import { type Outcome, call } from "./call.ts";
import { openBench } from "./launcher-bench.ts";

const WARM = "warm-";
const reason = explainNoLauncher() ?? explainMissing(["dbus-daemon", "gnome-keyring-daemon", "gdbus"]);

/** What a launcher without any docr beside it answers: nothing but what is left for it. */
async function askLauncherAlone(env: Environment, input = HOST): Promise<Outcome> {
  const bench = openBench();
  try {
    return await call(bench.launcher, { args: ["get"], input: Buffer.from(input), env });
  } finally {
    bench.close();
  }
}

const tokenLogin = (token: string): string => loginTo(HOST, "me", token);

/** Somebody who logged in with an API token, and pulled once. */
function loggedIn(body: (world: World) => Promise<void>): () => Promise<void> {
  return inWorld({ keyring: true }, async (world) => {
    expect(await world.docr("store", { stdin: tokenLogin(world.token) })).toMatchObject({ code: 0 });
    expect(await world.get()).toMatchObject({ code: 0, stderr: "" });
    expect(namesIn(world.kept, WARM)).toHaveLength(1);
    await body(world);
  });
}

describeUnless(reason, "what the full program leaves for the launcher", () => {
  it(
    "is the answer that it gave itself, which the launcher then gives alone",
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
    ["a setting that is none", { DOCR_TTL: "soon" }],
  ])("is not given to %s", (_what, other) =>
    loggedIn(async (world) => {
      const alone = await askLauncherAlone({ ...world.env, ...other });
      expect(alone.ending).toBe(1);
      expect(alone.stdout).not.toContain("Secret");
    })(),
  );

  it(
    "is gone after a logout",
    loggedIn(async (world) => {
      expect(await world.docr("erase", { stdin: HOST })).toMatchObject({ code: 0 });
      expect(namesIn(world.kept, WARM)).toEqual([]);
      expect((await askLauncherAlone(world.env)).ending).toBe(1);
    }),
  );

  it(
    "is gone after a login with another API token, and then is another one",
    loggedIn(async (world) => {
      const before = secretOf(await world.get());
      const token = world.standIn.account.addToken();
      expect(await world.docr("store", { stdin: tokenLogin(token) })).toMatchObject({ code: 0 });
      expect(namesIn(world.kept, WARM)).toEqual([]);
      expect(secretOf(await world.get())).not.toBe(before);
      expect(textOf(world.kept, WARM).includes(before)).toBe(false);
    }),
  );

  it(
    "is gone when the credential was renewed",
    loggedIn(async (world) => {
      const before = secretOf(await world.get());
      // The finished answer stays as young as it was: it is dropped for the credential's sake, not for its own age.
      const [name = ""] = namesIn(world.kept, WARM);
      const text = textOf(world.kept, WARM).slice(name.length + 1, -1);
      backdate(world.kept, 31);
      writeFileSync(join(world.kept, name), text, { mode: 0o600 });
      expect(await world.get(world.traced)).toMatchObject({ code: 0 });
      expect(await waitUntil(async () => world.standIn.count("mint") === 2, 15)).toBe(true);
      expect(await waitUntil(async () => !textOf(world.kept, "minted-").includes(before), 15)).toBe(true);
      expect(textOf(world.kept, WARM).includes(before)).toBe(false);
      expect(secretOf(await world.get())).not.toBe(before);
    }),
  );

  it(
    "is gone when the credential was replaced because it was old",
    loggedIn(async (world) => {
      const before = secretOf(await world.get());
      backdate(world.kept, 50);
      const after = await world.get();
      expect(secretOf(after)).not.toBe(before);
      expect(textOf(world.kept, WARM).includes(before)).toBe(false);
      expect((await askLauncherAlone(world.env)).stdout === after.stdout).toBe(true);
    }),
  );

  it(
    "is nothing where nothing is to be kept in files, and nothing for other spellings of our host",
    inWorld({}, async (world) => {
      for (const cache of ["none", "keychain"]) {
        await world.get({ DOCR_CACHE: cache });
        expect(namesIn(world.kept, WARM)).toEqual([]);
      }
      // Nor with what other settings left in files before.
      await world.get();
      const before = namesIn(world.kept, WARM);
      for (const cache of ["none", "keychain"]) await world.get({ DOCR_CACHE: cache });
      expect(namesIn(world.kept, WARM)).toEqual(before);
      for (const name of before) rmSync(join(world.kept, name));
      for (const input of [`https://${HOST}`, `${HOST}/acme`, HOST.toUpperCase()]) {
        expect(await world.docr("get", { stdin: input })).toMatchObject({ code: 0 });
        expect(namesIn(world.kept, WARM)).toEqual([]);
      }
    }),
  );

  it(
    "is nothing, and does not help, where a log or an API token's file is asked for: the full program answers",
    inWorld({}, async (world) => {
      const file = join(world.folder, "token");
      writeFileSync(file, world.token, { mode: 0o600 });
      const deferring: readonly Environment[] = [world.traced, { DIGITALOCEAN_ACCESS_TOKEN_FILE: file }];
      for (const added of deferring) expect(await world.get(added)).toMatchObject({ code: 0 });
      expect(namesIn(world.kept, WARM)).toEqual([]);
      await world.get();
      expect(namesIn(world.kept, WARM)).toHaveLength(1);
      const lines = world.trace().length;
      await world.get(world.traced);
      expect(world.trace().length).toBeGreaterThan(lines);
      for (const added of deferring)
        expect((await askLauncherAlone({ ...world.env, ...added })).ending).toBe(1);
    }),
  );

  it(
    "is nothing where the runtime directory is not there: each answer is the full program's",
    inWorld({}, async (world) => {
      const missing = { XDG_RUNTIME_DIR: join(world.folder, "missing") };
      rmSync(missing.XDG_RUNTIME_DIR, { recursive: true, force: true });
      expect((await askLauncherAlone({ ...world.env, ...missing })).ending).toBe(1);
    }),
  );
});
