import { chmodSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { HelperError } from "../../../../src/core/errors.ts";
import type { HelperAnswer } from "../../../../src/client-config/helper-client.ts";
import { migrateCommand } from "../../../../src/commands/migrate/migrate.ts";
import { configureCommand } from "../../../../src/commands/configure/configure.ts";
import { unconfigureCommand } from "../../../../src/commands/configure/unconfigure.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { type ConfiguredHome, createConfiguredHome } from "../../../support/fakes/configured-home.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { tokenOf } from "../../../support/fakes/credentials-bench.ts";
import { runOn, type CommandBenchOptions } from "../../../support/fakes/command-bench.ts";

const DOCKER = ".docker/config.json";
const PODMAN = ".config/containers/auth.json";
const DOCR_CONFIG = ".config/docr/config.json";
const HOST = "registry.digitalocean.com";
const HUB = "https://index.docker.io/v1/";

const auth = (username: string, password: string): { readonly auth: string } => ({
  auth: Buffer.from(`${username}:${password}`).toString("base64"),
});

interface Options {
  readonly from?: string | true;
  readonly configure?: boolean;
  readonly client?: "docker" | "podman" | "all";
  readonly dryRun?: boolean;
}
const move = (home: ConfiguredHome, options: Options = {}, hosts: readonly string[] = []) =>
  home.run(migrateCommand, { yes: true, ...options }, hosts);
const parsed = (text: string | undefined): unknown => JSON.parse(text ?? "null");
const opened = async (home: ConfiguredHome, key: string): Promise<readonly unknown[] | undefined> => {
  const login = await home.credentials.logins.read(key);
  return login && [login.serverUrl, login.username, login.secret.reveal()];
};
/** A home in which docker asks docr for every registry. */
function openGlobal(auths: object, options: CommandBenchOptions = {}): ConfiguredHome {
  const home = createConfiguredHome(options);
  home.write(DOCKER, JSON.stringify({ auths, credsStore: "docr" }, null, "\t"));
  return home;
}
const dockerOf = (home: ConfiguredHome): unknown => parsed(home.read(DOCKER));

/** The responses of a helper with these logins. */
function helperWith(
  name: string,
  logins: Readonly<Record<string, readonly [string, string]>>,
): Record<string, HelperAnswer> {
  const urls = Object.entries(logins);
  const list = Object.fromEntries(urls.map(([url, [username]]) => [url, username]));
  return {
    [`${name} list unused`]: { stdout: JSON.stringify(list), exitCode: 0 },
    ...Object.fromEntries(
      urls.map(([ServerURL, [Username, password]]) => [
        `${name} get ${ServerURL}`,
        { stdout: JSON.stringify({ ServerURL, Username, Secret: password }), exitCode: 0 },
      ]),
    ),
    ...Object.fromEntries(urls.map(([url]) => [`${name} erase ${url}`, { stdout: "", exitCode: 0 }])),
  };
}

describe("docr migrate, for logins in plain text", () => {
  it("moves them into the keychain and leaves docker's own empty entries", async () => {
    const home = openGlobal({
      "ghcr.io": { ...auth("sammy", "one"), email: "sammy@do.example" },
      [HUB]: auth("rosa", "t:w:o"),
      "quay.io": {},
    });
    const { text, json, exitCode } = await move(home);
    expect(text).toBe(
      `moved 2 logins to the keychain:\n  ghcr.io                      sammy  ~/${DOCKER}\n  ${HUB}  rosa   ~/${DOCKER}\n`,
    );
    expect([json, exitCode]).toEqual([
      {
        dryRun: false,
        moved: [
          { host: "ghcr.io", username: "sammy", from: `${home.home}/${DOCKER}` },
          { host: HUB, username: "rosa", from: `${home.home}/${DOCKER}` },
        ],
        stayed: [],
      },
      0,
    ]);
    expect(await opened(home, "ghcr.io")).toEqual(["ghcr.io", "sammy", "one"]);
    expect(await opened(home, "index.docker.io/v1")).toEqual([HUB, "rosa", "t:w:o"]);
    expect(dockerOf(home)).toEqual({
      auths: { "ghcr.io": { email: "sammy@do.example" }, [HUB]: {}, "quay.io": {} },
      credsStore: "docr",
    });
    expect(Object.keys(home.all())).toEqual([DOCKER]);
  });

  it("moves Docker Hub's three logins separately, and an identity token as one", async () => {
    const home = openGlobal({
      [HUB]: auth("rosa", "one"),
      [`${HUB}access-token`]: auth("rosa", "two"),
      [`${HUB}refresh-token`]: auth("rosa", "three"),
      "acme.azurecr.io": { ...auth("00000000-0000-0000-0000-000000000000", ""), identitytoken: "jwt" },
    });
    await move(home);
    expect(await opened(home, "index.docker.io/v1/access-token")).toEqual([
      `${HUB}access-token`,
      "rosa",
      "two",
    ]);
    expect(await opened(home, "index.docker.io/v1/refresh-token")).toEqual([
      `${HUB}refresh-token`,
      "rosa",
      "three",
    ]);
    expect(await opened(home, "acme.azurecr.io")).toEqual(["acme.azurecr.io", "<token>", "jwt"]);
  });

  it("stores them under the address that docker asks for, not the one that it wrote", async () => {
    const home = openGlobal({
      "https://ghcr.io/v1/": auth("old", "x"),
      "ghcr.io": auth("sammy", "one"),
      "https://quay.io/v2/": auth("rosa", "two"),
    });
    const { text } = await move(home);
    expect(text).toContain(`https://ghcr.io/v1/  ~/${DOCKER}: ~/${DOCKER} has another login for it\n`);
    expect(await opened(home, "ghcr.io")).toEqual(["ghcr.io", "sammy", "one"]);
    expect(await opened(home, "quay.io")).toEqual(["quay.io", "rosa", "two"]);
    expect(dockerOf(home)).toMatchObject({
      auths: { "https://ghcr.io/v1/": auth("old", "x"), "ghcr.io": {} },
    });
  });

  it("moves podman's too, without leaving entries, and lists those that helpers are not asked for", async () => {
    const home = openGlobal({});
    home.install("podman");
    home.write(
      ".config/containers/registries.conf",
      'credential-helpers = ["docr", "containers-auth.json"]\n',
    );
    const auths = { "quay.io": auth("a", "b"), "quay.io/team": auth("c", "d"), "docker.io": auth("e", "f") };
    home.write(PODMAN, JSON.stringify({ auths }));
    const { text, exitCode } = await move(home);
    expect(text).toContain(
      `not moved:\n  quay.io/team  ~/${PODMAN}: helpers store logins for whole registries only\n`,
    );
    expect(exitCode).toBe(0);
    expect(parsed(home.read(PODMAN))).toEqual({ auths: { "quay.io/team": auth("c", "d") } });
    expect(await opened(home, "index.docker.io/v1")).toEqual(["docker.io", "e", "f"]);
  });

  it("leaves what no helper can store, with the reason", async () => {
    const auths = {
      a: { auth: "?" },
      b: { registrytoken: "t" },
      c: auth("", "p"),
      d: { username: "sammy", password: "plain" },
    };
    const home = openGlobal(auths);
    const { json } = await move(home);
    expect(json).toMatchObject({
      moved: [{ host: "d", username: "sammy" }],
      stayed: [
        { host: "a", reason: "its auth is not base64 of a user name and a password" },
        { host: "b", reason: "helpers cannot store a registry token" },
        { host: "c", reason: "its auth is not base64 of a user name and a password" },
      ],
    });
    expect(dockerOf(home)).toMatchObject({ auths: { ...auths, d: {} } });
  });

  it("never replaces a stored login, and removes from the file what is stored already", async () => {
    const home = openGlobal({ "ghcr.io": auth("sammy", "old"), "quay.io": auth("rosa", "same") });
    await home.helper.store("ghcr.io", "sammy", new Secret("new"));
    await home.helper.store("https://quay.io", "rosa", new Secret("same"));
    const { json } = await move(home);
    expect(json).toMatchObject({
      moved: [{ host: "quay.io" }],
      stayed: [{ host: "ghcr.io", reason: "docr stores another login for it" }],
    });
    expect(await opened(home, "ghcr.io")).toEqual(["ghcr.io", "sammy", "new"]);
    expect(dockerOf(home)).toMatchObject({ auths: { "ghcr.io": auth("sammy", "old"), "quay.io": {} } });
  });

  it("removes nothing that it could not read back", async () => {
    const home = openGlobal({ "ghcr.io": auth("sammy", "one"), "quay.io": auth("rosa", "two") });
    home.keychain.write = async (name, value) => {
      if (!name.includes("ghcr.io")) home.keychain.items.set(name, value.reveal());
    };
    const { json, exitCode } = await move(home);
    expect(exitCode).toBe(1);
    expect(json).toMatchObject({
      moved: [{ host: "quay.io" }],
      stayed: [{ host: "ghcr.io", reason: "docr could not read it back from its store" }],
    });
    expect(dockerOf(home)).toMatchObject({ auths: { "ghcr.io": auth("sammy", "one"), "quay.io": {} } });
  });

  it("changes nothing if the keychain fails half-way, and continues on the next run", async () => {
    const home = openGlobal({ "ghcr.io": auth("sammy", "one"), "quay.io": auth("rosa", "two") });
    const before = home.all();
    const locked = new HelperError("keychain-locked", "the keychain is locked");
    home.keychain.failWith(locked, (call) => call.startsWith("write login:quay.io"));
    expect(await failureOf(() => move(home))).toEqual({
      code: "keychain-locked",
      message: "the keychain is locked",
    });
    expect(home.all()).toEqual(before);
    expect([...home.keychain.items.keys()].filter((name) => name.startsWith("login:"))).toEqual([]);
    home.keychain.failWith(undefined);
    expect((await move(home)).exitCode).toBe(0);
    expect(dockerOf(home)).toMatchObject({ auths: { "ghcr.io": {}, "quay.io": {} } });
  });

  it("leaves a login that has changed since it was read", async () => {
    const home = openGlobal({ "ghcr.io": auth("sammy", "one"), "quay.io": auth("rosa", "two") });
    home.keychain.write = async (name, value) => {
      home.keychain.items.set(name, value.reveal());
      home.write(
        DOCKER,
        JSON.stringify({ auths: { "ghcr.io": auth("sammy", "new"), "quay.io": auth("rosa", "two") } }),
      );
    };
    await move(home);
    expect(dockerOf(home)).toEqual({ auths: { "ghcr.io": auth("sammy", "new"), "quay.io": {} } });
  });

  it("removes them from docr's backups too", async () => {
    const home = createConfiguredHome();
    // docker asks its helper, and does not read the login in the file.
    home.write(DOCKER, JSON.stringify({ auths: { "ghcr.io": auth("sammy", "one") }, credsStore: "pass" }));
    await home.run(configureCommand, { global: true });
    home.write(DOCR_CONFIG, "{}");
    expect(home.read(`${DOCKER}.docr-backup`)).toContain(auth("sammy", "one").auth);
    await move(home);
    expect(Object.values(home.all()).join("")).not.toContain(auth("sammy", "one").auth);
    await home.run(unconfigureCommand);
    expect(dockerOf(home)).toEqual({ auths: { "ghcr.io": {} }, credsStore: "pass" });
    expect(home.warnings.at(-1)).toBe(
      "docr stores the login for ghcr.io, which clients no longer find; log in again with docker login",
    );
  });

  it("shows what would move with --dry-run, without secrets", async () => {
    const home = openGlobal({ "ghcr.io": auth("sammy", "s3cret"), [HOST]: auth(tokenOf("a"), tokenOf("a")) });
    const before = home.all();
    const { text, json, exitCode } = await move(home, { dryRun: true });
    expect(text).toBe(
      `would move 2 logins to the keychain:\n  ghcr.io                    sammy  ~/${DOCKER}\n  ${HOST}         ~/${DOCKER}\n`,
    );
    expect(exitCode).toBe(0);
    expect(text + JSON.stringify(json)).not.toMatch(/s3cret|dop_v1_/);
    expect([home.all(), home.keychain.items.size]).toEqual([before, 0]);
  });

  it("moves nothing from a file without logins", async () => {
    const home = openGlobal({ "ghcr.io": {} });
    expect(await move(home)).toEqual({
      text: "no logins to move\n",
      json: { dryRun: false, moved: [], stayed: [] },
      exitCode: 0,
    });
    expect((await move(createConfiguredHome())).text).toBe("no logins to move\n");
  });

  it("prints no control characters", async () => {
    const home = openGlobal({ "a\u001b[2Jb": auth("x\u0007y", "p") });
    expect((await move(home, { dryRun: true })).text).toContain("  a?[2Jb  x?y  ");
  });
});

/** A home in which docker asks docr for DigitalOcean's registry only, and has a plain-text login. */
function openConfigured(secret: string, options: CommandBenchOptions = {}): ConfiguredHome {
  const home = createConfiguredHome(options);
  const text = JSON.stringify({ auths: { [HOST]: auth(secret, secret) }, credHelpers: { [HOST]: "docr" } });
  home.write(DOCKER, text);
  return home;
}

describe("docr migrate, for DigitalOcean's registry", () => {
  it("stores an API token as the account's", async () => {
    const home = openConfigured(tokenOf("a"));
    expect((await move(home)).exitCode).toBe(0);
    expect((await home.credentials.apiTokens.read(undefined))?.secret.reveal()).toBe(tokenOf("a"));
    expect(dockerOf(home)).toMatchObject({ auths: { [HOST]: {} } });
  });

  it("stores a credential from doctl as a login, although there is an API token", async () => {
    const home = openConfigured(tokenOf("b"));
    home.api.fail("list", "api-unauthorized");
    await home.credentials.apiTokens.write(undefined, new Secret(tokenOf("a")));
    expect((await move(home)).exitCode).toBe(0);
    expect(await opened(home, HOST)).toEqual([HOST, tokenOf("b"), tokenOf("b")]);
    expect(dockerOf(home)).toMatchObject({ auths: { [HOST]: {} } });
  });

  it("removes a credential that docr minted from the file and does not store it", async () => {
    const home = openConfigured(tokenOf("c"), { secretOf: () => tokenOf("c") });
    await home.credentials.apiTokens.write(undefined, new Secret(tokenOf("a")));
    await home.helper.get(HOST);
    expect((await move(home)).exitCode).toBe(0);
    expect(await opened(home, HOST)).toBe(undefined);
    expect(dockerOf(home)).toMatchObject({ auths: { [HOST]: {} } });
  });

  it("leaves another account's API token, and a secret that the API cannot identify", async () => {
    const home = openConfigured(tokenOf("b"));
    await home.credentials.apiTokens.write(undefined, new Secret(tokenOf("a")));
    const before = home.all();
    expect((await move(home)).json).toMatchObject({
      stayed: [{ host: HOST, reason: "docr stores another login for it" }],
    });
    home.api.fail("list", "api-timeout");
    expect((await move(home)).json).toMatchObject({ stayed: [{ host: HOST, reason: "the api said no" }] });
    expect(home.all()).toEqual(before);
  });
});

describe("docr migrate --from another helper", () => {
  const LOGINS = { "ghcr.io": ["sammy", "one"], [HUB]: ["rosa", "two"] } as const;
  const ERASED = [`pass erase ghcr.io`, `pass erase ${HUB}`];

  it("stores its logins, reads them back and erases them there", async () => {
    const home = openGlobal({}, { helpers: helperWith("pass", LOGINS) });
    const { text } = await move(home, { from: "pass" });
    expect(text).toBe(
      `moved 2 logins to the keychain:\n  ghcr.io                      sammy  docker-credential-pass\n  ${HUB}  rosa   docker-credential-pass\n`,
    );
    expect(await opened(home, "ghcr.io")).toEqual(["ghcr.io", "sammy", "one"]);
    expect(home.helperCalls.slice(-2)).toEqual(ERASED);
  });

  it("removes it as the fallback, so that docr returns the moved logins", async () => {
    const home = createConfiguredHome({ helpers: helperWith("pass", LOGINS) });
    home.write(DOCKER, '{"credsStore":"pass"}');
    await home.run(configureCommand, { global: true });
    expect(parsed(home.read(DOCR_CONFIG))).toEqual({ fallback: "pass" });
    await move(home, { from: true });
    expect([parsed(home.read(DOCR_CONFIG)), dockerOf(home)]).toEqual([{}, { credsStore: "docr" }]);
    expect(home.helperCalls.slice(-2)).toEqual(ERASED);
  });

  it("replaces it in docker's file with --configure", async () => {
    const home = createConfiguredHome({ helpers: helperWith("pass", LOGINS) });
    home.write(DOCKER, '{"credsStore":"pass"}');
    await move(home, { from: true, configure: true });
    expect([parsed(home.read(DOCR_CONFIG)), dockerOf(home)]).toEqual([{}, { credsStore: "docr" }]);
    expect(home.helperCalls.slice(-2)).toEqual(ERASED);
  });

  it("removes a fallback that has no logins", async () => {
    const home = createConfiguredHome({ helpers: helperWith("pass", {}) });
    home.write(DOCKER, '{"credsStore":"pass"}');
    await home.run(configureCommand, { global: true });
    expect((await move(home, { from: true, dryRun: true })).text).toBe("no logins to move\n");
    expect(parsed(home.read(DOCR_CONFIG))).toEqual({ fallback: "pass" });
    await move(home, { from: true });
    expect(parsed(home.read(DOCR_CONFIG))).toEqual({});
    expect(home.notes.at(-1)).toBe("docker-credential-pass has no logins and is no longer docr's fallback");
  });

  it("takes nothing from the fallback unless all of its logins can move", async () => {
    const helpers = { ...helperWith("pass", LOGINS), [`pass get ${HUB}`]: { stdout: "no", exitCode: 1 } };
    const home = createConfiguredHome({ helpers });
    home.write(DOCKER, '{"credsStore":"docr"}');
    home.write(DOCR_CONFIG, '{"fallback":"pass"}');
    const before = home.all();
    const { json, exitCode } = await move(home, { from: "pass" });
    expect(exitCode).toBe(1);
    expect(json).toMatchObject({
      moved: [],
      stayed: [
        {
          host: "ghcr.io",
          reason: "docr has it now too, but the fallback keeps its logins until all of them can move",
        },
        { host: HUB, reason: "docker-credential-pass did not return it" },
      ],
    });
    expect(home.all()).toEqual(before);
    expect(home.helperCalls.filter((call) => call.includes("erase"))).toEqual([]);
  });

  it("lists the logins that it could not erase", async () => {
    const helpers = { ...helperWith("pass", LOGINS), "pass erase ghcr.io": { stdout: "no", exitCode: 1 } };
    const home = openGlobal({}, { helpers });
    const { json, exitCode } = await move(home, { from: "pass" });
    expect(exitCode).toBe(1);
    expect(json).toMatchObject({
      moved: [{ host: HUB }],
      stayed: [{ host: "ghcr.io", reason: "docker-credential-pass could not erase it" }],
    });
  });

  it("loses no login to a helper that resolves to docr again", async () => {
    const home = openGlobal({}, { helpers: helperWith("again", { "ghcr.io": ["sammy", "one"] }) });
    await home.helper.store("ghcr.io", "sammy", new Secret("one"));
    const context = {
      ...home.context,
      runHelper: async (name: string, action: string, input: string): Promise<HelperAnswer> => {
        if (action === "erase") await home.helper.erase(input);
        return home.context.runHelper(name, action, input);
      },
    };
    const { json, exitCode } = await runOn(context, migrateCommand, { yes: true, from: "again" }, []);
    expect(exitCode).toBe(1);
    expect(json).toMatchObject({
      moved: [],
      stayed: [{ reason: "docker-credential-again resolves to docr again, which keeps it" }],
    });
    expect(await opened(home, "ghcr.io")).toEqual(["ghcr.io", "sammy", "one"]);
  });

  it.each(["", "[]", "no json"])("fails if the helper's list is %j", async (stdout) => {
    const home = openGlobal({}, { helpers: { "pass list unused": { stdout, exitCode: 0 } } });
    expect(await failureOf(() => move(home, { from: "pass" }))).toEqual({
      code: "other-helper",
      message: "docker-credential-pass did not list its logins",
    });
  });

  it.each(["docr", "../evil", "a b", ""])("rejects %j as a helper", async (from) => {
    expect(await failureOf(() => move(createConfiguredHome(), { from }))).toEqual({
      code: "bad-arguments",
      message: "--from needs the name of another helper",
    });
  });

  it("needs a name if no other helper is configured", async () => {
    expect(await failureOf(() => move(createConfiguredHome(), { from: true }))).toEqual({
      code: "bad-arguments",
      message: "no other helper is configured",
    });
  });
});

describe("docr migrate, before it moves", () => {
  const PLAIN = { auths: { "ghcr.io": auth("sammy", "one") } };

  it("fails if docker would not find the logins afterwards, unless it configures docker", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, JSON.stringify(PLAIN));
    expect(await failureOf(() => move(home))).toEqual({
      code: "client-config",
      message: "docker would not find the logins: it does not ask docr for every registry",
    });
    expect(dockerOf(home)).toEqual(PLAIN);
    await move(home, { configure: true });
    expect(dockerOf(home)).toEqual({ auths: { "ghcr.io": {} }, credsStore: "docr" });
    expect(home.warnings).toEqual([]);
  });

  it.each(["gcloud", ""])("leaves a login of a host for which docker asks %j", async (helper) => {
    const home = createConfiguredHome();
    const auths = { "gcr.io": auth("sammy", "one"), "ghcr.io": auth("rosa", "two") };
    home.write(DOCKER, JSON.stringify({ auths, credHelpers: { "gcr.io": helper } }));
    const reason =
      helper === ""
        ? "credHelpers stops docker from asking a helper for it"
        : `credHelpers makes docker ask docker-credential-${helper} for it`;
    expect((await move(home, { configure: true })).json).toMatchObject({
      moved: [{ host: "ghcr.io" }],
      stayed: [{ host: "gcr.io", reason }],
    });
    expect(dockerOf(home)).toMatchObject({ auths: { ...auths, "ghcr.io": {} } });
  });

  it("takes nothing from a helper that docker still asks for that host", async () => {
    const home = openGlobal({}, { helpers: helperWith("pass", { "ghcr.io": ["sammy", "one"] }) });
    home.write(DOCKER, JSON.stringify({ credsStore: "docr", credHelpers: { "ghcr.io": "pass" } }));
    expect((await move(home, { from: "pass" })).json).toMatchObject({
      moved: [],
      stayed: [{ host: "ghcr.io" }],
    });
    expect(home.helperCalls.filter((call) => call.includes("erase"))).toEqual([]);
  });

  it("makes podman ask docr too for what it finds in docker's file", async () => {
    const home = openGlobal(PLAIN.auths);
    home.install("podman");
    const before = home.all();
    expect(await failureOf(() => move(home))).toEqual({
      code: "client-config",
      message: "podman would not find the logins: it does not ask docr for every registry",
    });
    expect([home.all(), home.keychain.items.size]).toEqual([before, 0]);
    await move(home, { configure: true });
    expect(home.read(".config/containers/registries.conf.d/99-docr.conf")).toContain('"docr"');
    expect(dockerOf(home)).toMatchObject({ auths: { "ghcr.io": {} } });
  });

  it("moves Docker Hub's login for podman too, which asks for it under another name", async () => {
    const home = openGlobal({ [HUB]: auth("rosa", "two") });
    home.install("podman");
    await move(home, { configure: true });
    expect(await opened(home, "index.docker.io/v1")).toEqual([HUB, "rosa", "two"]);
    expect((await home.helper.get("docker.io")).secret.reveal()).toBe("two");
  });

  it("leaves podman unchanged if only docker is selected, or podman reads another file", async () => {
    for (const [options, env] of [
      [{ client: "docker" }, {}],
      [{}, { REGISTRY_AUTH_FILE: "/nowhere/auth.json" }],
    ] as const) {
      const home = openGlobal(PLAIN.auths, { env });
      home.install("podman");
      expect((await move(home, options)).exitCode).toBe(0);
    }
  });

  it("leaves logins of parts of a registry, which podman stores in docker's file", async () => {
    const auths = { "quay.io/a": auth("a", "one"), "quay.io/b": auth("b", "two") };
    const home = openGlobal({ ...auths, "quay.io/v1/": auth("c", "three") });
    expect((await move(home)).json).toMatchObject({
      moved: [{ host: "quay.io/v1/", username: "c" }],
      stayed: [
        { host: "quay.io/a", reason: "helpers store logins for whole registries only" },
        { host: "quay.io/b" },
      ],
    });
    expect(dockerOf(home)).toMatchObject({ auths });
  });

  it("stores nothing from a read-only file", async () => {
    const home = openGlobal(PLAIN.auths);
    chmodSync(`${home.home}/${DOCKER}`, 0o444);
    expect((await failureOf(() => move(home, { dryRun: true }))).message).toBe(`~/${DOCKER} is read-only`);
    expect((await failureOf(() => move(home))).message).toBe(`~/${DOCKER} is read-only`);
    expect(home.keychain.items.size).toBe(0);
  });

  it("configures only DigitalOcean's registry if no other login moves", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, JSON.stringify({ auths: { [HOST]: auth("sammy", "one") } }));
    expect(await failureOf(() => move(home))).toEqual({
      code: "client-config",
      message: `docker would not find the logins: it does not ask docr for ${HOST}`,
    });
    await move(home, { configure: true });
    expect(dockerOf(home)).toEqual({ auths: { [HOST]: {} }, credHelpers: { [HOST]: "docr" } });
  });

  it("configures podman if podman's logins move", async () => {
    const home = createConfiguredHome();
    home.install("podman");
    home.write(PODMAN, JSON.stringify(PLAIN));
    expect((await failureOf(() => move(home))).message).toBe(
      "podman would not find the logins: it does not ask docr for every registry",
    );
    await move(home, { configure: true });
    expect(Object.keys(home.all())).toEqual([
      PODMAN,
      ".config/containers/registries.conf.d/99-docr.conf",
      ".config/docr/configured.json",
    ]);
    expect(parsed(home.read(PODMAN))).toEqual({ auths: {} });
  });

  it("leaves a login if the fallback helper has another one, now or after configuring", async () => {
    const helpers = {
      ...helperWith("pass", { "ghcr.io": ["rosa", "theirs"] }),
      "pass get quay.io": { stdout: "credentials not found in native keychain", exitCode: 1 },
      "pass get docker.example": { stdout: "locked", exitCode: 1 },
    };
    const auths = {
      ...PLAIN.auths,
      "quay.io": auth("sammy", "two"),
      "docker.example": auth("sammy", "three"),
    };
    const expected = {
      moved: [{ host: "quay.io" }],
      stayed: [
        { host: "ghcr.io", reason: "docker-credential-pass has another login for it" },
        { host: "docker.example", reason: "docker-credential-pass failed with exit code 1" },
      ],
    };
    const configured = openGlobal(auths, { helpers });
    configured.write(DOCR_CONFIG, '{"fallback":"pass"}');
    expect((await move(configured)).json).toMatchObject(expected);

    const present = createConfiguredHome({ helpers });
    present.write(DOCKER, JSON.stringify({ auths, credsStore: "pass" }));
    expect((await move(present, { configure: true })).json).toMatchObject(expected);
    expect(parsed(present.read(DOCR_CONFIG))).toEqual({ fallback: "pass" });

    const fixed = openGlobal(auths, { env: { DOCR_FALLBACK: "pass" }, helpers });
    expect((await move(fixed)).json).toMatchObject(expected);
  });

  it("asks with the list of logins, and continues after a yes", async () => {
    const home = openGlobal(PLAIN.auths, { answers: [true] });
    expect((await home.run(migrateCommand, {}, [])).exitCode).toBe(0);
    expect(home.questions).toEqual(["Move 1 login to the keychain?"]);
    expect(home.notes).toEqual([`  ghcr.io  sammy  ~/${DOCKER}`]);
    expect(await opened(home, "ghcr.io")).toEqual(["ghcr.io", "sammy", "one"]);
  });

  it.each([
    ["a no", [false]],
    ["ctrl-C", []],
  ])("changes nothing after %s", async (_, answers) => {
    const home = openGlobal(PLAIN.auths, { answers });
    const before = home.all();
    expect((await failureOf(() => home.run(migrateCommand, {}, []))).code).toBe("cancelled");
    expect([home.all(), home.keychain.items.size]).toEqual([before, 0]);
  });

  it("needs --yes without a terminal", async () => {
    const home = openGlobal(PLAIN.auths);
    expect(await failureOf(() => home.run(migrateCommand, {}, []))).toEqual({
      code: "no-terminal",
      message: "cannot ask for confirmation without a terminal",
    });
  });
});

describe("docr migrate, for clients that ask docr for some hosts only", () => {
  const AUTHS = { [HOST]: auth("sammy", "one"), "ghcr.io": auth("rosa", "two") };

  it("moves the logins of those hosts and leaves the others", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, JSON.stringify({ auths: AUTHS, credHelpers: { [HOST]: "docr" } }));
    const { json, exitCode } = await move(home);
    expect([json, exitCode]).toMatchObject([
      {
        moved: [{ host: HOST }],
        stayed: [{ host: "ghcr.io", reason: "docker does not ask docr for it; --configure changes that" }],
      },
      0,
    ]);
    expect(dockerOf(home)).toMatchObject({ auths: { ...AUTHS, [HOST]: {} } });
    expect(await opened(home, HOST)).toEqual([HOST, "sammy", "one"]);
  });
});

describe("docr migrate with hosts", () => {
  const AUTHS = {
    "ghcr.io": auth("sammy", "one"),
    "quay.io": auth("rosa", "two"),
    [HUB]: auth("sammy", "hub"),
    [`${HUB}access-token`]: auth("sammy", "access"),
  };
  const open = (more: object = {}, options: CommandBenchOptions = {}): ConfiguredHome => {
    const home = createConfiguredHome(options);
    home.write(DOCKER, JSON.stringify({ auths: AUTHS, ...more }));
    return home;
  };

  it("moves only their logins", async () => {
    const home = open({ credsStore: "docr" });
    expect((await move(home, {}, ["https://ghcr.io"])).json).toMatchObject({
      moved: [{ host: "ghcr.io" }],
      stayed: [],
    });
    expect(dockerOf(home)).toMatchObject({ auths: { ...AUTHS, "ghcr.io": {} } });
  });

  it("makes docker ask docr only for these hosts with --configure, and unconfigure undoes it", async () => {
    const home = open();
    await move(home, { configure: true }, ["ghcr.io", "docker.io"]);
    const helpers = { "ghcr.io": "docr", [HUB]: "docr", [`${HUB}access-token`]: "docr" };
    expect(dockerOf(home)).toEqual({
      auths: { ...AUTHS, "ghcr.io": {}, [HUB]: {}, [`${HUB}access-token`]: {} },
      credHelpers: helpers,
    });
    await home.run(unconfigureCommand);
    expect(dockerOf(home)).not.toHaveProperty("credHelpers");
    expect(home.warnings.at(-1)).toContain("which clients no longer find");
  });

  it("makes podman ask docr too for what it finds in docker's file", async () => {
    const home = open();
    home.install("podman");
    await move(home, { configure: true }, [HUB]);
    expect(parsed(home.read(PODMAN))).toEqual({ credHelpers: { "docker.io": "docr" } });
  });

  it("fails if docker does not ask docr for one of them, and changes nothing", async () => {
    const home = open({ credHelpers: { "ghcr.io": "docr" } });
    const before = home.all();
    expect(await failureOf(() => move(home, {}, ["ghcr.io", "quay.io"]))).toEqual({
      code: "client-config",
      message: "docker would not find the logins: it does not ask docr for quay.io",
    });
    expect([home.all(), home.keychain.items.size]).toEqual([before, 0]);
  });

  it("fails if there is no login for one of them", async () => {
    const home = open({ credsStore: "docr" });
    expect(await failureOf(() => move(home, {}, ["ghcr.io", "gcr.io"]))).toEqual({
      code: "no-login",
      message: "no login to move for gcr.io",
    });
  });

  it("exits 1 if one of them cannot move", async () => {
    const home = open({ credsStore: "docr", auths: { "quay.io/team": auth("a", "b") } });
    expect(await move(home, {}, ["quay.io"])).toMatchObject({
      exitCode: 1,
      json: { moved: [], stayed: [{ host: "quay.io/team" }] },
    });
  });

  it("takes single logins from the fallback helper, which stays", async () => {
    const helpers = helperWith("pass", { "ghcr.io": ["sammy", "one"], "quay.io": ["rosa", "two"] });
    const home = createConfiguredHome({ helpers });
    home.write(DOCKER, '{"credsStore":"docr"}');
    home.write(DOCR_CONFIG, '{"fallback":"pass"}');
    expect((await move(home, { from: "pass" }, ["ghcr.io"])).json).toMatchObject({
      moved: [{ host: "ghcr.io" }],
    });
    expect(parsed(home.read(DOCR_CONFIG))).toEqual({ fallback: "pass" });
    expect(home.helperCalls.filter((call) => call.includes("erase"))).toEqual(["pass erase ghcr.io"]);
  });
});
