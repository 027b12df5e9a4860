import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ERRORS } from "../../../../src/core/error-catalog.ts";
import { HelperError } from "../../../../src/core/errors.ts";
import { createFiles } from "../../../../src/client-config/edit/files.ts";
import type { ClientUse, ClientUses, HelperUse } from "../../../../src/client-config/types.ts";
import type { Reached } from "../../../../src/http/reach.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { doctorCommand } from "../../../../src/commands/doctor/doctor.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { NOON } from "../../../support/fakes/fixed-clock.ts";
import { tokenOf } from "../../../support/fakes/credentials-bench.ts";
import {
  createCommandBench,
  runOn,
  type CommandBench,
  type CommandBenchOptions,
} from "../../../support/fakes/command-bench.ts";
import { NO_LOCKS } from "../../../support/fakes/no-locks.ts";

const HOST = "registry.digitalocean.com";
const REGISTRY_URL = `https://${HOST}/v2/`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docr-doctor-"));
  mkdirSync(join(folder, "runtime"), { mode: 0o700 });
  mkdirSync(join(folder, "bin"));
  for (const name of ["docr", "docker-credential-docr", "docker"]) installProgram(name);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function installProgram(name: string, mode = 0o755): void {
  writeFileSync(join(folder, "bin", name), "#!/bin/sh\n", { mode });
}

function writeFile(path: string, content: unknown): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), typeof content === "string" ? content : JSON.stringify(content));
}

const DOCKER_ASKS: HelperUse = {
  client: "docker",
  source: "~/.docker/config.json",
  kind: "helper",
  setting: "credHelpers",
  helper: "docr",
};

const LOGIN = { name: "login", label: "Login", isLocked: false, isDefault: true };
const keychainOf = (daemon: string | undefined, ...collections: readonly (typeof LOGIN)[]): Scene => ({
  keychain: async () => ({ daemon, collections }),
});
const WORK = { name: "work", label: "work", isLocked: true, isDefault: false };

interface Scene extends CommandBenchOptions {
  readonly uses?: Partial<ClientUses>;
  readonly api?: Reached;
  readonly registry?: Reached;
  readonly platform?: string;
  readonly arrange?: (bench: CommandBench) => void;
  readonly report?: string;
}

const NOW: Reached = { status: 401, serverTime: NOON };

/** A machine without problems, except for those of the scene. */
async function examine(scene: Scene = {}) {
  const { uses, api = NOW, registry = NOW, platform = "linux", arrange, report } = scene;
  const env = {
    HOME: folder,
    PATH: join(folder, "bin"),
    XDG_RUNTIME_DIR: join(folder, "runtime"),
    DBUS_SESSION_BUS_ADDRESS: "unix:path=/run/user/1000/bus",
    ...scene.env,
  };
  const machine = { env, platform, uid: process.getuid?.() };
  const bench = createCommandBench({
    apiToken: tokenOf("a"),
    files: createFiles(machine, NO_LOCKS),
    clients: { usesOf: async () => ({ usedBy: [DOCKER_ASKS], shadowedBy: [], warnings: [], ...uses }) },
    registries: { checkLogin: async () => "accepted" },
    network: { reach: async (url) => (url === REGISTRY_URL ? registry : api) },
    keychain: async () => ({ daemon: "gnome-keyring-daemon", collections: [LOGIN] }),
    helpers: { "docr version ": { stdout: "docker-credential-docr (docr) 1.2.3\n", exitCode: 0 } },
    ...scene,
    env,
  });
  arrange?.(bench);
  const context = { ...bench.context, machine };
  const result = await runOn(context, doctorCommand, report === undefined ? {} : { report });
  return { ...result, bench };
}

/** The doctor's line about `name`, and the suggested fix. */
async function lineOf(name: string, scene: Scene = {}): Promise<readonly (string | undefined)[]> {
  const { json } = await examine(scene);
  const checks: readonly Record<string, string>[] = Object(json).checks;
  const found = checks.find((line) => line["name"] === name);
  return found ? [found["outcome"], found["what"], found["next"]].filter((text) => text !== undefined) : [];
}

/** The failures, as JSON. */
async function failuresOf(scene: Scene): Promise<readonly Record<string, unknown>[]> {
  const checks: readonly Record<string, unknown>[] = Object((await examine(scene)).json).checks;
  return checks.filter(({ outcome }) => outcome === "fail");
}

const program = (): string => join(folder, "bin", "docker-credential-docr");
const INSTALL = "reinstall docr and docker-credential-docr in the same folder of the PATH";
const reportPath = (): string => join(folder, "report.md");

const NEW_TOKEN = "run docr login with a token that has the scopes registry:read and registry:update";
const withToken = (scopes: readonly string[], expiresInSeconds?: number): Scene => ({
  arrange: ({ api }) => void (api.token = { scopes, expiresInSeconds }),
});

describe("docr doctor", () => {
  it("exits 0 if every check passes, and lists the checks", async () => {
    const { text, exitCode, json } = await examine();
    expect([exitCode, text]).toEqual([
      0,
      `pass  path         clients run ${folder}/bin/docker-credential-docr
pass  version      docr and docker-credential-docr are version 1.2.3
pass  docker       asks docr for ${HOST} (credHelpers in ~/.docker/config.json)
pass  keychain     gnome-keyring-daemon; open: Login (default)
pass  store        the keychain works: docr wrote, read and erased an item
pass  cache        XDG_RUNTIME_DIR is private to this user; credentials are cached there until logout
pass  api token    the token from DIGITALOCEAN_ACCESS_TOKEN is valid and never expires
pass  scopes       sufficient for pull and push
pass  registries   the account has one registry
pass  handshake    ${HOST} accepts the login that docker would get
pass  api          api.example responds
pass  registry     ${HOST} responds
pass  clock        matches the server's
pass  proxy        no proxy is set
pass  authorities  1 from a fake

15 passed, 0 warnings, 0 failed
`,
    ]);
    expect(json).toMatchObject({ version: "1.2.3", summary: { pass: 15, warn: 0, fail: 0 } });
  });

  it("exits 1 if a check fails, and shows the fix below it", async () => {
    const { text, exitCode } = await examine({ registry: { problem: "refused the connection" } });
    expect(exitCode).toBe(1);
    expect(text).toContain(
      `fail  registry     ${HOST} refused the connection\n                   next: check the network connection,`,
    );
    expect(text).toMatch(/\n14 passed, 0 warnings, 1 failed\n$/);
  });

  it("leaves no item in the store, and mints no more than a get", async () => {
    const { bench } = await examine();
    expect([...bench.keychain.items.keys()]).toEqual([]);
    expect(bench.api.calls.filter((call) => call.startsWith("mint"))).toHaveLength(1);
    expect(bench.keychain.calls).toEqual(
      expect.arrayContaining(["write doctor", "read doctor", "erase doctor"]),
    );
  });

  it("reports every check although nothing works", async () => {
    const broken = new HelperError("bad-setting", "DOCR_TTL must be a number");
    const { text, exitCode } = await examine({
      badSettings: broken,
      clients: {},
      network: {
        describeAuthorities: () => {
          throw new HelperError("bad-trust", "no such file");
        },
      },
      helpers: {},
      arrange: ({ keychain }) => keychain.failWith(new HelperError("keychain-locked", "it is locked")),
    });
    expect(exitCode).toBe(1);
    for (const line of [
      "fail  client files  this check failed unexpectedly (also fails: clients)",
      "fail  path          cannot run docker-credential-docr",
      "fail  store         it is locked",
      "fail  cache         DOCR_TTL must be a number (also fails: api token, handshake, servers)",
      "fail  way           no such file",
    ]) {
      expect(text).toContain(line);
    }
    // Several checks fail at the same setting: they are one failure.
    expect(text.split(ERRORS["bad-setting"].hint)).toHaveLength(2);
  });
});

describe("the path check", () => {
  it("fails if the helper is missing, or in a relative folder", async () => {
    for (const path of ["/nowhere", "", "bin:."]) {
      expect(await lineOf("path", { env: { PATH: path } })).toEqual([
        "fail",
        "docker-credential-docr is not on the PATH",
        INSTALL,
      ]);
    }
  });

  it("fails if the helper is not executable", async () => {
    chmodSync(program(), 0o644);
    // Even root cannot execute a file without an execute bit.
    expect(await lineOf("path")).toEqual([
      "fail",
      `${program()} is not executable`,
      `run chmod +x ${program()}`,
    ]);
  });

  it("warns of another copy on the PATH, but not of a link to the same one", async () => {
    const second = join(folder, "second");
    mkdirSync(second);
    const path = join(second, "docker-credential-docr");
    const env = { PATH: `${join(folder, "bin")}:${second}` };
    symlinkSync(program(), path);
    expect(await lineOf("path", { env })).toEqual(["pass", `clients run ${program()}`]);
    rmSync(path);
    writeFileSync(path, "", { mode: 0o755 });
    expect(await lineOf("path", { env })).toEqual([
      "warn",
      `clients run ${program()}, but the PATH has another copy: ${path}`,
      `remove ${path}`,
    ]);
  });

  it("fails if docr is missing next to the launcher, but not if the helper is docr itself", async () => {
    rmSync(join(folder, "bin", "docr"));
    expect(await lineOf("path")).toEqual(["fail", `docr is missing next to ${program()}`, INSTALL]);
    expect(await lineOf("path", { platform: "darwin" })).toEqual(["pass", `clients run ${program()}`]);
  });

  it.each([
    [
      "docker-credential-docr (docr) 1.2.2\n",
      0,
      "warn",
      "docker-credential-docr is version 1.2.2, docr is 1.2.3",
    ],
    ["hunter2\n", 0, "fail", "docker-credential-docr does not run or is another program"],
    ["", 127, "fail", "docker-credential-docr does not run or is another program"],
  ])("compares the version of the helper: %j", async (stdout, exitCode, outcome, what) => {
    const helpers = { "docr version ": { stdout, exitCode } };
    expect(await lineOf("version", { helpers })).toEqual([outcome, what, INSTALL]);
  });
});

describe("the client check", () => {
  it("names the login that a client finds before it would ask docr", async () => {
    const shadow: ClientUse = { client: "docker", source: DOCKER_ASKS.source, kind: "file" };
    expect(await lineOf("docker", { uses: { shadowedBy: [shadow] } })).toEqual([
      "warn",
      `uses the login for ${HOST} in ~/.docker/config.json and does not ask docr`,
      "run docr configure --migrate",
    ]);
    const other: ClientUse = { ...DOCKER_ASKS, setting: "credsStore", helper: "pass" };
    expect(await lineOf("docker", { uses: { shadowedBy: [other] } })).toEqual([
      "warn",
      `asks docker-credential-pass for ${HOST} before docr (credsStore in ~/.docker/config.json)`,
      "run docr configure",
    ]);
  });

  it("reports an installed client that does not ask docr, and no other", async () => {
    expect(await lineOf("docker", { uses: { usedBy: [] } })).toEqual([
      "warn",
      `does not ask docr for ${HOST}`,
      "run docr configure",
    ]);
    expect(await lineOf("podman")).toEqual([]);
    rmSync(join(folder, "bin", "docker"));
    expect(await lineOf("clients", { uses: { usedBy: [] } })).toEqual([
      "warn",
      "docker and podman are neither installed nor configured",
    ]);
  });

  it("names what a client skips", async () => {
    const text = "docker ignores the login for ghcr.io in ~/.docker/config.json";
    expect(await lineOf("clients", { uses: { warnings: [text] } })).toEqual(["warn", text, "fix that file"]);
  });

  it("reports a file that docker and podman reject as one failure, in the first line", async () => {
    const message = "~/.docker/config.json is not valid JSON";
    const failure = new HelperError("client-config", message);
    const broken = (["docker", "podman"] as const).map((client) => ({ client, failure }));
    const { text, json } = await examine({ uses: { usedBy: [], broken, warnings: [message] } });
    expect(text).toMatch(/^fail {2}docker config {2}~\/\.docker\/config\.json is not valid JSON\n/);
    expect(text.match(/config\.json/g)).toHaveLength(1);
    expect(text).not.toContain("does not ask docr");
    expect(json).toMatchObject({ summary: { fail: 1, warn: 0 } });
  });

  it("reports podman's broken file, and docker as it is", async () => {
    const failure = new HelperError("client-config", "~/.config/containers/auth.json is not valid JSON");
    const uses = { broken: [{ client: "podman", failure }], warnings: [failure.message] } as const;
    expect(await failuresOf({ uses })).toMatchObject([{ name: "podman config", what: failure.message }]);
    expect((await lineOf("docker", { uses }))[0]).toBe("pass");
  });
});

describe("the check of docker's snap", () => {
  const SNAP = "snap/docker/current/.docker/config.json";
  const FIX =
    "install docker as a package, or put a login into that file: docr credentials --format docker-config";

  it("names the file that the snap reads, and says nothing about docker's own", async () => {
    mkdirSync(join(folder, "snap", "bin"), { recursive: true });
    writeFileSync(join(folder, "snap", "bin", "docker"), "#!/bin/sh\n", { mode: 0o755 });
    const env = { PATH: `${join(folder, "snap", "bin")}:${join(folder, "bin")}` };
    expect(await lineOf("docker snap", { env })).toEqual([
      "warn",
      `the docker snap reads ~/${SNAP} and cannot run credential helpers, so it does not ask docr`,
      FIX,
    ]);
    expect(await lineOf("docker", { env })).toEqual([]);
  });

  it("reports its plain-text logins, which cannot move, and docker's own state", async () => {
    writeFile(SNAP, { auths: { "ghcr.io": { auth: "YTpi" } } });
    expect((await lineOf("docker snap"))[0]).toBe("warn");
    expect((await lineOf("docker"))[0]).toBe("pass");
    expect(await lineOf("plain logins")).toEqual([
      "warn",
      `~/${SNAP} holds the login for ghcr.io in plain text`,
    ]);
  });

  it("fails if the file names a helper", async () => {
    writeFile(SNAP, { credHelpers: { [HOST]: "docr" } });
    expect(await lineOf("docker snap")).toEqual([
      "fail",
      `~/${SNAP} names docker-credential-docr, which the docker snap cannot run`,
      "remove credsStore and credHelpers from that file, and log in again",
    ]);
  });

  it("is absent without the snap", async () => {
    expect(await lineOf("docker snap")).toEqual([]);
  });
});

describe("the check of plain-text logins", () => {
  const login = { auth: Buffer.from("sammy:hunter2").toString("base64") };

  it("names the hosts and the command that moves the logins", async () => {
    writeFile(".docker/config.json", { auths: { "ghcr.io": login, "quay.io": login, "gcr.io": {} } });
    expect(await lineOf("plain logins")).toEqual([
      "warn",
      "~/.docker/config.json holds the login for ghcr.io, quay.io in plain text",
      "run docr migrate ghcr.io quay.io --configure",
    ]);
  });

  it("checks podman's files too", async () => {
    writeFile(".config/containers/auth.json", { auths: { "quay.io/team": login } });
    expect(await lineOf("plain logins")).toEqual([
      "warn",
      "~/.config/containers/auth.json holds the login for quay.io/team in plain text",
    ]);
  });

  it("names no command line with many hosts or odd ones", async () => {
    for (const hosts of [["a.test", "b.test", "c.test", "d.test"], ["a.test; rm"]]) {
      writeFile(".docker/config.json", { auths: Object.fromEntries(hosts.map((host) => [host, login])) });
      expect((await lineOf("plain logins"))[2]).toBe("run docr migrate --dry-run");
    }
  });

  it("is absent for files without logins, and leaves a broken file to the clients' check", async () => {
    for (const content of [{ auths: { "ghcr.io": {} } }, "{"]) {
      writeFile(".docker/config.json", content);
      expect(await lineOf("plain logins")).toEqual([]);
    }
  });
});

describe("the fallback check", () => {
  const env = { DOCR_FALLBACK: "pass" };

  it("fails if the fallback helper cannot be run", async () => {
    const what = "cannot run docker-credential-pass, docr's fallback helper for other registries";
    expect(await lineOf("fallback", { env })).toEqual([
      "fail",
      what,
      "install docker-credential-pass, or unset DOCR_FALLBACK",
    ]);
    mkdirSync(join(folder, ".config", "docr"), { recursive: true });
    writeFileSync(join(folder, ".config", "docr", "config.json"), '{"fallback":"pass"}');
    expect(await lineOf("fallback")).toEqual([
      "fail",
      what,
      "install docker-credential-pass, or remove fallback from docr/config.json",
    ]);
  });

  it("passes whatever the fallback helper prints, and is absent without one", async () => {
    const helpers = {
      "docr version ": { stdout: "docker-credential-docr (docr) 1.2.3\n", exitCode: 0 },
      "pass version ": { stdout: "unknown action", exitCode: 1 },
    };
    expect((await lineOf("fallback", { env, helpers }))[0]).toBe("pass");
    expect(await lineOf("fallback")).toEqual([]);
  });
});

describe("the store check", () => {
  it.each([
    ["keychain-locked", "fail"],
    ["keychain-silent", "fail"],
    ["keychain-missing", "warn"],
  ] as const)("reports %s as %s if the environment has the API token", async (code, outcome) => {
    const arrange = ({ keychain }: CommandBench): void =>
      keychain.failWith(new HelperError(code, "the keychain says no"));
    expect(await lineOf("store", { arrange })).toEqual([outcome, "the keychain says no", ERRORS[code].hint]);
  });

  it("fails without a keychain if there is no other API token", async () => {
    const line = await lineOf("store", {
      arrange({ keychain, settings }) {
        settings.apiToken = undefined;
        keychain.failWith(new HelperError("keychain-missing", "there is none"));
      },
    });
    expect(line[0]).toBe("fail");
  });

  it("fails if the store returns something else than was written", async () => {
    const line = await lineOf("store", {
      arrange({ keychain }) {
        Object.assign(keychain, { write: async () => void keychain.items.set("doctor", "another") });
      },
    });
    expect(line.slice(0, 2)).toEqual(["fail", "the store did not return what docr wrote to it"]);
  });

  it("reports the program behind the keychain, and which collections are locked", async () => {
    expect(await lineOf("keychain", keychainOf("keepassxc", LOGIN, WORK))).toEqual([
      "warn",
      "keepassxc; open: Login (default); locked: work",
      "unlock it if docr stores items there",
    ]);
  });

  it("reports them also if the store fails because of it", async () => {
    const failure = new HelperError("keychain-locked", "the keychain is locked (collection login)");
    const scene: Scene = {
      ...keychainOf(undefined, { ...LOGIN, isLocked: true }),
      arrange: ({ keychain }) => keychain.failWith(failure),
    };
    expect((await lineOf("keychain", scene))[1]).toBe("an unknown program; locked: Login (default)");
    expect((await lineOf("store", scene))[1]).toBe("the keychain is locked (collection login)");
  });

  it("has no such line for another store or another platform", async () => {
    expect(await lineOf("keychain", { keychain: async () => undefined })).toEqual([]);
  });

  it("does not ask a keychain a second time that did not respond", async () => {
    const silent = new HelperError("keychain-silent", "the keychain did not respond within 5 s");
    const { json, bench } = await examine({ keychain: () => Promise.reject(silent) });
    const checks: readonly Record<string, string>[] = Object(json).checks;
    expect(checks.find(({ name }) => name === "store")?.["what"]).toBe(
      "the keychain did not respond within 5 s",
    );
    expect(bench.keychain.calls.filter((call) => call.endsWith("doctor"))).toEqual([]);
  });

  it("reports where credentials are cached, and why not elsewhere", async () => {
    const runtime = { name: "XDG_RUNTIME_DIR", problem: "is not set" };
    const memory = { name: "/dev/shm/docr-1000", problem: "is full" };
    const state = { name: join(folder, "state/docr"), problem: undefined };
    const unset = { env: { XDG_RUNTIME_DIR: "" } };
    expect(
      await lineOf("cache", { ...unset, cachePlaces: [runtime, { ...memory, problem: undefined }] }),
    ).toEqual([
      "pass",
      "XDG_RUNTIME_DIR is not set; credentials are cached in shared memory until the machine stops",
    ]);
    const shared = { ...runtime, problem: "is missing or not private to this user" };
    expect(await lineOf("cache", { cachePlaces: [shared, { ...memory, problem: undefined }] })).toEqual([
      "warn",
      "XDG_RUNTIME_DIR is missing or not private to this user; credentials are cached in shared memory until the machine stops",
      "log in again, or run chmod 700 $XDG_RUNTIME_DIR",
    ]);
    const next = "free space, or make one of these folders writable for this user alone";
    expect(await lineOf("cache", { ...unset, cachePlaces: [runtime, memory, state] })).toEqual([
      "warn",
      `XDG_RUNTIME_DIR is not set, /dev/shm/docr-1000 is full; credentials are cached in ~/state/docr`,
      next,
    ]);
    expect(await lineOf("cache", { ...unset, cachePlaces: [runtime, memory] })).toEqual([
      "warn",
      "XDG_RUNTIME_DIR is not set, /dev/shm/docr-1000 is full; credentials are cached in docr's store",
      next,
    ]);
    expect(await lineOf("cache", { ...unset, cachePlaces: [runtime, memory], canRecord: false })).toEqual([
      "warn",
      "docr can cache nothing here, so each request mints a credential, and a logout does not revoke it: XDG_RUNTIME_DIR is not set, /dev/shm/docr-1000 is full",
      next,
    ]);
    expect((await lineOf("cache", { settings: { cache: "none" } })).slice(0, 2)).toEqual([
      "warn",
      "the cache is off: every request mints a credential",
    ]);
    expect(await lineOf("cache", { platform: "darwin" })).toEqual([
      "pass",
      "credentials are cached in docr's store",
    ]);
  });
});

describe("the account check", () => {
  it.each([
    [
      ["registry:read", "registry:update"],
      ["pass", "sufficient for pull and push"],
    ],
    [
      ["read", "write"],
      ["pass", "sufficient for pull and push"],
    ],
    [["registry:read"], ["warn", "sufficient for pull; push also needs registry:update", NEW_TOKEN]],
    [["account:read"], ["fail", "registry:read is missing", NEW_TOKEN]],
  ])("evaluates the scopes %j", async (scopes, line) => {
    expect(await lineOf("scopes", withToken(scopes))).toEqual(line);
  });

  it.each([
    [30 * 24 * 3600, ["pass", "the token from DIGITALOCEAN_ACCESS_TOKEN is valid and expires in 30 d"]],
    [3600, ["warn", "the token from DIGITALOCEAN_ACCESS_TOKEN is valid and expires in 60 min", NEW_TOKEN]],
  ])("evaluates a lifetime of %i s", async (seconds, line) => {
    expect(await lineOf("api token", withToken(["read", "write"], seconds))).toEqual(line);
  });

  it("reports a rejected token as one failure", async () => {
    const scene: Scene = {
      arrange({ api }) {
        api.fail("token", "api-unauthorized");
        api.fail("list", "api-unauthorized");
        api.fail("mint", "api-unauthorized");
      },
    };
    expect(await failuresOf(scene)).toEqual([
      {
        outcome: "fail",
        name: "api token",
        what: "the api said no",
        next: ERRORS["api-unauthorized"].hint,
        also: ["registries", "handshake"],
      },
    ]);
  });

  it.each<[readonly string[], string | undefined, readonly string[]]>([
    [[], undefined, ["warn", "the account has no registry", "run doctl registry create NAME"]],
    [
      ["one", "two"],
      undefined,
      [
        "warn",
        "the account has 2 registries, and docker does not say which one to use",
        "set DOCR_REGISTRY=NAME",
      ],
    ],
    [["one", "two"], "one", ["pass", "the account has 2 registries, and DOCR_REGISTRY names one"]],
  ])("evaluates the registries %j", async (registries, registry, line) => {
    const arrange = ({ api }: CommandBench): void => void (api.registries = registries);
    expect(await lineOf("registries", { arrange, settings: { registry } })).toEqual(line);
  });

  it("reports that there is neither an API token nor a login", async () => {
    const scene: Scene = { arrange: ({ settings }) => void (settings.apiToken = undefined) };
    expect(await lineOf("api token", scene)).toEqual(["warn", "there is no API token", "run docr login"]);
    expect(await lineOf("handshake", scene)).toEqual(["warn", "there is no login to test", "run docr login"]);
  });

  it("tests a stored login", async () => {
    const shown: unknown[] = [];
    const scene: Scene = {
      arrange({ settings, credentials }) {
        settings.apiToken = undefined;
        void credentials.logins.write(HOST, {
          serverUrl: HOST,
          username: "ann",
          secret: new Secret("hunter2"),
        });
      },
      registries: {
        async checkLogin(host, login) {
          shown.push(host, login && "username" in login ? login.username.reveal() : undefined);
          return "accepted";
        },
      },
    };
    expect(await lineOf("api token", scene)).toEqual([
      "pass",
      "there is no API token, but there is a stored login",
    ]);
    expect(shown).toEqual([HOST, "ann"]);
  });

  it("reports why the handshake failed", async () => {
    const checkLogin = async (): Promise<never> => {
      throw new HelperError("registry-unauthorized", `${HOST} rejected the login (HTTP 401)`);
    };
    expect(await lineOf("handshake", { registries: { checkLogin } })).toEqual([
      "fail",
      `${HOST} rejected the login (HTTP 401)`,
      ERRORS["registry-unauthorized"].hint,
    ]);
  });
});

describe("the network checks", () => {
  it.each<[string, Reached, readonly string[]]>([
    ["api", { problem: "did not respond in time" }, ["fail", "api.example did not respond in time"]],
    ["api", { status: 503, serverTime: undefined }, ["fail", "api.example responds with HTTP 503"]],
    ["api", { status: 404, serverTime: undefined }, ["pass", "api.example responds"]],
    ["registry", { status: 200, serverTime: undefined }, ["pass", `${HOST} responds`]],
    ["registry", { status: 404, serverTime: undefined }, ["fail", `${HOST} responds with HTTP 404`]],
  ])("evaluates the %s's %j", async (name, reached, line) => {
    expect((await lineOf(name, { [name]: reached })).slice(0, 2)).toEqual(line);
  });

  it.each([
    [0, ["pass", "matches the server's"]],
    [59, ["pass", "matches the server's"]],
    [-90, ["warn", "this machine's clock is 90 s behind the server's", "run timedatectl set-ntp true"]],
    [3600, ["fail", "this machine's clock is 60 min ahead of the server's", "run timedatectl set-ntp true"]],
  ])("evaluates a clock that is %i s off", async (seconds, line) => {
    const api: Reached = { status: 401, serverTime: NOON - seconds * 1000 };
    expect(await lineOf("clock", { api })).toEqual(line);
  });

  it("skips the clock if no server sends its time", async () => {
    const silent: Reached = { status: 401, serverTime: undefined };
    expect(await lineOf("clock", { api: silent, registry: { problem: "is down" } })).toEqual([]);
  });

  it("names the proxies' variables, without addresses and users", async () => {
    const env = {
      https_proxy: "http://ann:hunter2@proxy.example:3128",
      HTTP_PROXY: "proxy.example",
      NO_PROXY: "a,b",
    };
    expect(await lineOf("proxy", { env })).toEqual([
      "pass",
      "uses https_proxy (with a user), HTTP_PROXY; NO_PROXY excludes 2 names",
    ]);
    expect(await lineOf("proxy", { env: { HTTPS_PROXY: "http://[hunter2" } })).toEqual([
      "fail",
      "HTTPS_PROXY is not a proxy's URL",
      "correct or unset HTTPS_PROXY",
    ]);
    expect(await lineOf("proxy", { env: { HTTPS_PROXY: "socks5://127.0.0.1:1080" } })).toEqual([
      "fail",
      "HTTPS_PROXY names a proxy with the scheme socks5, which docr does not support",
      "set HTTPS_PROXY to an http or https proxy",
    ]);
  });
});

describe("docr doctor --report", () => {
  it("writes the findings to a private file", async () => {
    const { bench } = await examine({ report: reportPath(), env: { DOCR_CACHE: "runtime", USER: "ann" } });
    expect(statSync(reportPath()).mode & 0o777).toBe(0o600);
    const report = readFileSync(reportPath(), "utf8");
    expect(report).toMatch(
      /^# docr doctor\n\ndocr 1\.2\.3 on linux\n\n- pass: path: clients run ~\/bin\/docker-credential-docr\n/,
    );
    expect(report).toContain("\n- DOCR_CACHE=runtime\n");
    expect(report).toContain("\n- XDG_RUNTIME_DIR\n");
    expect(report).not.toContain(folder);
    expect(bench.notes).toEqual(["wrote the report; read it before you paste it"]);
  });

  it("never replaces a file, and fails before the checks", async () => {
    writeFileSync(reportPath(), "mine");
    const failure = await failureOf(() => examine({ report: reportPath() }));
    expect(failure).toEqual({ code: "bad-arguments", message: "the report file already exists" });
    expect(readFileSync(reportPath(), "utf8")).toBe("mine");
  });

  it("is not written through a link", async () => {
    const target = join(folder, "target");
    symlinkSync(target, reportPath());
    const failure = await failureOf(() => examine({ report: reportPath() }));
    expect(failure).toEqual({ code: "bad-arguments", message: "the report file already exists" });
    expect(existsSync(target)).toBe(false);
  });

  it("fails if the file cannot be written", async () => {
    const failure = await failureOf(() => examine({ report: join(folder, "no", "report.md") }));
    expect(failure).toEqual({ code: "bad-arguments", message: "cannot write the report file" });
  });

  it("contains no secret, no home directory and no user name", async () => {
    const secrets = ["hunter2", tokenOf("b"), "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA=="];
    const names = [
      "DIGITALOCEAN_ACCESS_TOKEN",
      "DIGITALOCEAN_TOKEN",
      "DOCKER_AUTH_CONFIG",
      "DOCKER_CONFIG_EXTRA",
      "DOCR_ACCESS",
      "DOCR_TTL",
      "DOCR_LOG",
      "DOCR_SECRET_OF_TOMORROW",
      "PASSWORD",
    ];
    for (const secret of secrets) {
      rmSync(reportPath(), { force: true });
      const env = Object.fromEntries(names.map((name) => [name, secret]));
      const { text, json } = await examine({
        report: reportPath(),
        env: {
          ...env,
          USER: "annabel",
          HTTPS_PROXY: `http://annabel:${secret}@proxy.example`,
          NO_PROXY: secret,
        },
        apiToken: tokenOf("b"),
        uses: {
          warnings: [
            `https://annabel:${secret}@ghcr.io of annabel is wrong`,
            `${folder}/.docker ${tokenOf("b")}`,
          ],
        },
        helpers: { "docr version ": { stdout: secret, exitCode: 1 } },
        secretOf: () => secret,
        arrange: ({ keychain }) =>
          keychain.failWith(
            new HelperError("keychain-failed", "it failed", { cause: new Error(secret) }),
            (call) => call.includes("doctor"),
          ),
      });
      const report = readFileSync(reportPath(), "utf8");
      expect(report).toContain("- DOCR_SECRET_OF_TOMORROW\n");
      expect(report).toContain("it failed");
      expect(report.includes(secret)).toBe(false);
      expect(report).not.toMatch(/annabel|PASSWORD/);
      expect(report.includes(folder)).toBe(false);
      // The lines themselves contain none either, except text from a client's file.
      const lines = (text + JSON.stringify(json)).replaceAll(/[^\n"]*(?:is wrong|\.docker do)[^\n"]*/g, "");
      expect(lines.includes(secret)).toBe(false);
    }
  });
});
