import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createContainers } from "../support/lab/containers.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoLab, type Lab, openLab } from "../support/lab/lab.ts";
import { writeOciLayout } from "../support/lab/oci-layout.ts";
import type { Environment, Outcome } from "../support/lab/run.ts";
import { openTerminal, type TerminalSession } from "../support/lab/terminal.ts";
import { backdate } from "../support/private-folder.ts";

const HOST = "registry.digitalocean.com";
const IMAGE = `docker://${HOST}/acme/app:v1`;
const SERVICE = "docker-credential-docr";
const ANY_TOKEN = /do[op]_v1_[0-9a-f]/;

/** Runs the command in a terminal, with the settings of stty before and after it. */
async function inTerminal(
  { user }: Lab,
  command: string,
  body: (terminal: TerminalSession) => Promise<void>,
): Promise<void> {
  const room = mkdtempSync(join(user.folder, "t-"));
  const terminal = await openTerminal(
    room,
    `cd ${room}; stty -a > before; ${command}; stty -a > after`,
    user.env,
  );
  try {
    await body(terminal);
  } finally {
    await terminal.close();
  }
}

const COMMAND = "docr login; echo code-$?";

/** The login exited with 130, and the terminal has its former settings. */
async function expectRestored(terminal: TerminalSession): Promise<void> {
  await terminal.waitFor("code-130");
  await terminal.type("cmp before after && echo same-$?");
  await terminal.press("Enter");
  await terminal.waitFor("same-0");
}

/** Runs skopeo with this config.json and no other login. */
async function skopeoWith({ user }: Lab, config: string, ...args: readonly string[]): Promise<Outcome> {
  const containers = createContainers(join(user.folder, "c"), user.env["HOME"] ?? "");
  containers.writeAuth(JSON.parse(config));
  return user.run("skopeo", args, { env: containers.env });
}

describeUnless(explainNoLab(["skopeo", "kubectl", "tmux"]), "the commands around an account", () => {
  let lab: Lab;
  let token: string;
  let layout: string;

  beforeAll(async () => {
    lab = await openLab();
    layout = join(lab.folder, "image");
    writeOciLayout(layout, "v1", ["linux/amd64"]);
    // Otherwise each login warns that no client asks docr.
    const configured = await docr(["configure", "--client", "all"]);
    if (configured.code !== 0) throw new Error(configured.stderr);
    const seed = lab.standIn.account.addToken();
    const args = ["copy", "-q", "--dest-creds", `${seed}:${seed}`, `oci:${layout}:v1`, IMAGE];
    const { code, stderr } = await lab.user.run("skopeo", args);
    if (code !== 0) throw new Error(stderr);
  });
  afterAll(() => lab.close());
  beforeEach(() => {
    token = lab.standIn.account.addToken();
  });
  afterEach(async () => {
    await docr(["logout", "--all"]);
    lab.standIn.account.registries = ["acme"];
    lab.standIn.reset();
  });

  const docr = (
    args: readonly string[],
    options: { readonly stdin?: string; readonly env?: Environment } = {},
  ): Promise<Outcome> => lab.user.docr(args, options);
  const logIn = (secret: string, ...more: string[]): Promise<Outcome> =>
    docr(["login", "--token-stdin", ...more], { stdin: `${secret}\n` });
  const get = (env: Environment = {}): Promise<Outcome> => docr(["get"], { stdin: HOST, env });
  /** Whether the keychain has the secret. A boolean, so that no failure prints one. */
  const isStored = async (secret: string): Promise<boolean> =>
    (await lab.user.keyring.dump(SERVICE)).includes(secret);
  const minted = () => lab.standIn.account.minted;
  const ci = (): Environment => ({ DIGITALOCEAN_ACCESS_TOKEN: token });

  describe("docr login", () => {
    it("stores a token that DigitalOcean accepts, shows its account, and a get mints with it", async () => {
      const { code, stdout, stderr } = await logIn(token);
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(/^logged in +account default, stored in the keychain$/m);
      expect(stdout).toMatch(/^account +sammy@digitalocean\.example$/m);
      expect(stdout).toMatch(/^registries +acme, fra1, 29\.4 MB, created 2020-03-21$/m);
      expect(stdout).not.toMatch(ANY_TOKEN);
      expect(await isStored(token)).toBe(true);
      expect((await get()).code).toBe(0);
    });
  });

  describe("docr login in a terminal", () => {
    it("asks for the token without an echo, and stores it", async () => {
      await inTerminal(lab, COMMAND, async (terminal) => {
        await terminal.waitFor("DigitalOcean API token");
        await terminal.type(token);
        await terminal.press("Enter");
        const screen = await terminal.waitFor(/^registries +acme/m);
        expect(screen.includes(token)).toBe(false);
        expect(screen).not.toMatch(ANY_TOKEN);
      });
      expect(await isStored(token)).toBe(true);
    });

    it.each(["C-c", "C-d"])("restores the terminal and stores nothing at %s", async (key) => {
      await inTerminal(lab, COMMAND, async (terminal) => {
        await terminal.waitFor("DigitalOcean API token");
        await terminal.type(token);
        await terminal.press(key);
        await terminal.waitFor("cancelled");
        await expectRestored(terminal);
      });
      expect(await isStored(token)).toBe(false);
      expect(lab.standIn.count()).toBe(0);
    });

    it("continues after ctrl-Z and fg", async () => {
      await inTerminal(lab, COMMAND, async (terminal) => {
        await terminal.waitFor("DigitalOcean API token");
        await terminal.type(token.slice(0, 30));
        await terminal.press("C-z");
        await terminal.waitFor("Stopped");
        await terminal.type("fg");
        await terminal.press("Enter");
        await terminal.type(token.slice(30));
        await terminal.press("Enter");
        await terminal.waitFor(/^registries +acme/m);
      });
      expect(await isStored(token)).toBe(true);
    });

    it("ends immediately at ctrl-C while the keychain does not respond", async () => {
      const file = join(lab.user.folder, "token");
      writeFileSync(file, token, { mode: 0o600 });
      lab.user.keyring.pause();
      try {
        await inTerminal(lab, `docr login --token-stdin < ${file}; echo code-$?`, async (terminal) => {
          await terminal.waitFor("asking DigitalOcean");
          await terminal.press("C-c");
          await expectRestored(terminal);
        });
      } finally {
        lab.user.keyring.resume();
      }
      expect(await isStored(token)).toBe(false);
    });

    it("ends immediately at ctrl-C while DigitalOcean does not respond", async () => {
      lab.standIn.faults.add({ kind: "hang", path: "/v2/registries", times: 9 });
      await inTerminal(lab, COMMAND, async (terminal) => {
        await terminal.waitFor("DigitalOcean API token");
        await terminal.type(token);
        await terminal.press("Enter");
        await terminal.waitFor("asking DigitalOcean");
        await terminal.press("C-c");
        await expectRestored(terminal);
      });
      expect(await isStored(token)).toBe(false);
    });
  });

  describe("docr logout and docr prune", () => {
    it("logout removes the token and revokes what it minted", async () => {
      await logIn(token);
      await get();
      const last = minted().at(-1);
      expect((await docr(["logout"])).stdout).toBe(
        "deleted the API token of the default account; revoked 1 credential\n",
      );
      expect([last?.revoked, await isStored(token)]).toEqual([true, false]);
      expect((await get()).stdout).toBe("credentials not found in native keychain\n");
    });

    it("prune lists active credentials and revokes superseded ones, except in a dry run", async () => {
      await logIn(token);
      await get();
      backdate(join(lab.user.env["XDG_RUNTIME_DIR"] ?? "", "docr"), 50);
      await get();
      const dry = await docr(["prune", "--dry-run", "--json"]);
      expect(JSON.parse(dry.stdout)).toMatchObject({
        wouldRevoke: 1,
        credentials: [{ state: "current" }, { state: "superseded" }],
      });
      expect(dry.stdout).not.toMatch(ANY_TOKEN);
      expect(lab.standIn.count("revoke")).toBe(0);
      const pruned = await docr(["prune"]);
      expect(pruned).toMatchObject({ code: 0, stderr: "" });
      expect(pruned.stdout).toMatch(
        /^revoked 1 credential\n\nREGISTRY +ACCESS +AGE +EXPIRES IN +STATE\nacme +read-write +\d+ s +60 min +in use\n$/,
      );
      expect(
        minted()
          .slice(-2)
          .map(({ revoked }) => revoked),
      ).toEqual([true, false]);
    });
  });

  describe("docr credentials", () => {
    it("mints a credential that can pull and not push, and that no logout revokes", async () => {
      await logIn(token);
      await get();
      const before = minted().length;
      const { code, stdout, stderr } = await docr(["credentials", "acme", "--expiry", "90m"]);
      expect([code, stderr, minted().length - before]).toEqual([0, "", 1]);
      const issued = minted().at(-1);
      expect(issued).toMatchObject({ access: "read-only", registry: "acme" });
      expect(issued?.expiresAt).toBeGreaterThan(Date.now() + 89 * 60_000);
      expect(await skopeoWith(lab, stdout, "inspect", IMAGE)).toMatchObject({ code: 0 });
      const pushed = await skopeoWith(lab, stdout, "copy", "-q", `oci:${layout}:v1`, `${IMAGE}-again`);
      expect(pushed.code).not.toBe(0);
      await docr(["prune"]);
      await docr(["logout"]);
      expect(issued?.revoked).toBe(false);
      expect((await docr(["status"])).stdout).toMatch(/^acme +read-only +\d+ s +90 min +issued$/m);
      expect(await isStored(issued?.secret ?? "")).toBe(false);
    });

    it("prints a manifest that kubectl decodes strictly, with a credential that skopeo can use", async () => {
      const { code, stdout } = await docr(
        ["credentials", "--format", "kubernetes-secret", "--namespace", "shop", "--expiry", "30d"],
        { env: ci() },
      );
      expect(code).toBe(0);
      const file = join(lab.user.folder, "secret.yaml");
      writeFileSync(file, stdout, { mode: 0o600 });
      const kubectl = (...args: string[]) => lab.user.run("kubectl", [...args, "--local", "-f", file]);
      // This one decodes before it finds that a secret has no service account.
      expect((await kubectl("set", "serviceaccount", "x")).stderr).toMatch(/template: \*v1\.Secret$/m);
      const decoded = await kubectl("annotate", "checked=yes", "-o", "json");
      expect(decoded.code).toBe(0);
      const secret = Object(JSON.parse(decoded.stdout));
      expect(secret).toMatchObject({
        kind: "Secret",
        type: "kubernetes.io/dockerconfigjson",
        metadata: { name: "registry-acme", namespace: "shop", annotations: { checked: "yes" } },
      });
      const expiry = Date.parse(secret.metadata.annotations["docker-credential-docr/expires-at"]);
      expect(Math.abs(expiry - (minted().at(-1)?.expiresAt ?? 0))).toBeLessThan(60_000);
      const config = Buffer.from(secret.data[".dockerconfigjson"], "base64").toString();
      expect(await skopeoWith(lab, config, "inspect", IMAGE)).toMatchObject({ code: 0 });
    });

    it("prints exports that a shell evaluates, and docker's auth value", async () => {
      const script =
        'eval "$(docr credentials acme --read-write --format env)" && skopeo inspect --creds "$REGISTRY_USERNAME:$REGISTRY_PASSWORD" "docker://$REGISTRY_HOST/acme/app:v1"';
      const evaluated = await lab.user.run("sh", ["-c", script], { env: ci() });
      expect(evaluated).toMatchObject({ code: 0, stderr: "" });
      expect(minted().at(-1)?.access).toBe("read-write");
      const { stdout } = await docr(["credentials", "--format", "auth"], { env: ci() });
      const secret = minted().at(-1)?.secret;
      expect(Buffer.from(stdout, "base64").toString() === `${secret}:${secret}`).toBe(true);
    });
  });

  describe("docr status", () => {
    it("reports a locked and a missing keychain, and succeeds", async () => {
      await logIn(token);
      await lab.user.keyring.lock();
      const locked = await docr(["status"]);
      expect(locked.code).toBe(0);
      expect(locked.stdout).toMatch(/^store +the keychain: the keychain is locked \(collection login\)$/m);
      expect(locked.stdout).toMatch(/^ +gnome-keyring-daemon; locked: Login \(default\)$/m);
      await lab.user.keyring.restart("unlocked");
      const none = await docr(["status", "--json"], {
        env: { DBUS_SESSION_BUS_ADDRESS: "", XDG_RUNTIME_DIR: lab.folder, ...ci() },
      });
      expect(JSON.parse(none.stdout)).toMatchObject({
        apiToken: "DIGITALOCEAN_ACCESS_TOKEN",
        store: { name: "the keychain", problem: "there is no keychain in this session (no session bus)" },
      });
    });
  });
});
