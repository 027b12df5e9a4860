import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readVariable } from "../../../src/client-config/docker.ts";
import { createClients } from "../../../src/client-config/resolve.ts";
import { HelperError } from "../../../src/core/errors.ts";
import { Secret } from "../../../src/core/secret.ts";
import type { Environment } from "../../../src/core/machine.ts";
import {
  answerWith,
  authOf,
  type ClientHome,
  createClientHome,
  opened,
} from "../../support/fakes/client-home.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";

const FILE = "~/.docker/config.json";
const HUB = "https://index.docker.io/v1/";

const resolve = async (home: ClientHome, host: string, key?: string): Promise<readonly unknown[]> =>
  opened(await home.clients.resolve(host, "docker", { key }));

describe("a login in docker's own file", () => {
  it.each([
    ["auth", { auth: authOf("sammy", "hunter2") }],
    ["user name and password", { username: "sammy", password: "hunter2" }],
    ["auth, which wins over the fields", { auth: authOf("sammy", "hunter2"), username: "x", password: "y" }],
    ["auth padded with NULs", { auth: authOf("sammy", "hunter2\0\0") }],
  ])("is found by its host, stored as %s", async (_title, entry) => {
    const home = createClientHome();
    home.docker({ auths: { "ghcr.io": entry } });
    expect(await resolve(home, "ghcr.io")).toEqual(["auths", FILE, "ghcr.io", ["sammy", "hunter2"]]);
    expect(await resolve(home, "quay.io")).toEqual(["none", FILE, "quay.io", undefined]);
    expect(home.asked).toEqual([]);
  });

  it("is found for Docker Hub under its old key only", async () => {
    const home = createClientHome();
    home.docker({
      auths: { [HUB]: { auth: authOf("sammy", "hub") }, "docker.io": { auth: authOf("x", "y") } },
    });
    expect(await resolve(home, "docker.io")).toEqual(["auths", FILE, HUB, ["sammy", "hub"]]);
    home.docker({ auths: { "docker.io": { auth: authOf("x", "y") } } });
    expect(await resolve(home, "docker.io")).toEqual(["none", FILE, HUB, undefined]);
  });

  it.each(["https://ghcr.io", "http://ghcr.io/v1/", "ghcr.io/acme"])(
    "is found under %s too",
    async (written) => {
      const home = createClientHome();
      home.docker({ auths: { [written]: { auth: authOf("sammy", "old") } } });
      expect(await resolve(home, "ghcr.io")).toEqual(["auths", FILE, "ghcr.io", ["sammy", "old"]]);
      home.docker({
        auths: { [written]: { auth: authOf("sammy", "old") }, "ghcr.io": { auth: authOf("s", "new") } },
      });
      expect(await resolve(home, "ghcr.io")).toEqual(["auths", FILE, "ghcr.io", ["s", "new"]]);
    },
  );

  it("can be an identity token or a registry token; docker prefers the registry token", async () => {
    const home = createClientHome();
    const entry = { auth: authOf("sammy", "hunter2"), identitytoken: "idt" };
    home.docker({ auths: { "a.example": entry, "b.example": { ...entry, registrytoken: "rt" } } });
    expect(await resolve(home, "a.example")).toEqual(["auths", FILE, "a.example", ["identity-token", "idt"]]);
    expect(await resolve(home, "b.example")).toEqual(["auths", FILE, "b.example", ["registry-token", "rt"]]);
  });

  it("is found under the key that the user names", async () => {
    const home = createClientHome();
    home.docker({ auths: { "https://auth.example/v2/": { auth: authOf("hub", "binder") } } });
    expect(await resolve(home, "registry.example", "https://auth.example/v2/")).toEqual([
      "auths",
      FILE,
      "https://auth.example/v2/",
      ["hub", "binder"],
    ]);
  });

  it("is missing if the entry is empty, as Docker Desktop leaves it", async () => {
    const home = createClientHome();
    home.docker({ auths: { [HUB]: {} } });
    expect(await resolve(home, "docker.io")).toEqual(["none", FILE, HUB, undefined]);
  });

  it.each([
    ["no colon", Buffer.from("sammy").toString("base64")],
    ["no user", authOf("", "hunter2")],
    ["no base64", "hunter2!"],
  ])("is ignored with a warning if it has %s; every other host works", async (_title, auth) => {
    const home = createClientHome();
    home.docker({ auths: { "quay.io": { auth }, "ghcr.io": { auth: authOf("sammy", "hunter2") } } });
    const warnings = [
      `docker ignores the login for quay.io in ${FILE}: its auth is not base64 of user:password`,
    ];
    const found = await home.clients.resolve("ghcr.io", "docker");
    expect([opened(found).at(-1), found.warnings]).toEqual([["sammy", "hunter2"], warnings]);
    const broken = await home.clients.resolve("quay.io", "docker");
    expect([broken.kind, broken.warnings]).toEqual(["none", warnings]);
    expect((await home.clients.usesOf("ghcr.io")).warnings).toEqual(warnings);
  });
});

describe("docker's helpers", () => {
  it("are the host's own, or else the one for all hosts; docker does not use the file's logins", async () => {
    const home = createClientHome({
      helpers: {
        "docr registry.digitalocean.com": answerWith("u", "minted"),
        "pass ghcr.io": answerWith("v", "w"),
      },
    });
    home.docker({
      auths: { "ghcr.io": { auth: authOf("sammy", "plain") }, "quay.io": { auth: authOf("sammy", "plain") } },
      credHelpers: { "registry.digitalocean.com": "docr" },
      credsStore: "pass",
    });
    const host = "registry.digitalocean.com";
    expect(await resolve(home, host)).toEqual(["credHelpers", FILE, host, "docr", ["u", "minted"]]);
    expect(await resolve(home, "ghcr.io")).toEqual(["credsStore", FILE, "ghcr.io", "pass", ["v", "w"]]);
    expect(await resolve(home, "quay.io")).toEqual(["credsStore", FILE, "quay.io", "pass", undefined]);
    expect(home.asked).toEqual([`docr get ${host}`, "pass get ghcr.io", "pass get quay.io"]);
  });

  it("are asked for Docker Hub under its old key, in Docker Desktop's file too", async () => {
    const home = createClientHome({ helpers: { [`desktop ${HUB}`]: answerWith("sammy", "hub") } });
    home.docker({
      auths: { [HUB]: {} },
      credsStore: "desktop",
      currentContext: "desktop-linux",
      plugins: { "-x-cli-hints": { enabled: "true" } },
      features: { hooks: "true" },
    });
    expect(await resolve(home, "docker.io")).toEqual(["credsStore", FILE, HUB, "desktop", ["sammy", "hub"]]);
  });

  it("match the host exactly, and an empty name excludes a host from credsStore", async () => {
    const home = createClientHome();
    home.docker({
      auths: { "ghcr.io": { auth: authOf("sammy", "plain") } },
      credHelpers: { "ghcr.io": "", "https://quay.io": "docr" },
      credsStore: "pass",
    });
    expect(await resolve(home, "ghcr.io")).toEqual(["auths", FILE, "ghcr.io", ["sammy", "plain"]]);
    expect((await resolve(home, "quay.io"))[3]).toBe("pass");
  });

  it("receive only the host, except docr, which finds the registry's name in the path", async () => {
    const host = "registry.digitalocean.com";
    const home = createClientHome({
      helpers: {
        [`docr ${host}/beta/app`]: answerWith("b", "beta"),
        [`pass ${host}`]: answerWith("p", "pass"),
      },
    });
    const options = { repository: "beta/app" };
    home.docker({ credHelpers: { [host]: "docr" } });
    const resolved = await home.clients.resolve(host, "docker", options);
    expect(opened(resolved)).toEqual(["credHelpers", FILE, host, "docr", ["b", "beta"]]);
    await home.clients.resolve(host, "docker", { ...options, key: host });
    home.docker({ credsStore: "pass" });
    await home.clients.resolve(host, "docker", options);
    home.docker({ credsStore: "docr" });
    await home.clients.resolve("ghcr.io", "docker", options);
    expect(home.asked).toEqual([
      `docr get ${host}/beta/app`,
      `docr get ${host}`,
      `pass get ${host}`,
      "docr get ghcr.io",
    ]);
  });

  it("run in this process if the helper is docr, the host is DigitalOcean's registry and clients would find docr", async () => {
    const host = "registry.digitalocean.com";
    const home = createClientHome({ helpers: { "docr ghcr.io": answerWith("g", "ghcr") } });
    const asked: string[] = [];
    const clients = createClients(home.machine, home.runHelper, async (serverUrl) => {
      asked.push(serverUrl);
      if (asked.length > 1) throw new HelperError("not-found", "there is none");
      return { username: new Secret("b"), secret: new Secret("beta") };
    });
    home.docker({ credsStore: "docr" });
    const resolveBeta = () => clients.resolve(host, "docker", { repository: "beta/app" });
    expect(opened(await resolveBeta()).at(-1)).toBeUndefined();
    expect([asked, home.asked]).toEqual([[], [`docr get ${host}/beta/app`]]);
    home.install("docker-credential-docr");
    expect(opened(await resolveBeta()).at(-1)).toEqual(["b", "beta"]);
    expect(opened(await resolveBeta()).at(-1)).toBeUndefined();
    expect(asked).toEqual([`${host}/beta/app`, `${host}/beta/app`]);
    expect(opened(await clients.resolve("ghcr.io", "docker")).at(-1)).toEqual(["g", "ghcr"]);
  });

  it("that return empty texts have no login", async () => {
    const home = createClientHome({
      helpers: { "pass a.example": answerWith("", ""), "pass b.example": "{}" },
    });
    home.docker({ credsStore: "pass" });
    for (const host of ["a.example", "b.example"]) {
      expect((await resolve(home, host)).slice(3)).toEqual(["pass", undefined]);
    }
  });

  it("can return an identity token", async () => {
    const home = createClientHome({ helpers: { "pass a.example": answerWith("<token>", "idt") } });
    home.docker({ credsStore: "pass" });
    expect((await resolve(home, "a.example"))[4]).toEqual(["identity-token", "idt"]);
  });

  it.each([
    [{ stdout: "the safe is shut\n", exitCode: 3 }, "docker-credential-pass failed with exit code 3"],
    [{ stdout: "", exitCode: 1 }, "docker-credential-pass failed with exit code 1"],
    [{ stdout: "hunter2", exitCode: 0 }, "docker-credential-pass returned an invalid login"],
    [{ stdout: "[]", exitCode: 0 }, "docker-credential-pass returned an invalid login"],
    [
      { stdout: '{"Username":1,"Secret":"hunter2"}', exitCode: 0 },
      "docker-credential-pass returned an invalid login",
    ],
  ])("that fail or return no login are an error without their output: %j", async (answer, message) => {
    const home = createClientHome({ helpers: { "pass ghcr.io": answer } });
    home.docker({ credsStore: "pass" });
    expect(await failureOf(() => resolve(home, "ghcr.io"))).toEqual({ code: "other-helper", message });
  });

  it("are the platform's own if installed and the file has no setting about logins", async () => {
    const home = createClientHome();
    expect((await resolve(home, "ghcr.io"))[0]).toBe("none");
    home.install("docker-credential-secretservice");
    expect((await resolve(home, "ghcr.io")).slice(0, 4)).toEqual([
      "credsStore",
      "docker's default for this platform",
      "ghcr.io",
      "secretservice",
    ]);
    home.install("pass");
    expect((await resolve(home, "ghcr.io"))[0]).toBe("none");
    home.install("docker-credential-pass");
    expect((await resolve(home, "ghcr.io"))[3]).toBe("pass");
    home.docker({ auths: { "quay.io": {} } });
    expect((await resolve(home, "ghcr.io"))[0]).toBe("none");
  });
});

const withVariable = (value: unknown): Environment => ({
  DOCKER_AUTH_CONFIG: typeof value === "string" ? value : JSON.stringify(value),
});

describe("DOCKER_AUTH_CONFIG", () => {
  it("takes precedence over helpers and file, only for its own keys", async () => {
    const variable = {
      auths: { "ghcr.io": { auth: authOf("env", "e") }, [HUB]: { auth: authOf("env", "h") } },
    };
    const home = createClientHome({ env: withVariable(variable) });
    home.docker({ credsStore: "pass" });
    expect(await resolve(home, "ghcr.io")).toEqual(["auths", "DOCKER_AUTH_CONFIG", "ghcr.io", ["env", "e"]]);
    expect(await resolve(home, "docker.io")).toEqual(["auths", "DOCKER_AUTH_CONFIG", HUB, ["env", "h"]]);
    expect((await resolve(home, "quay.io"))[0]).toBe("credsStore");
    expect(home.asked).toEqual(["pass get quay.io"]);
  });

  it.each([
    ["no JSON", "hunter2"],
    ["two objects", '{"auths":{}} {}'],
    ["another field", { auths: {}, credsStore: "pass" }],
    ["another field in an entry", { auths: { "ghcr.io": { auth: authOf("env", "e"), email: "x" } } }],
    ["an entry without auth", { auths: { "ghcr.io": { auth: authOf("env", "e") }, "quay.io": {} } }],
    ["an auth without a user", { auths: { "ghcr.io": { auth: authOf("", "e") } } }],
    ["an auth that is not base64", { auths: { "ghcr.io": { auth: "hunter2!" } } }],
    ["auths that are a list", { auths: [] }],
  ])("with %s is ignored with a warning, as in docker", async (_title, value) => {
    const home = createClientHome({ env: withVariable(value) });
    home.docker({ auths: { "ghcr.io": { auth: authOf("file", "f") } } });
    const resolved = await home.clients.resolve("ghcr.io", "docker");
    expect(opened(resolved)).toEqual(["auths", FILE, "ghcr.io", ["file", "f"]]);
    expect(resolved.warnings).toEqual(["docker ignores DOCKER_AUTH_CONFIG because it is invalid"]);
  });

  it("with any text is read or ignored and never throws", () => {
    const auths = fc.dictionary(fc.string(), fc.record({ auth: fc.oneof(fc.base64String(), fc.string()) }));
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      auths.map((one) => JSON.stringify({ auths: one })),
    );
    fc.assert(
      fc.property(text, (one) => {
        const logins = readVariable(one);
        expect(logins === undefined || logins instanceof Map).toBe(true);
      }),
    );
  });

  it("has no logins if it is empty", () => {
    expect(readVariable("")).toEqual(new Map());
  });
});

describe("docker's file", () => {
  it("is in the folder that DOCKER_CONFIG names", async () => {
    const home = createClientHome({ env: { DOCKER_CONFIG: "/nonexistent/dk" } });
    expect(await resolve(home, "ghcr.io")).toEqual([
      "none",
      "/nonexistent/dk/config.json",
      "ghcr.io",
      undefined,
    ]);
  });

  it("is an error if it is broken, even if the variable is set for another host", async () => {
    const home = createClientHome();
    home.docker('{"credsStore": hunter2');
    expect(await failureOf(() => resolve(home, "ghcr.io"))).toEqual({
      code: "client-config",
      message: `${FILE} is not valid JSON (line 1)`,
    });
  });
});

const resolveIn = (home: ClientHome, client: "docker" | "podman", name = "named.json") =>
  home.clients.resolve("ghcr.io", client, { authFile: join(home.home, name) });

describe("a file that the user names", () => {
  it("is the only place where docr looks", async () => {
    const variable = JSON.stringify({ auths: { "ghcr.io": { auth: authOf("variable", "x") } } });
    const home = createClientHome({ env: { DOCKER_AUTH_CONFIG: variable } });
    home.install("docker-credential-pass");
    home.docker({ auths: { "ghcr.io": { auth: authOf("own", "x") } } });
    home.write("named.json", { auths: { "ghcr.io": { auth: authOf("sammy", "hunter2") } } });
    for (const client of ["docker", "podman"] as const) {
      expect(opened(await resolveIn(home, client))).toEqual([
        "auths",
        "~/named.json",
        "ghcr.io",
        ["sammy", "hunter2"],
      ]);
    }
    home.write("named.json", {});
    for (const client of ["docker", "podman"] as const)
      expect((await resolveIn(home, client)).kind).toBe("none");
    expect(home.asked).toEqual([]);
  });

  it("may name a helper", async () => {
    const home = createClientHome({ helpers: { "pass ghcr.io": answerWith("p", "pass") } });
    home.write("named.json", { credHelpers: { "ghcr.io": "pass" } });
    expect(opened(await resolveIn(home, "docker")).slice(2)).toEqual(["ghcr.io", "pass", ["p", "pass"]]);
  });

  it("is an error if it is missing", async () => {
    const home = createClientHome();
    for (const client of ["docker", "podman"] as const) {
      expect(await failureOf(() => resolveIn(home, client, "missing.json"))).toEqual({
        code: "client-config",
        message: "~/missing.json does not exist",
      });
    }
  });
});
