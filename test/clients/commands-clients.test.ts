import { mkdtempSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { authOf } from "../support/fakes/client-home.ts";
import { type Containers, createContainers } from "../support/lab/containers.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoLab, type Lab, openLab } from "../support/lab/lab.ts";
import { writeOciLayout } from "../support/lab/oci-layout.ts";
import { explainMissing } from "../support/lab/parts.ts";
import { createPasswordStore } from "../support/lab/password-store.ts";
import { BASIC_LOGIN } from "../support/lab/registry.ts";
import type { Environment, Outcome } from "../support/lab/run.ts";
import { openTerminal, type TerminalSession } from "../support/lab/terminal.ts";

const HOST = "basic.test";
const OURS = "registry.digitalocean.com";
const IMAGE = `${HOST}/team/tiny:1`;
const { username, password } = BASIC_LOGIN;
const LOGIN = { username, secret: password };
const PARTS = [
  "docker",
  "dockerd",
  "podman",
  "skopeo",
  "kubectl",
  "docker-credential-secretservice",
] as const;

describeUnless(explainNoLab(PARTS), "the commands that read clients' logins", () => {
  let lab: Lab;
  let containers: Containers;
  let token: string;

  beforeAll(async () => {
    lab = await openLab({ engine: true, basicRegistry: true });
    token = lab.standIn.account.addToken();
    containers = createContainers(join(lab.folder, "c"), join(lab.user.folder, "home"));
    const image = join(lab.folder, "image");
    writeOciLayout(image, "1", ["linux/amd64"]);
    await well(
      await skopeo(["copy", "-q", "--dest-creds", `${username}:${password}`, `oci:${image}:1`], IMAGE),
    );
  });
  afterAll(() => lab.close());
  afterEach(async () => {
    containers.writeHelpers([]);
    await lab.user.docr(["registry", "remove", HOST, "--yes"]);
  });

  const docr = (args: readonly string[], options: { stdin?: string; env?: Environment } = {}) =>
    lab.user.docr(args, options);
  const json = async (args: readonly string[], env: Environment = {}) => {
    const { stdout } = await docr([...args, "--json"], { env });
    return Object(JSON.parse(stdout));
  };
  const resolve = (...args: string[]) => json(["resolve", ...args, "--reveal"], containers.env);
  const dockerLogin = (host = HOST, user = username, secret = password): Promise<Outcome> =>
    lab.user.run("docker", ["login", "-u", user, "--password-stdin", host], { stdin: secret });
  /** Without a user name, docker logs in with the stored login. */
  const dockerLoginAgain = (): Promise<Outcome> =>
    lab.user.run("docker", ["login", HOST], { env: { DOCKER_HOST: lab.engine?.host ?? "" } });
  const podman = (args: readonly string[], stdin?: string): Promise<Outcome> =>
    lab.user.run("podman", [...containers.podman, ...args], {
      env: containers.env,
      ...(stdin !== undefined && { stdin }),
    });
  const skopeo = (args: readonly string[], image: string, env: Environment = {}): Promise<Outcome> =>
    lab.user.run("skopeo", [...args, `docker://${image}`], { env });

  const add = (args: readonly string[], stdin: string, env: Environment = {}): Promise<Outcome> =>
    docr(["registry", "add", HOST, "--username", username, "--password-stdin", ...args], { stdin, env });

  const inTerminal = async (
    command: string,
    look: (terminal: TerminalSession) => Promise<void>,
  ): Promise<void> => {
    const terminal = await openTerminal(mkdtempSync(join(lab.folder, "t-")), command, lab.user.env);
    try {
      await look(terminal);
    } finally {
      await terminal.close();
    }
  };

  /** Adds, lists, returns and removes a login in a store other than the keychain. */
  const addAndRemove = async (env: Environment): Promise<void> => {
    await well(await add(["--no-check"], password, env));
    expect(await json(["registry", "list"], env)).toMatchObject([{ host: HOST, username }]);
    expect(await json(["registry", "list"])).toEqual([]);
    const { stdout } = await lab.user.run("docker-credential-docr", ["get"], { stdin: HOST, env });
    expect(JSON.parse(stdout)).toMatchObject({ Username: username, Secret: password });
    await well(await docr(["registry", "remove", HOST, "--yes"], { env }));
    expect(await json(["registry", "list"], env)).toEqual([]);
  };

  describe("docr resolve", () => {
    it.each([
      ["auths", { credHelpers: { "other.test": "docr" } }, null],
      ["credHelpers", { credHelpers: { [HOST]: "docr" } }, "docr"],
      ["credsStore", { credsStore: "docr" }, "docr"],
      ["credsStore", { credsStore: "secretservice" }, "secretservice"],
    ])(
      "finds a login that docker login stored through %s, with the configuration %j",
      async (kind, config, helper) => {
        lab.user.writeDockerConfig(config);
        expect((await resolve(HOST)).login).toBeNull();
        await well(await dockerLogin());
        expect(await resolve(`${HOST}/any/image:1`)).toMatchObject({ kind, helper, key: HOST, ...LOGIN });
        expect((await dockerLoginAgain()).stdout).toContain("Login Succeeded");
        await well(await lab.user.run("docker", ["logout", HOST]));
        expect((await resolve(HOST)).login).toBeNull();
      },
    );

    it("finds docker's default helper if docker's file names none", async () => {
      lab.user.writeDockerConfig({});
      // pass is installed in the lab, but has no store.
      const theirs = await dockerLogin();
      expect(theirs.code).toBe(1);
      expect(theirs.stderr).toMatch(/storing credentials.*pass/s);
      expect(await resolve(HOST)).toMatchObject({ helper: "pass", kind: "credsStore", login: null });
    });

    it("uses DOCKER_AUTH_CONFIG first, like docker 28.3 and later", async () => {
      lab.user.writeDockerConfig({ credsStore: "docr" });
      await well(await dockerLogin());
      const variable = JSON.stringify({ auths: { [HOST]: { auth: authOf("env", "pw") } } });
      expect(await json(["resolve", HOST, "--reveal"], { DOCKER_AUTH_CONFIG: variable })).toMatchObject({
        source: "DOCKER_AUTH_CONFIG",
        username: "env",
        secret: "pw",
      });
    });

    it("shows a minted credential only with --reveal, and it is the one that docker gets", async () => {
      lab.user.writeDockerConfig({ credHelpers: { [OURS]: "docr" } });
      const env = { DIGITALOCEAN_ACCESS_TOKEN: token };
      const { stdout, code } = await docr(["resolve", OURS], { env });
      expect(code).toBe(0);
      const minted = lab.standIn.account.minted.at(-1);
      expect(stdout.includes(minted?.secret ?? "")).toBe(false);
      expect(stdout).toContain("user name  hidden (show it with --reveal)\n");
      const revealed = await json(["resolve", OURS, "--reveal"], env);
      const get = await lab.user.run("docker-credential-docr", ["get"], { stdin: OURS, env });
      expect(JSON.parse(get.stdout).Secret === revealed["secret"]).toBe(true);
      expect(revealed["secret"] === minted?.secret).toBe(true);
    });

    it("finds a login that podman login stored, under podman's key", async () => {
      containers.writeAuth({});
      await well(await podman(["login", "-u", username, "--password-stdin", HOST], password));
      expect(await resolve(IMAGE, "--client", "podman")).toMatchObject({
        client: "podman",
        kind: "auths",
        key: HOST,
        source: containers.env["REGISTRY_AUTH_FILE"],
        ...LOGIN,
      });
      expect((await podman(["login", "--get-login", HOST])).stdout).toBe(`${username}\n`);
    });

    it("finds podman's login for a part of the registry, and skopeo can use it", async () => {
      containers.writeAuth({
        auths: {
          [HOST]: { auth: authOf("nobody", "wrong") },
          [`${HOST}/team`]: { auth: authOf(username, password) },
        },
      });
      expect(await resolve(IMAGE, "--client", "podman")).toMatchObject({ key: `${HOST}/team`, ...LOGIN });
      expect((await resolve(HOST, "--client", "podman")).username).toBe("nobody");
      await well(await skopeo(["inspect"], IMAGE, containers.env));
    });

    it("uses podman's helpers from registries.conf and auth.json, like podman", async () => {
      lab.user.writeDockerConfig({ credsStore: "docr" });
      await well(await dockerLogin());
      containers.writeAuth({ credsStore: "docr" });
      expect(await resolve(HOST, "--client", "podman")).toMatchObject({ kind: "none", login: null });
      expect((await podman(["login", "--get-login", HOST])).code).not.toBe(0);

      containers.writeAuth({ credHelpers: { [HOST]: "docr" } });
      expect(await resolve(HOST, "--client", "podman")).toMatchObject({ kind: "credHelpers", ...LOGIN });
      expect((await podman(["login", "--get-login", HOST])).stdout).toBe(`${username}\n`);

      containers.writeAuth({});
      containers.writeHelpers(["docr"]);
      expect(await resolve(HOST, "--client", "podman")).toMatchObject({
        kind: "credential-helpers",
        ...LOGIN,
      });
      expect((await podman(["login", "--get-login", HOST])).stdout).toBe(`${username}\n`);
    });

    it("names a broken file, and does not change it", async () => {
      const path = join(lab.user.env["DOCKER_CONFIG"] ?? "", "config.json");
      const broken = `{"auths":{"${HOST}":{"auth":"${authOf(username, password)}"}`;
      writeFileSync(path, broken);
      const outcome = await docr(["resolve", HOST]);
      expect(outcome).toMatchObject({ code: 1, stdout: "" });
      expect(outcome.stderr).toMatch(
        /^docr: error: ~\/\.docker\/config\.json is not valid JSON \(line \d+\)\ndocr: hint: [^\n]+\n$/,
      );
      expect(lab.user.readDockerConfig()).toBe(broken);
    });
  });

  describe("docr secret", () => {
    it("prints another helper's login in each format", async () => {
      lab.user.writeDockerConfig({ credsStore: "secretservice" });
      await well(await dockerLogin());
      const auth = authOf(username, password);
      expect((await docr(["secret", HOST])).stdout).toBe(`${auth}\n`);
      expect((await docr(["secret", IMAGE, "--format", "username-password"])).stdout).toBe(
        `${username}\n${password}\n`,
      );
      expect(await json(["secret", HOST])).toEqual({ host: HOST, auth });
      await lab.user.run("docker", ["logout", HOST]);
      const none = await docr(["secret", HOST]);
      expect(none).toMatchObject({ code: 3, stdout: "" });
      expect(none.stderr).toMatch(
        /^docr: error: docker has no login for basic\.test\ndocr: hint: run docker login [^\n]+\n$/,
      );
    });

    it("prints a manifest that kubectl decodes, with a login that skopeo can use", async () => {
      lab.user.writeDockerConfig({ credsStore: "secretservice" });
      await well(await dockerLogin());
      const flags = ["--format", "kubernetes-secret", "--name", "pull", "--namespace", "web"];
      const manifest = join(lab.folder, "secret.yaml");
      for (const output of [[], ["--json"]]) {
        writeFileSync(manifest, (await docr(["secret", HOST, ...flags, ...output])).stdout);
        // This uses kubectl's decoder without a cluster. It rejects unknown fields.
        const decoded = await lab.user.run("kubectl", [
          "annotate",
          "--local",
          `--filename=${manifest}`,
          "checked=yes",
          "--output=json",
        ]);
        const secret: unknown = JSON.parse((await well(decoded)).stdout);
        expect(secret).toMatchObject({
          kind: "Secret",
          metadata: { name: "pull", namespace: "web" },
          type: "kubernetes.io/dockerconfigjson",
        });
        const authFile = join(lab.folder, "pull.json");
        writeFileSync(authFile, Buffer.from(Object(secret).data[".dockerconfigjson"], "base64"));
        await well(await skopeo(["inspect", `--authfile=${authFile}`], IMAGE));
      }
    });
  });

  describe("docr registry", () => {
    it("stores a login that the registry accepts, and docker logs in with it", async () => {
      lab.user.writeDockerConfig({ credsStore: "docr" });
      expect((await add([], "wrong")).code).not.toBe(0);
      expect(await json(["registry", "list"])).toEqual([]);
      expect(await add([], `${password}\n`)).toMatchObject({
        code: 0,
        stdout: `stored the login of ${username} for ${HOST}\n`,
        stderr: "",
      });
      expect(await resolve(HOST)).toMatchObject({ helper: "docr", ...LOGIN });
      expect((await dockerLoginAgain()).stdout).toContain("Login Succeeded");
    });

    it("shows when a login was stored and which clients use it", async () => {
      lab.user.writeDockerConfig({ credsStore: "docr" });
      containers.writeAuth({ auths: { [HOST]: { auth: authOf("other", "pw") } } });
      await well(await add(["--no-check"], password));
      const shown = await json(["registry", "show", HOST], containers.env);
      expect(shown).toMatchObject({
        host: HOST,
        username,
        usedBy: [{ client: "docker", kind: "credsStore", helper: "docr" }],
        shadowedBy: [{ client: "podman", kind: "auths" }],
      });
      expect(Math.abs(Date.now() - Date.parse(String(shown["storedAt"])))).toBeLessThan(60_000);
      const { stdout } = await docr(["registry", "list", "--host", "basic.*"]);
      expect(stdout).toMatch(
        /^HOST +USER NAME +STORED +USED BY\nbasic\.test +bas +\d{4}-\d\d-\d\d \d\d:\d\d UTC +docker/,
      );
    });

    it("also shows the time of a docker login", async () => {
      lab.user.writeDockerConfig({ credsStore: "docr" });
      await well(await dockerLogin());
      expect(await json(["registry", "show", HOST])).toMatchObject({
        username,
        storedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      });
    });

    it("replaces no stored login without --yes, and updates one", async () => {
      lab.user.writeDockerConfig({ credsStore: "docr" });
      await well(await add(["--no-check"], "old"));
      const again = await add([], password);
      expect(again).toMatchObject({ code: 2, stdout: "" });
      expect(again.stderr).toMatch(
        /already stored\ndocr: hint: change it with docr registry update basic\.test/,
      );
      expect((await resolve(HOST)).secret).toBe("old");
      await well(await docr(["registry", "update", HOST, "--password-stdin"], { stdin: password }));
      expect(await resolve(HOST)).toMatchObject(LOGIN);
      const wrong = await docr(["registry", "update", HOST, "--username", "nobody"]);
      expect(wrong.code).not.toBe(0);
      expect(await resolve(HOST)).toMatchObject(LOGIN);
    });

    it("deletes a login only in a terminal or with --yes", async () => {
      lab.user.writeDockerConfig({ credsStore: "docr" });
      await well(await add(["--no-check"], password));
      expect(await docr(["registry", "remove", HOST])).toMatchObject({ code: 2, stdout: "" });
      await well(await docr(["registry", "remove", HOST, "--yes"]));
      expect((await resolve(HOST)).login).toBeNull();
      expect((await docr(["registry", "remove", HOST, "--yes"])).code).toBe(3);
    });

    it("works the same with a vault", async () => {
      await addAndRemove({ DOCR_STORE: "file" });
      const vault = join(lab.user.folder, "home", ".local", "share", "docr", "vault.age");
      expect(statSync(vault).size).toBeGreaterThan(100);
    });
  });

  describeUnless(explainMissing(["pass", "gpg"]), "docr registry with pass", () => {
    it("works the same", async () => {
      const store = await createPasswordStore(mkdtempSync(join(lab.folder, "s-")));
      try {
        const { GNUPGHOME = "", PASSWORD_STORE_DIR = "" } = store.env;
        const env = { DOCR_STORE: "pass", GNUPGHOME, PASSWORD_STORE_DIR };
        await expect(addAndRemove(env)).resolves.toBeUndefined();
      } finally {
        await store.stop();
      }
    });
  });

  describeUnless(explainMissing(["tmux"]), "docr registry in a real terminal", () => {
    it("asks for user name and password, hides the password, and asks before it deletes", async () => {
      lab.user.writeDockerConfig({ credsStore: "docr" });
      await inTerminal(`docr registry add ${HOST}`, async (terminal) => {
        await terminal.waitFor(`User name for ${HOST}`);
        await terminal.type(username);
        await terminal.press("Enter");
        await terminal.waitFor(`Password or access token for ${HOST}`);
        await terminal.type(password);
        await terminal.press("Enter");
        const screen = await terminal.waitFor("[exit 0]");
        expect(screen).toContain(`stored the login of ${username} for ${HOST}`);
        expect(screen).not.toContain(password);
      });
      expect(await resolve(HOST)).toMatchObject(LOGIN);
      for (const [answer, code, login] of [
        ["n", 130, "password"],
        ["y", 0, null],
      ] as const) {
        await inTerminal(`docr registry remove ${HOST}`, async (terminal) => {
          await terminal.waitFor(`Delete the login for ${HOST}?`);
          await terminal.type(answer);
          await terminal.waitFor(`[exit ${code}]`);
        });
        expect((await resolve(HOST)).login).toBe(login);
      }
    });

    it("stores nothing after ctrl-C, and restores the terminal", async () => {
      lab.user.writeDockerConfig({ credsStore: "docr" });
      await inTerminal(`docr registry add ${HOST} --username ${username}`, async (terminal) => {
        await terminal.waitFor(`Password or access token for ${HOST}`);
        await terminal.type("half a passw");
        await terminal.press("C-c");
        expect(await terminal.waitFor("[exit 130]")).toContain(
          "docr: error: cancelled\ndocr: hint: nothing was changed",
        );
        await terminal.type("echo seen again");
        await terminal.waitFor("$ echo seen again");
      });
      expect((await resolve(HOST)).login).toBeNull();
    });
  });
});

/** Returns the outcome of a command that must succeed. Throws with its errors if it fails. */
async function well(outcome: Outcome): Promise<Outcome> {
  if (outcome.code === 0) return outcome;
  throw new Error(`exit code ${outcome.code}: ${outcome.stderr}${outcome.stdout}`.slice(0, 600));
}
