/** What holds with more than one keyring. Earlier versions crashed, or took what is locked for missing. */
import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoExecutable, LAUNCHER } from "../support/lab/executable.ts";
import { explainMissing, explainNotRoot, KEYRING } from "../support/lab/parts.ts";
import { type Outcome, run } from "../support/lab/run.ts";
import { HOST, loginFor } from "../support/requests.ts";
import { inSandbox, type Sandbox } from "./sandbox.ts";

const reason = explainNoExecutable() ?? explainMissing(KEYRING);
/** A user without an account. */
const OTHER = 4242;
const LOCKED = "the keychain is locked (collection work)";

/** Stores logins and the API token, and then locks them away in a second keyring. The new default one has only r2.test. */
async function lockAway(sandbox: Sandbox): Promise<void> {
  await sandbox.docr("store", { stdin: loginFor("r1.test") });
  await sandbox.docr("store", { stdin: loginFor(HOST, "sammy", sandbox.token) });
  await sandbox.keyring?.lockAway("work");
  await sandbox.docr("store", { stdin: loginFor("r2.test") });
}

/** Runs a command of docr. */
const command = (sandbox: Sandbox, ...args: string[]): Promise<Outcome> =>
  run(DOCR, args, { env: sandbox.env });

const listed = async (sandbox: Sandbox): Promise<readonly string[]> =>
  Object.keys(JSON.parse((await sandbox.docr("list", { stdin: "unused" })).stdout));

describeUnless(reason, "a login in a locked second keyring", () => {
  it(
    "is locked for get and erase, and is still there afterwards; others are answered, missing or listed",
    inSandbox({ keyring: true }, async (sandbox) => {
      await lockAway(sandbox);
      for (const action of ["get", "erase"]) {
        const outcome = await sandbox.docr(action, { stdin: "r1.test" });
        expect([action, outcome.code, outcome.signal]).toEqual([action, 1, null]);
        expect(outcome.stderr).toContain(LOCKED);
      }
      expect((await sandbox.docr("get", { stdin: "r2.test" })).code).toBe(0);
      expect((await sandbox.docr("get", { stdin: "r3.test" })).stdout).toContain("not found");
      expect(await listed(sandbox)).toEqual(["r2.test"]);
      await sandbox.keyring?.bringBack("work");
      expect((await sandbox.docr("get", { stdin: "r1.test" })).code).toBe(0);
    }),
  );

  it(
    "ends no command: registry list, status, doctor and logout say which keyring is locked and which program answers",
    inSandbox({ keyring: true }, async (sandbox) => {
      await lockAway(sandbox);
      const list = await command(sandbox, "registry", "list");
      expect([list.code, list.stderr]).toEqual([0, expect.stringContaining("(collection work)")]);
      expect(list.stdout).toContain("r2.test");
      const status = await command(sandbox, "status");
      expect(status.code).toBe(0);
      expect(status.stdout).toContain(`the keychain: ${LOCKED}`);
      const program = "gnome-keyring-daemon; open: Login (default); locked: Login (work)";
      expect(status.stdout).toContain(program);
      expect((await command(sandbox, "doctor")).stdout).toContain(program);
      const logout = await command(sandbox, "logout", "--all");
      expect([logout.code, logout.signal]).toEqual([1, null]);
      expect(logout.stderr).toContain("a part of the keychain is locked (collection work)");
    }),
  );

  it(
    "keeps docr from minting with another account's API token, which doctl has",
    inSandbox({ keyring: true }, async (sandbox) => {
      await lockAway(sandbox);
      const config = join(sandbox.home, ".config", "doctl", "config.yaml");
      mkdirSync(dirname(config), { recursive: true });
      writeFileSync(config, `access-token: ${sandbox.standIn.account.addToken()}\n`);
      sandbox.standIn.reset();
      const outcome = await sandbox.get();
      expect([outcome.code, outcome.stdout.includes(LOCKED)]).toEqual([1, true]);
      expect(sandbox.standIn.calls).toEqual([]);
    }),
  );
});

describeUnless(reason, "a session bus that cannot be one", () => {
  it(
    "is no keychain: doctl's API token counts, and list succeeds",
    inSandbox({ keyring: true }, async (sandbox) => {
      const config = join(sandbox.home, ".config", "doctl", "config.yaml");
      mkdirSync(dirname(config), { recursive: true });
      writeFileSync(config, `access-token: ${sandbox.token}\n`);
      for (const address of [
        "/dev/null",
        "disabled:",
        "none",
        "tcp:host=127.0.0.1,port=9",
        "unix:path=/nope",
      ]) {
        const env = { DBUS_SESSION_BUS_ADDRESS: address, DOCR_CACHE: "none" };
        expect([address, (await sandbox.get(env)).code]).toEqual([address, 0]);
        expect(await sandbox.docr("list", { env })).toMatchObject({ code: 0, stderr: "" });
      }
    }),
  );
});

describeUnless(
  reason ?? explainNotRoot() ?? explainMissing(["setpriv"]),
  "another user's session bus, as su leaves it",
  () => {
    it(
      "is no keychain: doctl's API token counts",
      inSandbox({ keyring: true }, async (sandbox) => {
        const home = join(sandbox.folder, "other");
        const config = join(home, ".config", "doctl", "config.yaml");
        mkdirSync(dirname(config), { recursive: true });
        writeFileSync(config, `access-token: ${sandbox.token}\n`);
        for (const path of [home, join(home, ".config"), dirname(config), config])
          chownSync(path, OTHER, OTHER);
        const bus = join(sandbox.env["XDG_RUNTIME_DIR"] ?? "", "bus");
        for (const path of [sandbox.folder, dirname(bus), bus]) chmodSync(path, 0o777);
        const { XDG_RUNTIME_DIR: _runtime, ...rest } = sandbox.env;
        const env = { ...rest, HOME: home, DOCR_CACHE: "none" };
        const identity = ["--reuid", String(OTHER), "--regid", String(OTHER), "--clear-groups"];
        const outcome = await run("setpriv", [...identity, LAUNCHER, "get"], { env, stdin: HOST });
        expect([outcome.code, outcome.stderr]).toEqual([0, ""]);
      }),
    );
  },
);
