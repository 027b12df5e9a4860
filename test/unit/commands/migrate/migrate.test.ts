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
import { tokenOf } from "../../../support/fakes/helper-bench.ts";
import { runOn, type CommandBenchOptions } from "../../../support/fakes/command-bench.ts";

const DOCKER = ".docker/config.json";
const PODMAN = ".config/containers/auth.json";
const OURS = ".config/docr/config.json";
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
const move = (home: ConfiguredHome, options: Options = {}) =>
  home.run(migrateCommand, { yes: true, ...options });
const parsed = (text: string | undefined): unknown => JSON.parse(text ?? "null");
const opened = async (home: ConfiguredHome, key: string): Promise<readonly unknown[] | undefined> => {
  const login = await home.credentials.logins.read(key);
  return login && [login.serverUrl, login.username, login.secret.reveal()];
};
/** A home in which docker asks us for everything. */
function openOurs(auths: object, options: CommandBenchOptions = {}): ConfiguredHome {
  const home = createConfiguredHome(options);
  home.write(DOCKER, JSON.stringify({ auths, credsStore: "docr" }, null, "\t"));
  return home;
}
const dockerOf = (home: ConfiguredHome): unknown => parsed(home.read(DOCKER));

/** What a helper with these logins answers. */
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
  it("moves them into the keychain, leaves docker's own trace of them, and says so", async () => {
    const home = openOurs({
      "ghcr.io": { ...auth("sammy", "one"), email: "sammy@do.example" },
      [HUB]: auth("rosa", "t:w:o"),
      "quay.io": {},
    });
    const { text, json, exitCode } = await move(home);
    expect(text).toBe(
      `moved 2 logins into the keychain:\n  ghcr.io                      sammy  ~/${DOCKER}\n  ${HUB}  rosa   ~/${DOCKER}\n`,
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

  it("keeps Docker Hub's three apart, and an identity token as what it is", async () => {
    const home = openOurs({
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

  it("keeps them under what docker asks for, not under what it once wrote", async () => {
    const home = openOurs({
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

  it("moves podman's as well, of which it leaves no trace, and names those that no helper is asked for", async () => {
    const home = openOurs({});
    home.install("podman");
    home.write(
      ".config/containers/registries.conf",
      'credential-helpers = ["docr", "containers-auth.json"]\n',
    );
    const auths = { "quay.io": auth("a", "b"), "quay.io/team": auth("c", "d"), "docker.io": auth("e", "f") };
    home.write(PODMAN, JSON.stringify({ auths }));
    const { text, exitCode } = await move(home);
    expect(text).toContain(
      `stayed:\n  quay.io/team  ~/${PODMAN}: helpers are asked for whole registries alone\n`,
    );
    expect(exitCode).toBe(0);
    expect(parsed(home.read(PODMAN))).toEqual({ auths: { "quay.io/team": auth("c", "d") } });
    expect(await opened(home, "docker.io")).toEqual(["docker.io", "e", "f"]);
  });

  it("leaves what no helper can keep, and says why", async () => {
    const auths = {
      a: { auth: "?" },
      b: { registrytoken: "t" },
      c: auth("", "p"),
      d: { username: "sammy", password: "plain" },
    };
    const home = openOurs(auths);
    const { json } = await move(home);
    expect(json).toMatchObject({
      moved: [{ host: "d", username: "sammy" }],
      stayed: [
        { host: "a", reason: "its auth is not base64 of a user name and a password" },
        { host: "b", reason: "no helper can keep a registry token" },
        { host: "c", reason: "its auth is not base64 of a user name and a password" },
      ],
    });
    expect(dockerOf(home)).toMatchObject({ auths: { ...auths, d: {} } });
  });

  it("never replaces what the keychain has, and takes away what it has already", async () => {
    const home = openOurs({ "ghcr.io": auth("sammy", "old"), "quay.io": auth("rosa", "same") });
    await home.helper.store("ghcr.io", "sammy", new Secret("new"));
    await home.helper.store("https://quay.io", "rosa", new Secret("same"));
    const { json } = await move(home);
    expect(json).toMatchObject({
      moved: [{ host: "quay.io" }],
      stayed: [{ host: "ghcr.io", reason: "docr keeps another login for it" }],
    });
    expect(await opened(home, "ghcr.io")).toEqual(["ghcr.io", "sammy", "new"]);
    expect(dockerOf(home)).toMatchObject({ auths: { "ghcr.io": auth("sammy", "old"), "quay.io": {} } });
  });

  it("removes nothing that it did not read back", async () => {
    const home = openOurs({ "ghcr.io": auth("sammy", "one"), "quay.io": auth("rosa", "two") });
    home.keychain.write = async (name, value) => {
      if (!name.includes("ghcr.io")) home.keychain.items.set(name, value.reveal());
    };
    const { json, exitCode } = await move(home);
    expect(exitCode).toBe(1);
    expect(json).toMatchObject({
      moved: [{ host: "quay.io" }],
      stayed: [{ host: "ghcr.io", reason: "it could not be read back" }],
    });
    expect(dockerOf(home)).toMatchObject({ auths: { "ghcr.io": auth("sammy", "one"), "quay.io": {} } });
  });

  it("changes nothing where the keychain fails half-way, and goes on from there the next time", async () => {
    const home = openOurs({ "ghcr.io": auth("sammy", "one"), "quay.io": auth("rosa", "two") });
    const before = home.all();
    const locked = new HelperError("keychain-locked", "the keychain is locked");
    home.keychain.failWith(locked, (call) => call.startsWith("write login:quay.io"));
    expect(await failureOf(() => move(home))).toEqual({
      code: "keychain-locked",
      message: "the keychain is locked",
    });
    expect(home.all()).toEqual(before);
    home.keychain.failWith(undefined);
    expect((await move(home)).exitCode).toBe(0);
    expect(dockerOf(home)).toMatchObject({ auths: { "ghcr.io": {}, "quay.io": {} } });
  });

  it("leaves a login that is new since it was read", async () => {
    const home = openOurs({ "ghcr.io": auth("sammy", "one"), "quay.io": auth("rosa", "two") });
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

  it("takes them out of our own copies of the file as well", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, JSON.stringify({ auths: { "ghcr.io": auth("sammy", "one") } }));
    await home.run(configureCommand, { global: true });
    expect(home.read(`${DOCKER}.docr-backup`)).toContain(auth("sammy", "one").auth);
    await move(home);
    expect(Object.values(home.all()).join("")).not.toContain(auth("sammy", "one").auth);
    await home.run(unconfigureCommand);
    expect(dockerOf(home)).toEqual({ auths: { "ghcr.io": {} } });
    expect(home.warnings.at(-1)).toBe(
      "docr keeps the login for ghcr.io, which clients find no more: docker login makes a new one",
    );
  });

  it("shows with --dry-run what would move, and never a secret", async () => {
    const home = openOurs({ "ghcr.io": auth("sammy", "s3cret"), [HOST]: auth(tokenOf("a"), tokenOf("a")) });
    const before = home.all();
    const { text, json, exitCode } = await move(home, { dryRun: true });
    expect(text).toBe(
      `would move 2 logins into the keychain:\n  ghcr.io                    sammy  ~/${DOCKER}\n  ${HOST}         ~/${DOCKER}\n`,
    );
    expect(exitCode).toBe(0);
    expect(text + JSON.stringify(json)).not.toMatch(/s3cret|dop_v1_/);
    expect([home.all(), home.keychain.items.size]).toEqual([before, 0]);
  });

  it("has nothing to say of a file without logins", async () => {
    const home = openOurs({ "ghcr.io": {} });
    expect(await move(home)).toEqual({
      text: "there are no logins to move\n",
      json: { dryRun: false, moved: [], stayed: [] },
      exitCode: 0,
    });
    expect((await move(createConfiguredHome())).text).toBe("there are no logins to move\n");
  });

  it("shows no text that a terminal would obey", async () => {
    const home = openOurs({ "a\u001b[2Jb": auth("x\u0007y", "p") });
    expect((await move(home, { dryRun: true })).text).toContain("  a?[2Jb  x?y  ");
  });
});

/** A home in which docker asks us for our host alone, and has a login in plain text. */
function openConfigured(secret: string, options: CommandBenchOptions = {}): ConfiguredHome {
  const home = createConfiguredHome(options);
  const text = JSON.stringify({ auths: { [HOST]: auth(secret, secret) }, credHelpers: { [HOST]: "docr" } });
  home.write(DOCKER, text);
  return home;
}

describe("docr migrate, for our own host", () => {
  it("keeps an API token as what mints", async () => {
    const home = openConfigured(tokenOf("a"));
    expect((await move(home)).exitCode).toBe(0);
    expect((await home.credentials.apiTokens.read(undefined))?.secret.reveal()).toBe(tokenOf("a"));
    expect(dockerOf(home)).toMatchObject({ auths: { [HOST]: {} } });
  });

  it("keeps a finished credential of doctl's as a login, beside an API token that is there", async () => {
    const home = openConfigured(tokenOf("b"));
    home.api.fail("list", "api-unauthorized");
    await home.credentials.apiTokens.write(undefined, new Secret(tokenOf("a")));
    expect((await move(home)).exitCode).toBe(0);
    expect(await opened(home, HOST)).toEqual([HOST, tokenOf("b"), tokenOf("b")]);
    expect(dockerOf(home)).toMatchObject({ auths: { [HOST]: {} } });
  });

  it("keeps nothing of a credential that we minted ourselves, and takes it out of the file", async () => {
    const home = openConfigured(tokenOf("c"), { secretOf: () => tokenOf("c") });
    await home.credentials.apiTokens.write(undefined, new Secret(tokenOf("a")));
    await home.helper.get(HOST);
    expect((await move(home)).exitCode).toBe(0);
    expect(await opened(home, HOST)).toBe(undefined);
    expect(dockerOf(home)).toMatchObject({ auths: { [HOST]: {} } });
  });

  it("leaves another account's API token, and one of which nobody can tell what it is", async () => {
    const home = openConfigured(tokenOf("b"));
    await home.credentials.apiTokens.write(undefined, new Secret(tokenOf("a")));
    const before = home.all();
    expect((await move(home)).json).toMatchObject({
      stayed: [{ host: HOST, reason: "docr keeps another login for it" }],
    });
    home.api.fail("list", "api-timeout");
    expect((await move(home)).json).toMatchObject({ stayed: [{ host: HOST, reason: "the api said no" }] });
    expect(home.all()).toEqual(before);
  });
});

describe("docr migrate --from another helper", () => {
  const LOGINS = { "ghcr.io": ["sammy", "one"], [HUB]: ["rosa", "two"] } as const;
  const ERASED = [`pass erase ghcr.io`, `pass erase ${HUB}`];

  it("moves its logins, verifies them and erases them there", async () => {
    const home = openOurs({}, { helpers: helperWith("pass", LOGINS) });
    const { text } = await move(home, { from: "pass" });
    expect(text).toBe(
      `moved 2 logins into the keychain:\n  ghcr.io                      sammy  docker-credential-pass\n  ${HUB}  rosa   docker-credential-pass\n`,
    );
    expect(await opened(home, "ghcr.io")).toEqual(["ghcr.io", "sammy", "one"]);
    expect(home.helperCalls.slice(-2)).toEqual(ERASED);
  });

  it("ends its standing behind us, so that ours are the ones that are answered", async () => {
    const home = createConfiguredHome({ helpers: helperWith("pass", LOGINS) });
    home.write(DOCKER, '{"credsStore":"pass"}');
    await home.run(configureCommand, { global: true });
    expect(parsed(home.read(OURS))).toEqual({ fallback: "pass" });
    await move(home, { from: true });
    expect([parsed(home.read(OURS)), dockerOf(home)]).toEqual([{}, { credsStore: "docr" }]);
    expect(home.helperCalls.slice(-2)).toEqual(ERASED);
  });

  it("takes its place in docker's file with --configure", async () => {
    const home = createConfiguredHome({ helpers: helperWith("pass", LOGINS) });
    home.write(DOCKER, '{"credsStore":"pass"}');
    await move(home, { from: true, configure: true });
    expect([parsed(home.read(OURS)), dockerOf(home)]).toEqual([{}, { credsStore: "docr" }]);
    expect(home.helperCalls.slice(-2)).toEqual(ERASED);
  });

  it("ends the standing of a helper that has nothing", async () => {
    const home = createConfiguredHome({ helpers: helperWith("pass", {}) });
    home.write(DOCKER, '{"credsStore":"pass"}');
    await home.run(configureCommand, { global: true });
    expect((await move(home, { from: true, dryRun: true })).text).toBe("there are no logins to move\n");
    expect(parsed(home.read(OURS))).toEqual({ fallback: "pass" });
    await move(home, { from: true });
    expect(parsed(home.read(OURS))).toEqual({});
    expect(home.warnings.at(-1)).toBe("docker-credential-pass has no logins, and stands behind docr no more");
  });

  it("takes nothing from a helper behind us unless it gets all", async () => {
    const helpers = { ...helperWith("pass", LOGINS), [`pass get ${HUB}`]: { stdout: "no", exitCode: 1 } };
    const home = createConfiguredHome({ helpers });
    home.write(DOCKER, '{"credsStore":"docr"}');
    home.write(OURS, '{"fallback":"pass"}');
    const before = home.all();
    const { json, exitCode } = await move(home, { from: "pass" });
    expect(exitCode).toBe(1);
    expect(json).toMatchObject({
      moved: [],
      stayed: [
        {
          host: "ghcr.io",
          reason: "docr has it now, too, but it can only move together with all the others there",
        },
        { host: HUB, reason: "docker-credential-pass does not give it" },
      ],
    });
    expect(home.all()).toEqual(before);
    expect(home.helperCalls.filter((call) => call.includes("erase"))).toEqual([]);
  });

  it("says which ones it could not erase", async () => {
    const helpers = { ...helperWith("pass", LOGINS), "pass erase ghcr.io": { stdout: "no", exitCode: 1 } };
    const home = openOurs({}, { helpers });
    const { json, exitCode } = await move(home, { from: "pass" });
    expect(exitCode).toBe(1);
    expect(json).toMatchObject({
      moved: [{ host: HUB }],
      stayed: [{ host: "ghcr.io", reason: "the other helper cannot erase it" }],
    });
  });

  it("loses no login to a helper that leads back to docr", async () => {
    const home = openOurs({}, { helpers: helperWith("again", { "ghcr.io": ["sammy", "one"] }) });
    await home.helper.store("ghcr.io", "sammy", new Secret("one"));
    const context = {
      ...home.context,
      runHelper: async (name: string, action: string, input: string): Promise<HelperAnswer> => {
        if (action === "erase") await home.helper.erase(input);
        return home.context.runHelper(name, action, input);
      },
    };
    const { json, exitCode } = await runOn(context, migrateCommand, { yes: true, from: "again" });
    expect(exitCode).toBe(1);
    expect(json).toMatchObject({
      moved: [],
      stayed: [{ reason: "docker-credential-again leads back to docr, which keeps it" }],
    });
    expect(await opened(home, "ghcr.io")).toEqual(["ghcr.io", "sammy", "one"]);
  });

  it.each(["", "[]", "no json"])("fails where the helper's list is %j", async (stdout) => {
    const home = openOurs({}, { helpers: { "pass list unused": { stdout, exitCode: 0 } } });
    expect(await failureOf(() => move(home, { from: "pass" }))).toEqual({
      code: "other-helper",
      message: "docker-credential-pass does not list its logins",
    });
  });

  it.each(["docr", "../evil", "a b", ""])("takes no %j for a helper", async (from) => {
    expect(await failureOf(() => move(createConfiguredHome(), { from }))).toEqual({
      code: "bad-arguments",
      message: "--from takes the last part of another helper's name",
    });
  });

  it("wants a name where no other helper is configured", async () => {
    expect(await failureOf(() => move(createConfiguredHome(), { from: true }))).toEqual({
      code: "bad-arguments",
      message: "no other helper is configured",
    });
  });
});

describe("docr migrate, before it moves", () => {
  const PLAIN = { auths: { "ghcr.io": auth("sammy", "one") } };

  it("refuses where docker would not find the logins afterwards, or configures it", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, JSON.stringify(PLAIN));
    expect(await failureOf(() => move(home))).toEqual({
      code: "client-config",
      message: "docker does not ask docr for every registry yet, and would not find the logins there",
    });
    expect(dockerOf(home)).toEqual(PLAIN);
    await move(home, { configure: true });
    expect(dockerOf(home)).toEqual({ auths: { "ghcr.io": {} }, credsStore: "docr" });
    expect(home.warnings).toEqual([]);
  });

  it.each(["gcloud", ""])("leaves a login of a host for which docker asks %j by itself", async (helper) => {
    const home = createConfiguredHome();
    const auths = { "gcr.io": auth("sammy", "one"), "ghcr.io": auth("rosa", "two") };
    home.write(DOCKER, JSON.stringify({ auths, credHelpers: { "gcr.io": helper } }));
    const who = helper === "" ? "no helper" : `docker-credential-${helper}`;
    expect((await move(home, { configure: true })).json).toMatchObject({
      moved: [{ host: "ghcr.io" }],
      stayed: [{ host: "gcr.io", reason: `docker asks ${who} for it, by credHelpers` }],
    });
    expect(dockerOf(home)).toMatchObject({ auths: { ...auths, "ghcr.io": {} } });
  });

  it("takes nothing from a helper that docker goes on asking for that host", async () => {
    const home = openOurs({}, { helpers: helperWith("pass", { "ghcr.io": ["sammy", "one"] }) });
    home.write(DOCKER, JSON.stringify({ credsStore: "docr", credHelpers: { "ghcr.io": "pass" } }));
    expect((await move(home, { from: "pass" })).json).toMatchObject({
      moved: [],
      stayed: [{ host: "ghcr.io" }],
    });
    expect(home.helperCalls.filter((call) => call.includes("erase"))).toEqual([]);
  });

  it("has podman ask docr, too, for what it finds in docker's file", async () => {
    const home = openOurs(PLAIN.auths);
    home.install("podman");
    const before = home.all();
    expect(await failureOf(() => move(home))).toEqual({
      code: "client-config",
      message: "podman does not ask docr for every registry yet, and would not find the logins there",
    });
    expect([home.all(), home.keychain.items.size]).toEqual([before, 0]);
    await move(home, { configure: true });
    expect(home.read(".config/containers/registries.conf.d/99-docr.conf")).toContain('"docr"');
    expect(dockerOf(home)).toMatchObject({ auths: { "ghcr.io": {} } });
  });

  it("keeps Docker Hub's login under podman's name for it as well", async () => {
    const home = openOurs({ [HUB]: auth("rosa", "two") });
    home.install("podman");
    await move(home, { configure: true });
    expect(await opened(home, "index.docker.io/v1")).toEqual([HUB, "rosa", "two"]);
    expect(await opened(home, "docker.io")).toEqual(["docker.io", "rosa", "two"]);

    const without = openOurs({ [HUB]: auth("rosa", "two") });
    await move(without);
    expect(await opened(without, "docker.io")).toBe(undefined);
  });

  it("leaves podman alone where docker alone is meant, or podman reads another file", async () => {
    for (const [options, env] of [
      [{ client: "docker" }, {}],
      [{}, { REGISTRY_AUTH_FILE: "/nowhere/auth.json" }],
    ] as const) {
      const home = openOurs(PLAIN.auths, { env });
      home.install("podman");
      expect((await move(home, options)).exitCode).toBe(0);
    }
  });

  it("leaves logins of parts of a registry, which podman keeps in docker's file", async () => {
    const auths = { "quay.io/a": auth("a", "one"), "quay.io/b": auth("b", "two") };
    const home = openOurs({ ...auths, "quay.io/v1/": auth("c", "three") });
    expect((await move(home)).json).toMatchObject({
      moved: [{ host: "quay.io/v1/", username: "c" }],
      stayed: [
        { host: "quay.io/a", reason: "helpers are asked for whole registries alone" },
        { host: "quay.io/b" },
      ],
    });
    expect(dockerOf(home)).toMatchObject({ auths });
  });

  it("keeps nothing of a file that it could not change afterwards", async () => {
    const home = openOurs(PLAIN.auths);
    chmodSync(`${home.home}/${DOCKER}`, 0o444);
    expect((await failureOf(() => move(home, { dryRun: true }))).message).toBe(`~/${DOCKER} is read-only`);
    expect((await failureOf(() => move(home))).message).toBe(`~/${DOCKER} is read-only`);
    expect(home.keychain.items.size).toBe(0);
  });

  it("configures no more than our host where nothing else moves", async () => {
    const home = createConfiguredHome();
    home.write(DOCKER, JSON.stringify({ auths: { [HOST]: auth("sammy", "one") } }));
    expect(await failureOf(() => move(home))).toEqual({
      code: "client-config",
      message: `docker does not ask docr for ${HOST} yet, and would not find the logins there`,
    });
    await move(home, { configure: true });
    expect(dockerOf(home)).toEqual({ auths: { [HOST]: {} }, credHelpers: { [HOST]: "docr" } });
  });

  it("configures podman where podman's logins move", async () => {
    const home = createConfiguredHome();
    home.install("podman");
    home.write(PODMAN, JSON.stringify(PLAIN));
    expect((await failureOf(() => move(home))).message).toBe(
      "podman does not ask docr for every registry yet, and would not find the logins there",
    );
    await move(home, { configure: true });
    expect(Object.keys(home.all())).toEqual([
      PODMAN,
      ".config/containers/registries.conf.d/99-docr.conf",
      ".config/docr/configured.json",
    ]);
    expect(parsed(home.read(PODMAN))).toEqual({ auths: {} });
  });

  it("refuses where another helper answers for the hosts, behind us or about to be", async () => {
    const message = "docker-credential-pass answers for every other registry";
    const behind = openOurs(PLAIN.auths);
    behind.write(OURS, '{"fallback":"pass"}');
    expect((await failureOf(() => move(behind))).message).toBe(message);

    const present = createConfiguredHome();
    present.write(DOCKER, JSON.stringify({ ...PLAIN, credsStore: "pass" }));
    expect((await failureOf(() => move(present, { configure: true }))).message).toBe(message);

    const fixed = openOurs(PLAIN.auths, { env: { DOCR_FALLBACK: "pass" }, helpers: helperWith("pass", {}) });
    expect((await failureOf(() => move(fixed, { from: "pass" }))).message).toBe(message);
  });

  it("asks, shows what is meant, and goes on at a yes", async () => {
    const home = openOurs(PLAIN.auths, { answers: [true] });
    expect((await home.run(migrateCommand)).exitCode).toBe(0);
    expect(home.questions).toEqual(["Move 1 login into the keychain?"]);
    expect(home.notes).toEqual([`  ghcr.io  sammy  ~/${DOCKER}`]);
    expect(await opened(home, "ghcr.io")).toEqual(["ghcr.io", "sammy", "one"]);
  });

  it.each([
    ["a no", [false]],
    ["ctrl-C", []],
  ])("changes nothing at %s", async (_, answers) => {
    const home = openOurs(PLAIN.auths, { answers });
    const before = home.all();
    expect((await failureOf(() => home.run(migrateCommand))).code).toBe("cancelled");
    expect([home.all(), home.keychain.items.size]).toEqual([before, 0]);
  });

  it("wants --yes where there is no terminal", async () => {
    const home = openOurs(PLAIN.auths);
    expect(await failureOf(() => home.run(migrateCommand))).toEqual({
      code: "no-terminal",
      message: "nobody can be asked here whether 1 login may move",
    });
  });
});
