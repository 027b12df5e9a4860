import { describe, expect, it } from "vitest";
import { limited } from "../../../src/core/lifetime.ts";
import { readRegistrySettings } from "../../../src/config/registry.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";
import { tokenOf } from "../../support/fakes/credentials-bench.ts";

const read = (env: Readonly<Record<string, string>>) =>
  readRegistrySettings({ env, platform: "linux", uid: 1000 }, {});

describe("the settings", () => {
  it("are the documented defaults if nothing is set", () => {
    expect(read({})).toEqual({
      apiUrl: "https://api.digitalocean.com",
      oauthUrl: "https://cloud.digitalocean.com",
      apiToken: undefined,
      registry: undefined,
      context: undefined,
      contexts: {},
      storeId: "",
      access: "auto",
      lifetime: limited(3600_000),
      cache: undefined,
    });
  });

  it("are the same if everything but the API token is empty", () => {
    const names = ["DIGITALOCEAN_API_URL", "DIGITALOCEAN_OAUTH_URL", "DIGITALOCEAN_CONTEXT"];
    const own = ["DOCR_REGISTRY", "DOCR_ACCESS", "DOCR_TTL", "DOCR_CACHE"];
    const empty = Object.fromEntries([...names, ...own].map((name) => [name, ""]));
    expect(read(empty)).toEqual(read({}));
  });

  it.each([
    ["DIGITALOCEAN_API_URL", "https://api.example/", { apiUrl: "https://api.example" }],
    ["DIGITALOCEAN_OAUTH_URL", "http://127.0.0.1:8080", { oauthUrl: "http://127.0.0.1:8080" }],
    ["DIGITALOCEAN_CONTEXT", "Work", { context: "work" }],
    ["DOCR_REGISTRY", "acme-staging", { registry: "acme-staging" }],
    ["DOCR_REGISTRY", "registry.digitalocean.com/acme", { registry: "acme" }],
    ["DOCR_REGISTRY", "https://registry.digitalocean.com/acme/", { registry: "acme" }],
    ["DOCR_ACCESS", "auto", { access: "auto" }],
    ["DOCR_ACCESS", "read-only", { access: "read-only" }],
    ["DOCR_ACCESS", "read-write", { access: "read-write" }],
    ["DOCR_TTL", "60", { lifetime: limited(60_000) }],
    ["DOCR_TTL", "2592000", { lifetime: limited(2_592_000_000) }],
    ["DOCR_TTL", "0060", { lifetime: limited(60_000) }],
    ["DOCR_CACHE", "runtime", { cache: "runtime" }],
    ["DOCR_CACHE", "keychain", { cache: "keychain" }],
    ["DOCR_CACHE", "none", { cache: "none" }],
  ])("read %s=%s", (name, value, expected) => {
    expect(read({ [name]: value })).toMatchObject(expected);
  });

  const NAME = "DOCR_REGISTRY must be a registry's name: 1 to 63 of a-z, 0-9 and -";
  const ACCESS = "DOCR_ACCESS must be one of auto, read-only, read-write";
  const TTL = "DOCR_TTL must be a whole number of seconds from 60 to 2592000";
  const CACHE = "DOCR_CACHE must be one of runtime, keychain, none";

  it.each([
    ["DOCR_REGISTRY", "Acme", NAME],
    ["DOCR_REGISTRY", "acme/app", NAME],
    ["DOCR_REGISTRY", "../account", NAME],
    ["DOCR_REGISTRY", "registry.digitalocean.com", NAME],
    ["DOCR_REGISTRY", "registry.digitalocean.com/Acme", NAME],
    ["DOCR_REGISTRY", "ghcr.io/acme", NAME],
    ["DOCR_ACCESS", "Read-Only", ACCESS],
    ["DOCR_ACCESS", "write", ACCESS],
    ["DOCR_TTL", "0", TTL],
    ["DOCR_TTL", "59", TTL],
    ["DOCR_TTL", "2592001", TTL],
    ["DOCR_TTL", "-60", TTL],
    ["DOCR_TTL", "1h", TTL],
    ["DOCR_TTL", "60.5", TTL],
    ["DOCR_TTL", "6e3", TTL],
    ["DOCR_TTL", " 60", TTL],
    ["DOCR_TTL", "0x60", TTL],
    ["DOCR_TTL", "99999999999999999999", TTL],
    ["DOCR_CACHE", "memory", CACHE],
    [
      "DIGITALOCEAN_API_URL",
      "http://api.example",
      "DIGITALOCEAN_API_URL must be an https URL without user name and query (plain http is for loopback only)",
    ],
    [
      "DIGITALOCEAN_OAUTH_URL",
      "x",
      "DIGITALOCEAN_OAUTH_URL must be an https URL without user name and query (plain http is for loopback only)",
    ],
  ])("reject %s=%s", async (name, value, message) => {
    expect(await failureOf(() => read({ [name]: value }))).toEqual({ code: "bad-setting", message });
  });
});

describe("the API token in the environment", () => {
  it.each([
    [{ DIGITALOCEAN_ACCESS_TOKEN: tokenOf("a") }, "DIGITALOCEAN_ACCESS_TOKEN"],
    [{ DIGITALOCEAN_TOKEN: tokenOf("a") }, "DIGITALOCEAN_TOKEN"],
    [
      { DIGITALOCEAN_ACCESS_TOKEN: tokenOf("a"), DIGITALOCEAN_TOKEN: tokenOf("b") },
      "DIGITALOCEAN_ACCESS_TOKEN",
    ],
  ])("is in doctl's variable, else in that of pydo and Terraform: %j", (env, source) => {
    const { apiToken } = read(env);
    expect(apiToken?.secret.reveal()).toBe(tokenOf("a"));
    expect(apiToken).toMatchObject({ origin: { kind: "environment" }, source });
  });

  it("that is empty is an error, because it is usually a secret that a CI job did not get", async () => {
    const env = { DIGITALOCEAN_ACCESS_TOKEN: "", DIGITALOCEAN_TOKEN: tokenOf("b") };
    expect(await failureOf(() => read(env))).toEqual({
      code: "bad-api-token",
      message: "DIGITALOCEAN_ACCESS_TOKEN is set but empty",
    });
  });

  it("of another format is rejected by the variable's name and not printed", async () => {
    expect(await failureOf(() => read({ DIGITALOCEAN_TOKEN: "hunter2" }))).toEqual({
      code: "bad-api-token",
      message: "DIGITALOCEAN_TOKEN does not contain a DigitalOcean API token",
    });
  });
});
