import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createContainers } from "../support/lab/containers.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoLab, type Lab, openLab } from "../support/lab/lab.ts";
import { writeOciLayout } from "../support/lab/oci-layout.ts";
import type { Environment, Outcome } from "../support/lab/run.ts";
import { openTerminal, type TerminalSession } from "../support/lab/terminal.ts";

const HOST = "registry.digitalocean.com";
const IMAGE = `docker://${HOST}/acme/app:v1`;
const SERVICE = "docker-credential-docr";
const ANY_TOKEN = /do[op]_v1_[0-9a-f]/;

/** In a terminal, with what stty says before and after. */
async function inTerminal(
  { user }: Lab,
  command: string,
  look: (terminal: TerminalSession) => Promise<void>,
): Promise<void> {
  const room = mkdtempSync(join(user.folder, "t-"));
  const terminal = await openTerminal(
    room,
    `cd ${room}; stty -a > before; ${command}; stty -a > after`,
    user.env,
  );
  try {
    await look(terminal);
  } finally {
    await terminal.close();
  }
}

const COMMAND = "docr login; echo code-$?";

/** The login was interrupted, and the terminal is as before. */
async function expectSame(terminal: TerminalSession): Promise<void> {
  await terminal.waitFor("code-130");
  await terminal.type("cmp before after && echo same-$?");
  await terminal.press("Enter");
  await terminal.waitFor("same-0");
}

/** Runs skopeo as somebody who has this config.json and nothing else. */
async function skopeoWith({ user }: Lab, config: string, ...args: readonly string[]): Promise<Outcome> {
  const containers = createContainers(join(user.folder, "c"), user.env["HOME"] ?? "");
  containers.writeAuth(JSON.parse(config));
  return user.run("skopeo", args, { env: containers.env });
}

describeUnless(explainNoLab(["skopeo", "kubectl", "tmux"]), "the verbs around an account", () => {
  let lab: Lab;
  let token: string;
  let layout: string;

  beforeAll(async () => {
    lab = await openLab();
    layout = join(lab.folder, "image");
    writeOciLayout(layout, "v1", ["linux/amd64"]);
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
  /** Whether a secret is somewhere in the keychain: a boolean, so that no failure prints one. */
  const isKept = async (secret: string): Promise<boolean> =>
    (await lab.user.keyring.dump(SERVICE)).includes(secret);
  const minted = () => lab.standIn.account.minted;
  const ci = (): Environment => ({ DIGITALOCEAN_ACCESS_TOKEN: token });

  describe("docr login", () => {
    it("keeps the token that DigitalOcean accepts, shows whose it is, and a get mints with it", async () => {
      const { code, stdout, stderr } = await logIn(token);
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(/^logged in +account default, stored in the keychain$/m);
      expect(stdout).toMatch(/^account +sammy@digitalocean\.example$/m);
      expect(stdout).toMatch(/^registries +acme, fra1, 29\.4 MB, created 2020-03-21$/m);
      expect(stdout).not.toMatch(ANY_TOKEN);
      expect(await isKept(token)).toBe(true);
      expect((await get()).code).toBe(0);
    });

    it("asks the account and the OAuth endpoint with the token itself, and mints nothing", async () => {
      await logIn(token);
      expect(lab.standIn.count("token-info", "account", "list")).toBe(3);
      expect(lab.standIn.count("mint")).toBe(0);
    });

    it("shows what the token may not say as unknown", async () => {
      const reader = lab.standIn.account.addToken(["registry:read"]);
      const { code, stdout, stderr } = await logIn(reader, "--json");
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        account: null,
        token: { scopes: ["registry:read"], canPush: false, expiresAt: null },
        registries: [{ name: "acme", region: "fra1" }],
      });
      expect(stderr).toBe(
        "docr: warning: this API token can pull but not push: it lacks the scope registry:update\n",
      );
    });

    it("keeps nothing of a token that DigitalOcean refuses, and says why", async () => {
      const stranger = `dop_v1_${"0".repeat(64)}`;
      const refused = await logIn(stranger);
      expect(refused).toMatchObject({ code: 1, stdout: "" });
      expect(refused.stderr).toMatch(
        /^docr: error: DigitalOcean rejected the API token from stdin \(HTTP 401, request \S+\): Unable to authenticate you\ndocr: hint: create a token [^\n]+\n$/,
      );
      const poor = lab.standIn.account.addToken(["account:read"]);
      const forbidden = await logIn(poor);
      expect(forbidden).toMatchObject({ code: 1, stdout: "" });
      expect(forbidden.stderr).toContain("lacks the scope registry:read (HTTP 403");
      expect([await isKept(stranger), await isKept(poor)]).toEqual([false, false]);
    });

    it("waits a moment, not for long, for what it only shows", async () => {
      lab.standIn.faults.add({ kind: "hang", path: "/v1/oauth/token/info", times: 9 });
      const { code, stdout, stderr, ms } = await logIn(token);
      expect([code, stderr]).toEqual([
        0,
        "docr: warning: DigitalOcean did not report the scopes of the API token\n",
      ]);
      expect(stdout).toMatch(/^scopes +unknown$/m);
      expect(ms).toBeLessThan(12_000);
    });

    it("keeps accounts apart, and says which one is in use", async () => {
      const other = lab.standIn.account.addToken();
      await logIn(token);
      const { stderr } = await logIn(other, "--context", "work");
      expect(stderr).toBe(
        "docr: warning: the current account is default; set DIGITALOCEAN_CONTEXT=work to use this one\n",
      );
      expect(JSON.parse((await docr(["status", "--json"])).stdout)).toMatchObject({
        apiToken: "the keychain",
        sources: expect.arrayContaining([expect.objectContaining({ contexts: ["default", "work"] })]),
      });
      expect(await docr(["logout"])).toMatchObject({ code: 2, stdout: "" });
      expect((await docr(["logout", "--context", "work"])).stdout).toBe(
        "deleted the API token of work; revoked 0 credentials\n",
      );
      expect([await isKept(token), await isKept(other)]).toEqual([true, false]);
    });

    it("takes doctl's token, says that the environment's wins, and needs a terminal else", async () => {
      const config = join(lab.user.folder, "doctl.yaml");
      writeFileSync(config, `access-token: ${token}\n`);
      const env = { DIGITALOCEAN_CONFIG: config };
      expect(await docr(["login", "--from-doctl"], { env })).toMatchObject({ code: 0, stderr: "" });
      expect(await isKept(token)).toBe(true);
      const remarked = await docr(["login", "--from-doctl"], { env: { ...env, ...ci() } });
      expect(remarked.stderr).toMatch(
        /^docr: warning: DIGITALOCEAN_ACCESS_TOKEN is set and takes precedence[^\n]+\n$/,
      );
      expect(await docr(["login"])).toMatchObject({
        code: 2,
        stdout: "",
        stderr:
          "docr: error: there is no terminal to ask for the API token\ndocr: hint: pass it on stdin with --token-stdin, or use doctl's with --from-doctl\n",
      });
    });
  });

  describe("docr login in a terminal", () => {
    it("asks for the token without showing it, and keeps it", async () => {
      await inTerminal(lab, COMMAND, async (terminal) => {
        await terminal.waitFor("DigitalOcean API token");
        await terminal.type(token);
        await terminal.press("Enter");
        const screen = await terminal.waitFor(/^registries +acme/m);
        expect(screen.includes(token)).toBe(false);
        expect(screen).not.toMatch(ANY_TOKEN);
      });
      expect(await isKept(token)).toBe(true);
    });

    it.each(["C-c", "C-d"])("leaves the terminal as it was and keeps nothing at %s", async (key) => {
      await inTerminal(lab, COMMAND, async (terminal) => {
        await terminal.waitFor("DigitalOcean API token");
        await terminal.type(token);
        await terminal.press(key);
        await terminal.waitFor("cancelled");
        await expectSame(terminal);
      });
      expect(await isKept(token)).toBe(false);
      expect(lab.standIn.count()).toBe(0);
    });

    it("goes on where it was when it comes back from ctrl-Z", async () => {
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
      expect(await isKept(token)).toBe(true);
    });

    it("ends at ctrl-C at once while the keychain does not answer", async () => {
      const file = join(lab.user.folder, "token");
      writeFileSync(file, token, { mode: 0o600 });
      lab.user.keyring.pause();
      try {
        await inTerminal(lab, `docr login --token-stdin < ${file}; echo code-$?`, async (terminal) => {
          await terminal.waitFor("asking DigitalOcean");
          await terminal.press("C-c");
          await expectSame(terminal);
        });
      } finally {
        lab.user.keyring.resume();
      }
      expect(await isKept(token)).toBe(false);
    });

    it("does so while DigitalOcean is asked, too", async () => {
      lab.standIn.faults.add({ kind: "hang", path: "/v2/registries", times: 9 });
      await inTerminal(lab, COMMAND, async (terminal) => {
        await terminal.waitFor("DigitalOcean API token");
        await terminal.type(token);
        await terminal.press("Enter");
        await terminal.waitFor("asking DigitalOcean");
        await terminal.press("C-c");
        await expectSame(terminal);
      });
      expect(await isKept(token)).toBe(false);
    });
  });

  describe("docr logout and docr prune", () => {
    it("logout forgets the token and revokes what it minted", async () => {
      await logIn(token);
      await get();
      const last = minted().at(-1);
      expect((await docr(["logout"])).stdout).toBe(
        "deleted the API token of the default account; revoked 1 credential\n",
      );
      expect([last?.revoked, await isKept(token)]).toEqual([true, false]);
      expect((await get()).stdout).toBe("credentials not found in native keychain\n");
    });

    it("prune shows what lives and revokes what was replaced, and nothing in a dry run", async () => {
      await logIn(token);
      await get();
      await logIn(token);
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
    it("mints one that a client can pull with and not push, and that nobody revokes", async () => {
      await logIn(token);
      await get();
      const before = minted().length;
      const { code, stdout, stderr } = await docr(["credentials", "acme", "--expiry", "90m"]);
      expect([code, stderr, minted().length - before]).toEqual([0, "", 1]);
      const given = minted().at(-1);
      expect(given).toMatchObject({ access: "read-only", registry: "acme" });
      expect(given?.expiresAt).toBeGreaterThan(Date.now() + 89 * 60_000);
      expect(await skopeoWith(lab, stdout, "inspect", IMAGE)).toMatchObject({ code: 0 });
      const pushed = await skopeoWith(lab, stdout, "copy", "-q", `oci:${layout}:v1`, `${IMAGE}-again`);
      expect(pushed.code).not.toBe(0);
      await docr(["prune"]);
      await docr(["logout"]);
      expect(given?.revoked).toBe(false);
      expect((await docr(["status"])).stdout).toMatch(/^acme +read-only +\d+ s +90 min +issued$/m);
      expect(await isKept(given?.secret ?? "")).toBe(false);
    });

    it("prints a manifest that kubectl decodes strictly, and whose credential skopeo pulls with", async () => {
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

    it("prints exports that a shell takes, and docker's auth value", async () => {
      const script =
        'eval "$(docr credentials acme --read-write --format env)" && skopeo inspect --creds "$REGISTRY_USERNAME:$REGISTRY_PASSWORD" "docker://$REGISTRY_HOST/acme/app:v1"';
      const evaluated = await lab.user.run("sh", ["-c", script], { env: ci() });
      expect(evaluated).toMatchObject({ code: 0, stderr: "" });
      expect(minted().at(-1)?.access).toBe("read-write");
      const { stdout } = await docr(["credentials", "--format", "auth"], { env: ci() });
      const secret = minted().at(-1)?.secret;
      expect(Buffer.from(stdout, "base64").toString() === `${secret}:${secret}`).toBe(true);
    });

    it("mints for ever only where that is typed", async () => {
      const { code, stderr } = await docr(["credentials", "--never-expire"], { env: ci() });
      expect([code, minted().at(-1)?.expiresAt]).toEqual([0, undefined]);
      expect(stderr).toMatch(/^docr: warning: this credential never expires; [^\n]+\n$/);
      const both = await docr(["credentials", "--never-expire", "--expiry", "1h"], { env: ci() });
      expect(both).toMatchObject({ code: 2, stdout: "" });
      expect((await docr(["credentials", "--expiry", "0"], { env: ci() })).code).toBe(2);
    });

    it.each([
      [401, "rejected the API token from DIGITALOCEAN_ACCESS_TOKEN (HTTP 401"],
      [403, "lacks the scope registry:read (HTTP 403"],
      [404, "has no such registry (HTTP 404"],
      [412, "has no registry, or more than one (HTTP 412"],
      [429, "exceeded DigitalOcean's rate limit (HTTP 429"],
      [500, "DigitalOcean's API failed (HTTP 500"],
    ])("tells an answer of %i with a hint, and mints nothing", async (status, message) => {
      const before = minted().length;
      const path = "/v2/registries/acme/docker-credentials";
      lab.standIn.faults.add({ kind: "answer", path, status, times: 9 });
      const { code, stdout, stderr } = await docr(["credentials", "acme"], { env: ci() });
      expect([code, stdout, minted().length]).toEqual([1, "", before]);
      expect(stderr).toMatch(/^docr: error: [^\n]+\ndocr: hint: [^\n]+\n$/);
      expect(stderr).toContain(message);
      expect(stderr).not.toMatch(ANY_TOKEN);
    });

    it("names the account's registries if it has no such registry", async () => {
      lab.standIn.account.registries = ["acme", "beta"];
      expect(await docr(["credentials", "nosuch"], { env: ci() })).toMatchObject({
        code: 1,
        stdout: "",
        stderr:
          "docr: error: this account has no registry named nosuch\ndocr: hint: its registries are acme and beta\n",
      });
    });

    it("wants a name where there are several registries, and a token at all", async () => {
      lab.standIn.account.registries = ["acme", "other"];
      expect((await docr(["credentials"], { env: ci() })).stderr).toBe(
        "docr: error: this account has several registries: acme, other\ndocr: hint: name one: docr credentials NAME\n",
      );
      expect((await docr(["credentials"])).stderr).toBe(
        "docr: error: there is no API token for the context default\ndocr: hint: run docr login, or set DIGITALOCEAN_ACCESS_TOKEN\n",
      );
    });
  });

  describe("docr status", () => {
    it("asks no network, and shows no secret", async () => {
      await logIn(token);
      await get();
      lab.standIn.reset();
      const { code, stdout, stderr } = await docr(["status"]);
      expect([code, stderr, lab.standIn.count()]).toEqual([0, "", 0]);
      expect(stdout).toMatch(/^ +> the keychain: default$/m);
      expect(stdout).toMatch(/^in use +the API token from the keychain$/m);
      expect(stdout).toMatch(/^acme +read-write +\d+ s +60 min +in use$/m);
      expect(stdout).not.toMatch(ANY_TOKEN);
    });

    it("says that the keychain is locked, or that there is none, and is no failure", async () => {
      await logIn(token);
      await lab.user.keyring.lock();
      const locked = await docr(["status"]);
      expect(locked.code).toBe(0);
      expect(locked.stdout).toMatch(/^store +the keychain: the keychain is locked$/m);
      await lab.user.keyring.restart("unlocked");
      const none = await docr(["status", "--json"], {
        env: { DBUS_SESSION_BUS_ADDRESS: "", XDG_RUNTIME_DIR: lab.folder, ...ci() },
      });
      expect(JSON.parse(none.stdout)).toMatchObject({
        apiToken: "DIGITALOCEAN_ACCESS_TOKEN",
        store: { name: "the keychain", problem: "there is no keychain in this session" },
      });
    });

    it("shows a token that is none as what a get fails at", async () => {
      const { code, stdout } = await docr(["status"], { env: { DIGITALOCEAN_TOKEN: "hunter2" } });
      expect(code).toBe(0);
      expect(stdout).toMatch(
        /^ +> DIGITALOCEAN_TOKEN: DIGITALOCEAN_TOKEN does not contain a DigitalOcean API token$/m,
      );
      expect(stdout).not.toContain("hunter2");
    });
  });
});
