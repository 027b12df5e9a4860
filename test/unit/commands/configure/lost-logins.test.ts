import { describe, expect, it } from "vitest";
import type { HelperAnswer } from "../../../../src/client-config/helper-client.ts";
import { configureCommand } from "../../../../src/commands/configure/configure.ts";
import type { Files } from "../../../../src/client-config/edit/files.ts";
import { HelperError, isHelperError } from "../../../../src/core/errors.ts";
import { Secret } from "../../../../src/core/secret.ts";

import { type CommandBenchOptions, runOn } from "../../../support/fakes/command-bench.ts";
import { type ConfiguredHome, createConfiguredHome } from "../../../support/fakes/configured-home.ts";
import { tokenOf } from "../../../support/fakes/credentials-bench.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";

const DOCKER = ".docker/config.json";
const PODMAN = ".config/containers/auth.json";
const DROP_IN = ".config/containers/registries.conf.d/99-docr.conf";
const HOST = "registry.digitalocean.com";
const NOT_FOUND = "credentials not found in native keychain";

interface Options {
  readonly global?: boolean;
  readonly migrate?: boolean;
  readonly client?: "docker" | "podman" | "all";
  readonly dryRun?: boolean;
}
const configure = (home: ConfiguredHome, options: Options = {}) => home.run(configureCommand, options);

const auth = (username: string, password: string): { readonly auth: string } => ({
  auth: Buffer.from(`${username}:${password}`).toString("base64"),
});

/** A home in which docker's file has these logins. */
function withLogins(auths: object, options: CommandBenchOptions = {}): ConfiguredHome {
  const home = createConfiguredHome(options);
  home.write(DOCKER, JSON.stringify({ auths }, null, 2));
  return home;
}

const parsed = (home: ConfiguredHome, path = DOCKER): unknown => JSON.parse(home.read(path) ?? "null");

const stored = async (home: ConfiguredHome, key: string): Promise<string | undefined> => {
  const login = await home.credentials.logins.read(key);
  return login && `${login.username} ${login.secret.reveal()}`;
};

/** What a helper with one login for DigitalOcean's registry answers. */
function helperWith(name: string, username: string, password: string): Record<string, HelperAnswer> {
  const login = JSON.stringify({ ServerURL: HOST, Username: username, Secret: password });
  return {
    [`${name} get ${HOST}`]: { stdout: login, exitCode: 0 },
    [`${name} erase ${HOST}`]: { stdout: "", exitCode: 0 },
  };
}

/** How configuring fails: the hosts that it names and the hint. Undefined if it did anything else than to fail. */
async function refusalOf(home: ConfiguredHome, options: Options): Promise<readonly unknown[] | undefined> {
  const before = JSON.stringify(home.all());
  const failure = await configure(home, options).catch((error: unknown) => error);
  const isUnchanged = JSON.stringify(home.all()) === before && home.keychain.items.size === 0;
  if (!isHelperError(failure, "client-config") || !isUnchanged) return undefined;
  return [failure.message.split("clients would no longer find the login for ")[1], failure.hint];
}

const toKeychain = (what: string): string =>
  `add --migrate to move ${what} to the keychain; nothing was changed`;

describe("docr configure, if clients would no longer find a login", () => {
  it("changes nothing without a terminal and without --migrate, and names the hosts", async () => {
    const home = withLogins({ "ghcr.io": auth("sammy", "one"), "quay.io": auth("rosa", "two") });
    expect(await refusalOf(home, { global: true })).toEqual(["ghcr.io, quay.io", toKeychain("them")]);
    expect(
      await refusalOf(withLogins({ [HOST]: auth("sammy", "one"), "ghcr.io": auth("sammy", "one") }), {}),
    ).toEqual([HOST, toKeychain("it")]);
  });

  it("moves them with --migrate, and nothing else", async () => {
    const auths = { "ghcr.io": auth("sammy", "one"), "quay.io": {}, [HOST]: auth("rosa", "two") };
    const home = withLogins(auths);
    const { text, json } = await configure(home, { migrate: true });
    expect(text).toContain(`\nmoved 1 login to the keychain:\n  ${HOST}    ~/${DOCKER}\n`);
    expect(json).toMatchObject({
      moved: [{ host: HOST, username: null, from: `${home.home}/${DOCKER}` }],
      remarks: [],
    });
    expect(parsed(home)).toEqual({
      auths: { ...auths, [HOST]: {} },
      credHelpers: { [HOST]: "docr" },
    });
    expect(await stored(home, HOST)).toBe("rosa two");

    await configure(home, { migrate: true, global: true });
    expect(parsed(home)).toMatchObject({ auths: { "ghcr.io": {}, [HOST]: {} }, credsStore: "docr" });
    expect(await stored(home, "ghcr.io")).toBe("sammy one");
    expect(JSON.stringify(home.all())).not.toContain(auth("sammy", "one").auth);
  });

  it("asks in a terminal: a yes moves them, a no changes nothing", async () => {
    const auths = { "ghcr.io": auth("sammy", "one") };
    const refused = withLogins(auths, { answers: [false] });
    const before = refused.all();
    expect((await failureOf(() => configure(refused, { global: true }))).code).toBe("cancelled");
    expect([refused.all(), refused.keychain.items.size]).toEqual([before, 0]);

    const home = withLogins(auths, { answers: [true] });
    await configure(home, { global: true });
    expect(home.questions).toEqual(["Move 1 login to the keychain?"]);
    expect(home.notes).toEqual([
      "clients would no longer find these logins:",
      `  ghcr.io  sammy  ~/${DOCKER}`,
    ]);
    expect(await stored(home, "ghcr.io")).toBe("sammy one");
  });

  it("does not ask about a login that docr has too", async () => {
    const home = withLogins({ "ghcr.io": auth("sammy", "one"), [HOST]: auth("a", "b") });
    await home.helper.store("ghcr.io", "sammy", new Secret("one"));
    await home.credentials.apiTokens.write(undefined, new Secret(tokenOf("a")));
    await configure(home, { global: true });
    expect(parsed(home)).toMatchObject({ credsStore: "docr" });
  });

  it("never reads its store if no login is concerned", async () => {
    const home = withLogins({ "ghcr.io": auth("sammy", "one") });
    home.keychain.failWith(new HelperError("keychain-missing", "there is none"));
    await configure(home);
    expect(home.keychain.calls).toEqual([]);
  });

  it("names the hosts although docr's store cannot be opened, and fails to move them", async () => {
    const home = withLogins({ "ghcr.io": auth("sammy", "one") });
    home.keychain.failWith(new HelperError("keychain-missing", "there is none"));
    expect(await refusalOf(home, { global: true })).toEqual(["ghcr.io", toKeychain("it")]);
    const before = home.all();
    expect((await failureOf(() => configure(home, { global: true, migrate: true }))).code).toBe(
      "keychain-missing",
    );
    expect(home.all()).toEqual(before);
  });

  it("changes nothing if a login cannot move", async () => {
    const cases: readonly (readonly [object, string, string])[] = [
      [{ "acme.example": { registrytoken: "t" } }, "acme.example", "helpers cannot store a registry token"],
      [{ "quay.io/team": auth("a", "b") }, "quay.io/team", "helpers store logins for whole registries only"],
    ];
    for (const [auths, key, reason] of cases) {
      const hint = `docr cannot move the login for ${key} in ~/${DOCKER}: ${reason}`;
      expect(await refusalOf(withLogins(auths), { global: true, migrate: true })).toEqual([key, hint]);
    }
  });

  it("changes nothing if docr has another login for the host", async () => {
    const home = withLogins({ "ghcr.io": auth("sammy", "one") });
    await home.helper.store("ghcr.io", "sammy", new Secret("other"));
    const before = home.all();
    expect(await failureOf(() => configure(home, { global: true, migrate: true }))).toEqual({
      code: "client-config",
      message: "clients would no longer find the login for ghcr.io",
    });
    expect(home.all()).toEqual(before);
  });

  it("changes nothing if a login could not be stored", async () => {
    const home = withLogins({ "ghcr.io": auth("sammy", "one"), "quay.io": auth("rosa", "two") });
    const before = home.all();
    home.keychain.write = async (name, value) => {
      if (!name.includes("ghcr.io")) home.keychain.items.set(name, value.reveal());
    };
    expect(await failureOf(() => configure(home, { global: true, migrate: true }))).toEqual({
      code: "client-config",
      message: "docr could not store the login for ghcr.io",
    });
    expect(home.all()).toEqual(before);
    expect(await stored(home, "quay.io")).toBe(undefined);
  });

  it.each([
    [{ "quay.io": auth("rosa", "two") }, "quay.io"],
    [{ [HOST]: auth(tokenOf("a"), tokenOf("a")) }, HOST],
  ])("forgets the moved logins if it cannot change the clients' files: %j", async (auths, host) => {
    const home = withLogins(auths);
    const before = home.all();
    const real = await home.context.files();
    const files: Files = {
      ...real,
      replace(file, text) {
        if (file.path.endsWith(DOCKER)) throw new HelperError("client-config", "the disk is full");
        return real.replace(file, text);
      },
    };
    const context = { ...home.context, files: async () => files };
    const work = (): Promise<unknown> => runOn(context, configureCommand, { global: true, migrate: true });
    expect(await failureOf(work)).toEqual({ code: "client-config", message: "the disk is full" });
    expect([home.all(), await stored(home, host)]).toEqual([before, undefined]);
    expect((await home.context.accounts.contexts()).names).toEqual([]);
  });

  it("finds the login in the helper that docker asks now", async () => {
    const helpers = helperWith("desktop", "sammy", "one");
    for (const [global, config] of [
      [false, { credsStore: "desktop" }],
      [true, { credsStore: "desktop" }],
      [true, { credHelpers: { [HOST]: "desktop" } }],
    ] as const) {
      const home = createConfiguredHome({ helpers });
      home.write(DOCKER, JSON.stringify(config));
      expect(await refusalOf(home, { global })).toEqual([HOST, toKeychain("it")]);
      const { text } = await configure(home, { global, migrate: true });
      expect(text).toContain(`moved 1 login to the keychain:\n  ${HOST}    docker-credential-desktop\n`);
      expect(await stored(home, HOST)).toBe("sammy one");
      expect(home.helperCalls.at(-1)).toBe(`desktop erase ${HOST}`);
    }
  });

  it("treats a helper that fails as one without logins", async () => {
    // docker-credential-pass answers with empty texts.
    for (const [stdout, exitCode] of [
      [NOT_FOUND, 1],
      ["locked", 1],
      ['{"ServerURL":"","Username":"","Secret":""}', 0],
    ] as const) {
      const helpers = { [`desktop get ${HOST}`]: { stdout, exitCode } };
      const home = createConfiguredHome({ helpers });
      home.write(DOCKER, '{"credsStore":"desktop"}');
      await configure(home, { global: true });
      expect(parsed(home)).toEqual({ credsStore: "docr" });
    }
  });

  it("keeps the previous helper's logins: docr's fallback is that helper, or nothing is changed", async () => {
    const home = createConfiguredHome({ env: { DOCR_FALLBACK: "pass" } });
    home.write(DOCKER, '{"credsStore":"desktop"}');
    const before = home.all();
    expect(await failureOf(() => configure(home, { global: true }))).toEqual({
      code: "client-config",
      message: "DOCR_FALLBACK would hide the logins in docker-credential-desktop",
    });
    expect(home.all()).toEqual(before);
  });

  it("asks for what podman finds too, without --global", async () => {
    const home = createConfiguredHome();
    home.write(PODMAN, JSON.stringify({ auths: { [HOST]: auth("a", "b"), "ghcr.io": auth("c", "d") } }));
    expect(await refusalOf(home, { client: "podman" })).toEqual([HOST, toKeychain("it")]);
    await configure(home, { client: "podman", migrate: true });
    expect(parsed(home, PODMAN)).toEqual({
      auths: { "ghcr.io": auth("c", "d") },
      credHelpers: { [HOST]: "docr" },
    });
    expect(await stored(home, HOST)).toBe("a b");

    const parts = createConfiguredHome();
    parts.write(PODMAN, JSON.stringify({ auths: { [`${HOST}/acme`]: auth("a", "b") } }));
    expect(await refusalOf(parts, { client: "podman", migrate: true })).toEqual([
      `${HOST}/acme`,
      expect.stringMatching(/whole registries only$/),
    ]);
  });

  it("asks for what podman finds in docker's file, which docker itself does not read", async () => {
    const home = createConfiguredHome();
    home.install("podman");
    const config = { auths: { [HOST]: auth("a", "b") }, credsStore: "pass" };
    home.write(DOCKER, JSON.stringify(config));
    expect(await refusalOf(home, { client: "docker" })).toEqual([HOST, toKeychain("it")]);
  });

  it("leaves podman's logins with --global, because podman reads them after docr has none", async () => {
    const home = createConfiguredHome();
    const auths = { [HOST]: auth("a", "b"), "ghcr.io": auth("c", "d") };
    home.write(PODMAN, JSON.stringify({ auths }));
    await configure(home, { client: "podman", global: true });
    expect(parsed(home, PODMAN)).toEqual({ auths });
    expect(home.read(DROP_IN)).toContain('"docr", "containers-auth.json"');

    const other = createConfiguredHome();
    other.write(PODMAN, JSON.stringify({ auths }));
    await other.helper.store("ghcr.io", "sammy", new Secret("another"));
    expect((await failureOf(() => configure(other, { client: "podman", global: true }))).message).toBe(
      "clients would no longer find the login for ghcr.io",
    );
  });

  it("takes no login from podman that reads it in docker's file and does not ask docr", async () => {
    const home = withLogins({ "ghcr.io": auth("sammy", "one") });
    home.install("podman");
    const hint = `docr cannot move the login for ghcr.io in ~/${DOCKER}: podman reads it there too; configure both with --client all`;
    expect(await refusalOf(home, { client: "docker", global: true, migrate: true })).toEqual([
      "ghcr.io",
      hint,
    ]);
    await configure(home, { client: "all", global: true, migrate: true });
    expect(parsed(home)).toMatchObject({ auths: { "ghcr.io": {} }, credsStore: "docr" });
  });

  it("changes nothing that clients use if they could not run docr", async () => {
    const env = { PATH: "/nowhere" };
    const message = "docker-credential-docr is not on the PATH, so clients could not run it";
    for (const [auths, options] of [
      [{}, { global: true }],
      [{ [HOST]: auth("a", "b") }, { migrate: true }],
    ] as const) {
      const home = withLogins(auths, { env });
      const before = home.all();
      expect((await failureOf(() => configure(home, options))).message).toBe(message);
      expect(home.all()).toEqual(before);
    }
  });

  it("warns in a dry run, and changes nothing", async () => {
    const home = withLogins({ "ghcr.io": auth("sammy", "one"), "quay.io/team": auth("a", "b") });
    const before = home.all();
    const start = "clients would no longer find the login for";
    const fixed = `${start} quay.io/team, which cannot move: helpers store logins for whole registries only`;
    const first = await configure(home, { global: true, dryRun: true });
    expect(first).toMatchObject({ json: { moved: [] } });
    expect(first.exitCode).toBe(undefined);
    expect(home.warnings).toEqual([fixed, `${start} ghcr.io; add --migrate to move it to the keychain`]);
    const { text } = await configure(home, { global: true, migrate: true, dryRun: true });
    expect(text).toContain(`would move 1 login to the keychain:\n  ghcr.io  sammy  ~/${DOCKER}\n`);
    expect(home.warnings.slice(2)).toEqual([fixed]);
    expect([home.all(), home.keychain.items.size]).toEqual([before, 0]);
  });

  it("names the first of many hosts", async () => {
    const hosts = Array.from({ length: 61 }, (_, index) => `r${index}.test`);
    const home = withLogins(Object.fromEntries(hosts.map((host) => [host, auth("a", "b")])));
    const named = `${hosts.slice(0, 12).join(", ")} and 49 more`;
    expect(await refusalOf(home, { global: true })).toEqual([named, toKeychain("them")]);
  });
});
