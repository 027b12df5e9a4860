import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { ClientLogin, Resolved } from "../../../../src/client-config/types.ts";
import { runCommand } from "../../../../src/cli/run-command.ts";
import type { Result } from "../../../../src/commands/command.ts";
import { HelperError } from "../../../../src/core/errors.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { secretCommand } from "../../../../src/commands/pull-secrets/secret.ts";
import { answerOf, tokenOf } from "../../../support/fakes/credentials-bench.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import {
  type CommandBench,
  type CommandBenchOptions,
  createCommandBench,
  type GivenOptions,
} from "../../../support/fakes/command-bench.ts";

type Options = GivenOptions<typeof secretCommand>;

const ASKED = {
  client: "docker",
  source: "~/.docker/config.json",
  key: "ghcr.io",
  warnings: [],
} as const;
const FOUND = {
  ...ASKED,
  kind: "helper",
  setting: "credsStore",
  helper: "osxkeychain",
  login: {
    kind: "password",
    credential: { username: new Secret("sammy"), secret: new Secret("hünter:2") },
  },
} as const satisfies Resolved;
const NONE: Resolved = { ...ASKED, kind: "none" };
const AUTH = Buffer.from("sammy:hünter:2").toString("base64");

async function run(
  text: string,
  flags: Partial<Options> = {},
  resolved: Resolved = FOUND,
): Promise<Result & { readonly warnings: readonly string[] }> {
  const bench = createCommandBench({ clients: { resolve: async () => resolved } });
  const result = await bench.run(secretCommand, flags, [text]);
  return { ...result, warnings: bench.warnings };
}

const holding = (login: ClientLogin): Resolved => ({ ...FOUND, login });
const identity = holding({ kind: "identity-token", token: new Secret("idt") });
const registryToken = holding({ kind: "registry-token", token: new Secret("rt") });

describe("docr secret", () => {
  it("prints the auth value by default", async () => {
    const { text, json, warnings } = await run("ghcr.io/acme/app");
    expect(text).toBe(`${AUTH}\n`);
    expect(json).toEqual({ host: "ghcr.io", auth: AUTH });
    expect(warnings).toEqual([]);
  });

  it("prints user name and password, on two lines or as JSON", async () => {
    const { text, json } = await run("ghcr.io", { format: "username-password" });
    expect(text).toBe("sammy\nhünter:2\n");
    expect(json).toEqual({ host: "ghcr.io", username: "sammy", password: "hünter:2" });
  });

  it("prints docker's config.json", async () => {
    const { text, json } = await run("docker.io", { format: "docker-config" });
    expect(JSON.parse(text)).toEqual({ auths: { "https://index.docker.io/v1/": { auth: AUTH } } });
    expect(json).toEqual(JSON.parse(text));
    const { json: withToken } = await run("a.example", { format: "docker-config" }, identity);
    expect(withToken).toEqual({ auths: { "a.example": { identitytoken: "idt" } } });
  });

  it("prints a manifest for kubectl, under docker's key for the registry", async () => {
    const flags = { format: "kubernetes-secret", name: "pull", namespace: "web" } as const;
    const { text, json } = await run("docker.io", flags);
    const manifest = parse(text);
    expect(manifest).toEqual(json);
    expect(manifest).toMatchObject({ kind: "Secret", metadata: { name: "pull", namespace: "web" } });
    expect(JSON.parse(Buffer.from(manifest.data[".dockerconfigjson"], "base64").toString())).toEqual({
      auths: { "https://index.docker.io/v1/": { auth: AUTH } },
    });
  });

  it.each([
    ["ghcr.io", "ghcr.io"],
    ["localhost:5000", "localhost-5000"],
    ["[::1]:5000", "1-5000"],
  ])("names the Kubernetes secret after the host: %s", async (host, name) => {
    const { json } = await run(host, { format: "kubernetes-secret" });
    expect(json).toMatchObject({ metadata: { name } });
  });

  it("uses the given key", async () => {
    const { json } = await run("ghcr.io", { format: "kubernetes-secret", key: "https://auth.example/v1/" });
    const data = Object(Object(json).data)[".dockerconfigjson"];
    expect(Buffer.from(String(data), "base64").toString()).toContain('"https://auth.example/v1/"');
  });

  it("uses <token> as the user name of an identity token, and makes no manifest of it", async () => {
    expect((await run("a.example", {}, identity)).text).toBe(
      `${Buffer.from("<token>:idt").toString("base64")}\n`,
    );
    expect((await run("a.example", { format: "username-password" }, identity)).text).toBe("<token>\nidt\n");
    const failure = await failureOf(() => run("a.example", { format: "kubernetes-secret" }, identity));
    expect(failure.message).toMatch(/identity token/);
  });

  it("uses docr's login if the client has none, and warns", async () => {
    const bench = createCommandBench({
      clients: { resolve: async () => NONE },
    });
    await bench.helper.store("ghcr.io", "rosa", new Secret("ours"));
    const { text } = await bench.run(secretCommand, { format: "username-password" }, ["ghcr.io"]);
    expect(text).toBe("rosa\nours\n");
    expect(bench.warnings).toEqual(["docker has no login for ghcr.io; this is the one in docr's store"]);
  });

  it("throws the errors of docr's store, except a missing keychain", async () => {
    const bench = createCommandBench({
      clients: { resolve: async () => NONE },
    });
    const flags = { client: "docker", format: "auth" } as const;
    bench.keychain.failWith(new HelperError("keychain-locked", "the keychain is locked"));
    expect((await failureOf(() => bench.run(secretCommand, flags, ["ghcr.io"]))).code).toBe(
      "keychain-locked",
    );
    bench.keychain.failWith(new HelperError("keychain-missing", "there is none"));
    expect((await failureOf(() => bench.run(secretCommand, flags, ["ghcr.io"]))).code).toBe("no-login");
  });

  it("throws no-login without a login, or with a registry token", async () => {
    expect(await failureOf(() => run("ghcr.io", {}, NONE))).toEqual({
      code: "no-login",
      message: "docker has no login for ghcr.io",
    });
    expect(await failureOf(() => run("ghcr.io", {}, registryToken))).toEqual({
      code: "no-login",
      message: "docker has a registry token for ghcr.io and no password",
    });
  });

  it("does not fall back to docr's login if docker has a registry token", async () => {
    const bench = createCommandBench({ clients: { resolve: async () => registryToken } });
    await bench.helper.store("ghcr.io", "sammy", new Secret("kept"));
    const flags = { client: "docker", format: "auth" } as const;
    expect((await failureOf(() => bench.run(secretCommand, flags, ["ghcr.io"]))).code).toBe("no-login");
    expect(bench.warnings).toEqual([]);
  });

  it("rejects a name without --format kubernetes-secret", async () => {
    for (const flags of [{ name: "pull" }, { namespace: "web" }]) {
      expect((await failureOf(() => run("ghcr.io", flags))).code).toBe("bad-arguments");
    }
  });
});

const OWN = "registry.digitalocean.com";

/** A user with a login at ghcr.io and one at quay.io, and an API token. */
function createScene(
  registries: CommandBenchOptions["registries"] = {},
  apiToken = tokenOf("a"),
): CommandBench {
  return createCommandBench({
    apiToken,
    clients: {
      resolve: async (host) => (host === OWN ? { ...NONE, key: OWN } : { ...FOUND, key: host }),
    },
    registries,
  });
}

const mints = (bench: CommandBench): readonly string[] =>
  bench.api.calls.filter((call) => call.startsWith("mint"));

const authsIn = (text: string): unknown =>
  Object.keys(JSON.parse(Buffer.from(parse(text).data[".dockerconfigjson"], "base64").toString()).auths);

describe("docr secret for several registries", () => {
  it("prints one Kubernetes secret, or one config.json", async () => {
    const bench = createScene();
    const manifest = await bench.run(secretCommand, { format: "kubernetes-secret" }, ["ghcr.io", "quay.io"]);
    expect(parse(manifest.text).metadata).toEqual({ name: "registry-logins" });
    expect(authsIn(manifest.text)).toEqual(["ghcr.io", "quay.io"]);
    const config = await bench.run(secretCommand, { format: "docker-config" }, ["ghcr.io", "quay.io"]);
    expect(config.json).toEqual({ auths: { "ghcr.io": { auth: AUTH }, "quay.io": { auth: AUTH } } });
  });

  it.each([
    [{}, "--format auth prints one login"],
    [{ format: "username-password" }, "--format username-password prints one login"],
    [{ format: "docker-config", key: "x" }, "--key is for one registry"],
  ] as const)("rejects %j", async (flags, message) => {
    const work = () => createScene().run(secretCommand, flags, ["ghcr.io", "quay.io"]);
    expect(await failureOf(work)).toEqual({ code: "bad-arguments", message });
  });
});

describe("docr secret for DigitalOcean's registry", () => {
  it("issues a read-only credential with its own expiry, even if one is cached", async () => {
    const bench = createScene();
    await answerOf(bench);
    const { json } = await bench.run(secretCommand, { format: "username-password" }, [OWN]);
    expect(json).toMatchObject({ host: OWN, password: "minted-secret-2" });
    expect(mints(bench)).toEqual(["mint acme read-write 3600", "mint acme read-only 2592000"]);
    expect(bench.notes).toEqual(["created a read-only credential for acme; it expires 2026-12-21 12:00 UTC"]);
    await bench.domain.accounts.logOutEverywhere();
    expect(bench.api.calls).not.toContain("revoke minted-secret-2");
  });

  it("is for the registry that the path names, with the given lifetime", async () => {
    const bench = createScene();
    await bench.run(secretCommand, { expiry: "2h" }, [`${OWN}/beta/app`]);
    expect(mints(bench)).toEqual(["mint beta read-only 7200"]);
  });

  it("combines several registries with other hosts, with the time of the first expiry", async () => {
    const { text } = await createScene().run(secretCommand, { format: "kubernetes-secret", name: "pull" }, [
      `${OWN}/acme`,
      "ghcr.io",
      `${OWN}/beta`,
    ]);
    expect(authsIn(text)).toEqual(["ghcr.io", `${OWN}/acme`, `${OWN}/beta`]);
    expect(parse(text).metadata.annotations).toEqual({
      "docker-credential-docr/expires-at": "2026-12-21T12:00:00.000Z",
    });
  });

  it("mints nothing if another login cannot be used", async () => {
    const bench = createScene({ checkLogin: refuse });
    const flags = { format: "docker-config", check: true } as const;
    expect((await failureOf(() => bench.run(secretCommand, flags, [OWN, "ghcr.io"]))).code).toBe(
      "registry-unauthorized",
    );
    expect(bench.api.calls).toEqual([]);
  });

  it("uses the client's login if docr has no API token", async () => {
    const bench = createCommandBench({ clients: { resolve: async () => ({ ...FOUND, key: OWN }) } });
    expect((await bench.run(secretCommand, {}, [OWN])).text).toBe(`${AUTH}\n`);
    const none = createCommandBench({ clients: { resolve: async () => ({ ...NONE, key: OWN }) } });
    await expect(none.run(secretCommand, {}, [OWN])).rejects.toMatchObject({
      code: "no-login",
      hint: "run docr login",
    });
  });

  it("has a lifetime of its own only", async () => {
    expect(
      (await failureOf(() => createScene().run(secretCommand, { expiry: "1h" }, ["ghcr.io"]))).code,
    ).toBe("bad-arguments");
  });
});

const refuse = async (): Promise<never> => {
  throw new HelperError("registry-unauthorized", "it rejected the login (HTTP 401)");
};

describe("docr secret --check", () => {
  it("asks the registry first, and exits with 4 and prints nothing if it rejects the login", async () => {
    const asked: string[] = [];
    const bench = createScene({
      async checkLogin(host) {
        asked.push(host);
        return "accepted";
      },
    });
    expect((await bench.run(secretCommand, { check: true }, ["ghcr.io"])).text).toBe(`${AUTH}\n`);
    expect(asked).toEqual(["ghcr.io"]);
    const { context } = createScene({ checkLogin: refuse });
    expect(await runCommand(["secret", "ghcr.io", "--check"], context)).toMatchObject({
      stdout: "",
      exitCode: 4,
    });
  });

  it("asks for the image, and warns if it does not exist", async () => {
    const bench = createScene({ findManifest: async () => undefined });
    await bench.run(secretCommand, { check: true }, ["ghcr.io/acme/app"]);
    expect(bench.warnings).toEqual(["ghcr.io/acme/app does not exist, or this login may not see it"]);
    const refused = createScene({ findManifest: refuse });
    const work = () => refused.run(secretCommand, { check: true }, ["ghcr.io/acme/app"]);
    expect((await failureOf(work)).code).toBe("registry-unauthorized");
  });

  it("warns if the registry responds without a login", async () => {
    const bench = createScene({ checkLogin: async () => "not-needed" });
    await bench.run(secretCommand, { check: true }, ["ghcr.io"]);
    expect(bench.warnings).toEqual(["ghcr.io answers without a login; the login was not checked"]);
  });

  it("revokes an issued credential that the registry rejects", async () => {
    const bench = createScene({ checkLogin: refuse });
    const work = () => bench.run(secretCommand, { check: true }, [`${OWN}/acme`]);
    expect((await failureOf(work)).code).toBe("registry-unauthorized");
    expect(bench.api.calls).toContain("revoke minted-secret-1");
  });
});
