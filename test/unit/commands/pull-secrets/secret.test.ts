import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { ClientLogin, Resolved } from "../../../../src/client-config/types.ts";
import type { Result } from "../../../../src/commands/command.ts";
import { HelperError } from "../../../../src/core/errors.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { secretCommand } from "../../../../src/commands/pull-secrets/secret.ts";
import { tokenOf } from "../../../support/fakes/credentials-bench.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { createCommandBench, type GivenOptions } from "../../../support/fakes/command-bench.ts";

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
  const result = await bench.run(secretCommand, flags, text);
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
    const { text } = await bench.run(secretCommand, { format: "username-password" }, "ghcr.io");
    expect(text).toBe("rosa\nours\n");
    expect(bench.warnings).toEqual(["docker has no login for ghcr.io; this is the one in docr's store"]);
  });

  it("uses the login for the registry at DigitalOcean that the path names", async () => {
    const bench = createCommandBench({ apiToken: tokenOf("a"), clients: { resolve: async () => NONE } });
    await bench.run(secretCommand, {}, "registry.digitalocean.com/beta/app");
    expect(bench.api.calls.filter((call) => call.startsWith("mint"))).toEqual(["mint beta read-write 3600"]);
  });

  it("throws the errors of docr's store, except a missing keychain", async () => {
    const bench = createCommandBench({
      clients: { resolve: async () => NONE },
    });
    const flags = { client: "docker", format: "auth" } as const;
    bench.keychain.failWith(new HelperError("keychain-locked", "the keychain is locked"));
    expect((await failureOf(() => bench.run(secretCommand, flags, "ghcr.io"))).code).toBe("keychain-locked");
    bench.keychain.failWith(new HelperError("keychain-missing", "there is none"));
    expect((await failureOf(() => bench.run(secretCommand, flags, "ghcr.io"))).code).toBe("no-login");
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
    expect((await failureOf(() => bench.run(secretCommand, flags, "ghcr.io"))).code).toBe("no-login");
    expect(bench.warnings).toEqual([]);
  });

  it("warns that docker's credential is short-lived", async () => {
    const host = "registry.digitalocean.com";
    expect((await run(host, {}, { ...FOUND, helper: "docr" })).warnings).toEqual([
      "this credential is short-lived; create one for a platform with docr credentials",
    ]);
    expect((await run(host)).warnings).toEqual([]);
  });

  it("rejects a name without --format kubernetes-secret", async () => {
    for (const flags of [{ name: "pull" }, { namespace: "web" }]) {
      expect((await failureOf(() => run("ghcr.io", flags))).code).toBe("bad-arguments");
    }
  });
});
