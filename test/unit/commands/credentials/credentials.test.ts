import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { describeCommandFailure } from "../../../../src/cli/errors.ts";
import { isHelperError, type ErrorCode } from "../../../../src/core/errors.ts";
import { credentialsCommand } from "../../../../src/commands/credentials/credentials.ts";
import type { Format } from "../../../../src/commands/credentials/formats.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { answerOf, tokenOf } from "../../../support/fakes/credentials-bench.ts";
import { API_MESSAGE } from "../../../support/fakes/recorded-api.ts";
import {
  createCommandBench,
  type CommandBench,
  type CommandBenchOptions,
} from "../../../support/fakes/command-bench.ts";

const HOST = "registry.digitalocean.com";
const AUTH = Buffer.from("minted-secret-1:minted-secret-1").toString("base64");

const create = (options: CommandBenchOptions = {}) =>
  createCommandBench({ apiToken: tokenOf("a"), ...options });
const mints = (bench: CommandBench) => bench.api.calls.filter((call) => call.startsWith("mint"));

const manifestOf = async (options: object, ...registries: string[]): Promise<unknown> =>
  parse(
    (await create().run(credentialsCommand, { format: "kubernetes-secret", ...options }, registries)).text,
  );

const configWith = (auths: Readonly<Record<string, string>>): unknown => ({
  auths: Object.fromEntries(Object.entries(auths).map(([key, auth]) => [key, { auth }])),
});
const authOf = (secret: string): string => Buffer.from(`${secret}:${secret}`).toString("base64");

const jsonIn = async (format: Format) =>
  (await create().run(credentialsCommand, { json: true, format }, ["acme"])).json;

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "docr-output-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe("docr credentials", () => {
  it("mints once, read-only and for an hour, and prints docker's config.json", async () => {
    const bench = create();
    const { text } = await bench.run(credentialsCommand, {}, []);
    expect(JSON.parse(text)).toEqual({ auths: { [HOST]: { auth: AUTH } } });
    expect(text.endsWith("}\n")).toBe(true);
    expect([mints(bench), bench.warnings]).toEqual([["mint acme read-only 3600"], []]);
  });

  it("mints a new one even if docker's is cached", async () => {
    const bench = create();
    await answerOf(bench);
    await bench.run(credentialsCommand, {}, []);
    expect(mints(bench)).toEqual(["mint acme read-write 3600", "mint acme read-only 3600"]);
  });

  it("mints for the given registry, access and lifetime", async () => {
    const bench = create();
    await bench.run(credentialsCommand, { expiry: "1h30m", readWrite: true }, ["other"]);
    expect(mints(bench)).toEqual(["mint other read-write 5400"]);
  });

  it("mints without an expiry with --never-expire, and warns", async () => {
    const bench = create();
    const { json } = await bench.run(credentialsCommand, { neverExpire: true }, []);
    expect(mints(bench)).toEqual(["mint acme read-only 0"]);
    expect(json).toMatchObject({ expiresAt: null });
    expect(bench.warnings).toEqual([
      "this credential never expires; revoke it with docr revoke when you no longer need it",
    ]);
  });

  it("prints the auth value", async () => {
    expect((await create().run(credentialsCommand, { format: "auth" }, [])).text).toBe(`${AUTH}\n`);
  });

  it("returns everything as JSON", async () => {
    expect((await create().run(credentialsCommand, {}, ["acme"])).json).toEqual({
      host: HOST,
      registry: "acme",
      username: "minted-secret-1",
      password: "minted-secret-1",
      auth: AUTH,
      access: "read-only",
      mintedAt: "2026-11-21T12:00:00.000Z",
      expiresAt: "2026-11-21T13:00:00.000Z",
    });
  });

  it("prints a format's JSON with --json", async () => {
    expect(await jsonIn("auth")).toEqual({ host: HOST, registry: "acme", auth: AUTH });
    expect(await jsonIn("docker-config")).toEqual(configWith({ [HOST]: AUTH }));
    expect(await jsonIn("kubernetes-secret")).toMatchObject({ kind: "Secret" });
    expect(await jsonIn("env")).toMatchObject({ REGISTRY_PASSWORD: "minted-secret-1" });
  });

  it("takes a registry by its address", async () => {
    const bench = create();
    await bench.run(credentialsCommand, {}, [`${HOST}/beta`]);
    expect(mints(bench)).toEqual(["mint beta read-only 3600"]);
  });

  it("prints exports that a POSIX shell reads back unchanged", async () => {
    const secret = `a'b"c$(id)\`x\`\\ \n;e`;
    const { text } = await create({ secretOf: () => secret }).run(
      credentialsCommand,
      {
        format: "env",
      },
      [],
    );
    const script = `${text}printf '%s\\0' "$REGISTRY_HOST" "$REGISTRY_USERNAME" "$REGISTRY_PASSWORD" "$DOCKER_AUTH_CONFIG"`;
    const [host, username, password, config = ""] = execFileSync("sh", ["-c", script], {
      encoding: "utf8",
    }).split("\0");
    expect([host, username, password]).toEqual([HOST, secret, secret]);
    const auth = Buffer.from(`${secret}:${secret}`).toString("base64");
    expect(JSON.parse(config)).toEqual({ auths: { [HOST]: { auth } } });
  });
});

describe("docr credentials for several registries", () => {
  it("mints one for each, under the host with the registry's name", async () => {
    const bench = create();
    const { text, json } = await bench.run(credentialsCommand, {}, ["acme", "beta", "acme"]);
    expect(JSON.parse(text)).toEqual(
      configWith({ [`${HOST}/acme`]: AUTH, [`${HOST}/beta`]: authOf("minted-secret-2") }),
    );
    expect(json).toMatchObject([
      { registry: "acme", password: "minted-secret-1" },
      { registry: "beta", password: "minted-secret-2" },
    ]);
    expect(mints(bench)).toEqual(["mint acme read-only 3600", "mint beta read-only 3600"]);
  });

  it("puts them in one Kubernetes secret", async () => {
    const manifest = await manifestOf({ expiry: "30d" }, "acme", "beta");
    expect(manifest).toMatchObject({
      metadata: {
        name: "registry-digitalocean",
        annotations: { "docker-credential-docr/expires-at": "2026-12-21T12:00:00.000Z" },
      },
    });
    const data = Object(Object(manifest).data)[".dockerconfigjson"];
    expect(Object.keys(JSON.parse(Buffer.from(String(data), "base64").toString()).auths)).toEqual([
      `${HOST}/acme`,
      `${HOST}/beta`,
    ]);
  });

  it.each(["auth", "env"] as const)(
    "mints nothing for --format %s, which is for one credential",
    async (format) => {
      const bench = create();
      const work = () => bench.run(credentialsCommand, { format }, ["acme", "beta"]);
      expect((await failureOf(work)).code).toBe("bad-arguments");
      expect(mints(bench)).toEqual([]);
    },
  );

  it("names the registry that the account does not have, and revokes the other credentials", async () => {
    const bench = create();
    bench.api.registries = ["acme", "beta"];
    bench.api.fail("mint nosuch", "api-not-found");
    await expect(bench.run(credentialsCommand, {}, ["acme", "nosuch"])).rejects.toMatchObject({
      message: "this account has no registry named nosuch",
      hint: "its registries are acme and beta",
    });
    expect(bench.api.calls).toContain("revoke minted-secret-1");
  });
});

describe("docr credentials --output", () => {
  it("writes the file for this user only, and prints nothing secret", async () => {
    const file = join(createFolder(), "config.json");
    writeFileSync(file, "old", { mode: 0o644 });
    const bench = create();
    const { text, json } = await bench.run(credentialsCommand, { output: file }, ["acme", "beta"]);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(
      configWith({ [`${HOST}/acme`]: AUTH, [`${HOST}/beta`]: authOf("minted-secret-2") }),
    );
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(text).toBe(`wrote ${file} (docker-config)
  acme  read-only  expires 2026-11-21 13:00 UTC
  beta  read-only  expires 2026-11-21 13:00 UTC
`);
    expect(json).toEqual({
      file,
      format: "docker-config",
      credentials: ["acme", "beta"].map((registry) => ({
        registry,
        access: "read-only",
        mintedAt: "2026-11-21T12:00:00.000Z",
        expiresAt: "2026-11-21T13:00:00.000Z",
      })),
    });
    expect(text + JSON.stringify(json)).not.toContain("minted-secret");
  });

  it("writes every format", async () => {
    const file = join(createFolder(), "secret.yaml");
    await create().run(credentialsCommand, { output: file, format: "kubernetes-secret" }, ["acme"]);
    expect(parse(readFileSync(file, "utf8"))).toMatchObject({ kind: "Secret" });
  });

  it("replaces no client's own configuration, no folder, and nothing in a folder that is missing", async () => {
    const home = createFolder();
    mkdirSync(join(home, ".docker"));
    writeFileSync(join(home, ".docker/config.json"), "{}");
    symlinkSync(join(home, ".docker/config.json"), join(home, "link.json"));
    const bench = create({ env: { HOME: home } });
    for (const name of [".docker/config.json", "link.json", ".docker", "missing/config.json"]) {
      const work = () => bench.run(credentialsCommand, { output: join(home, name) }, ["acme"]);
      expect([name, (await failureOf(work)).code]).toEqual([name, "bad-arguments"]);
    }
    expect(bench.api.calls).toEqual([]);
    expect(readFileSync(join(home, ".docker/config.json"), "utf8")).toBe("{}");
  });

  it("revokes what it cannot write", async () => {
    const folder = createFolder();
    // The temporary file's name is too long, the file's own is not.
    const file = join(folder, "x".repeat(250));
    const bench = create();
    const failure = await failureOf(() => bench.run(credentialsCommand, { output: file }, ["acme"]));
    expect(failure).toMatchObject({ code: "output-failed" });
    expect(bench.api.calls.at(-1)).toBe("revoke minted-secret-1");
  });
});

describe("the Kubernetes secret", () => {
  it("has doctl's name, its expiry, and no namespace unless one is given", async () => {
    expect(await manifestOf({})).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "registry-acme",
        annotations: { "docker-credential-docr/expires-at": "2026-11-21T13:00:00.000Z" },
      },
      type: "kubernetes.io/dockerconfigjson",
      data: {
        ".dockerconfigjson": Buffer.from(JSON.stringify({ auths: { [HOST]: { auth: AUTH } } })).toString(
          "base64",
        ),
      },
    });
  });

  it("has doctl's annotation for DigitalOcean's operator in the namespace that it reads", async () => {
    expect(await manifestOf({ namespace: "kube-system" })).toMatchObject({
      metadata: {
        namespace: "kube-system",
        annotations: { "digitalocean.com/dosecret-identifier": "registry-acme" },
      },
    });
  });

  it("has the given name, and no operator annotation in another namespace", async () => {
    expect(await manifestOf({ name: "pull.me", namespace: "shop", expiry: "30d" })).toMatchObject({
      metadata: {
        name: "pull.me",
        namespace: "shop",
        annotations: { "docker-credential-docr/expires-at": "2026-12-21T12:00:00.000Z" },
      },
    });
  });

  it("has no expiry annotation without an expiry", async () => {
    const manifest = await manifestOf({ neverExpire: true, namespace: "shop" });
    expect(manifest).not.toHaveProperty("metadata.annotations");
  });

  it("quotes its date, for YAML 1.1", async () => {
    const { text } = await create().run(credentialsCommand, { format: "kubernetes-secret" }, ["acme"]);
    expect(text).toContain('expires-at: "2026-11-21T13:00:00.000Z"');
  });

  it.each([
    [{ name: "Pull" }, undefined],
    [{ namespace: "a.b" }, undefined],
    [{}, "ends-with-a-dash-"],
  ])("is not minted for names that Kubernetes rejects: %j, registry %s", async (options, registry) => {
    const bench = create();
    const registries = registry === undefined ? [] : [registry];
    const work = () => bench.run(credentialsCommand, { format: "kubernetes-secret", ...options }, registries);
    expect(await failureOf(work)).toMatchObject({ code: "bad-arguments" });
    expect(mints(bench)).toEqual([]);
  });
});

describe("docr credentials rejects before any request", () => {
  it.each([
    [{ expiry: "1h", neverExpire: true }, "--expiry and --never-expire cannot be combined"],
    [{ name: "pull" }, "--name and --namespace require --format kubernetes-secret"],
    [{ expiry: "0" }, "--expiry must not be 0"],
    [{ expiry: "soon" }, "--expiry must be a duration from 60s to 365d"],
  ] as const)("%j", async (options, message) => {
    const bench = create();
    const work = () => bench.run(credentialsCommand, options, []);
    expect(await failureOf(work)).toEqual({ code: "bad-arguments", message });
    expect(bench.api.calls).toEqual([]);
  });

  it.each(["Acme", "a/b", "registry.digitalocean.com", ""])("an invalid registry name: %j", async (name) => {
    expect(await failureOf(() => create().run(credentialsCommand, {}, [name]))).toEqual({
      code: "bad-arguments",
      message: "a registry name has 1 to 63 characters of a-z, 0-9 and -",
    });
  });
});

describe("an error of the API", () => {
  it.each<[ErrorCode, RegExp]>([
    ["api-unauthorized", /hint: create a token with the scopes/],
    ["api-forbidden", /hint: create a token with the scopes/],
    ["api-ambiguous", /hint: name one: docr credentials NAME$/],
    ["api-rate-limited", /hint: run fewer jobs at once/],
    ["api-unavailable", /hint: try again/],
  ])("has a hint for this command (%s)", async (code, expected) => {
    const bench = create();
    bench.api.fail("mint", code);
    const shown = await bench
      .run(credentialsCommand, {}, ["acme"])
      .catch((error: unknown) => (isHelperError(error) ? describeCommandFailure(error) : undefined));
    expect(shown).toMatchObject({ stdout: "", exitCode: 1 });
    expect(String(Object(shown).stderr).trimEnd()).toMatch(new RegExp(`^docr: error: ${API_MESSAGE}`));
    expect(String(Object(shown).stderr).trimEnd()).toMatch(expected);
  });

  it("names the account's registries if the account has no such registry", async () => {
    const bench = create();
    bench.api.registries = ["acme", "beta"];
    bench.api.fail("mint", "api-not-found");
    await expect(bench.run(credentialsCommand, {}, ["nosuch"])).rejects.toMatchObject({
      code: "api-not-found",
      message: "this account has no registry named nosuch",
      hint: "its registries are acme and beta",
    });
  });

  it.each([
    [["acme"], "its only registry is acme"],
    [[], "it has none; create one: doctl registry create NAME"],
  ])("says so if the account's registries are %j", async (registries, hint) => {
    const bench = create();
    bench.api.registries = registries;
    bench.api.fail("mint", "api-not-found");
    await expect(bench.run(credentialsCommand, {}, ["nosuch"])).rejects.toMatchObject({ hint });
  });

  it("asks for a name if the account has several registries", async () => {
    const bench = create();
    bench.api.registries = ["a", "b"];
    await expect(bench.run(credentialsCommand, {}, [])).rejects.toMatchObject({
      code: "several-registries",
      message: "this account has several registries: a, b",
      hint: "name one: docr credentials NAME",
    });
  });
});
