import { describe, expect, it } from "vitest";
import { HelperError } from "../../../src/core/errors.ts";
import { limited } from "../../../src/core/lifetime.ts";
import type { MintedCredential } from "../../../src/core/credential.ts";
import { Secret } from "../../../src/core/secret.ts";
import { answerRequest, describeProviderFailure } from "../../../src/kubelet/provider.ts";
import { API_VERSIONS, type ApiVersion } from "../../../src/kubelet/request.ts";
import { createFixedClock, HOUR, MINUTE } from "../../support/fakes/fixed-clock.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";

interface Case {
  readonly image?: string;
  readonly apiVersion?: ApiVersion;
  readonly only?: string;
  readonly ageMs?: number;
  readonly lifetimeMs?: number;
}

/** The response, with what was asked of the node's credentials. */
async function ask({
  image = "registry.digitalocean.com/acme/app",
  apiVersion = API_VERSIONS[0],
  only,
  ageMs = 0,
  lifetimeMs = 12 * HOUR,
}: Case = {}): Promise<readonly [response: unknown, asked: readonly string[]]> {
  const clock = createFixedClock();
  const asked: string[] = [];
  const mintedAt = clock.read();
  clock.pass(ageMs);
  const get = async (registry: string): Promise<MintedCredential> => {
    asked.push(registry);
    return {
      username: new Secret("sammy"),
      secret: new Secret("hunter2"),
      mintedAt,
      lifetime: limited(lifetimeMs),
      access: "read-only",
      origin: { kind: "environment" },
      registry,
      revokeAt: "",
    };
  };
  const request = JSON.stringify({ kind: "CredentialProviderRequest", apiVersion, image });
  const text = await answerRequest(async () => Buffer.from(request), {
    node: { get, isForWholeHost: (registry) => registry === only },
    clock,
  });
  return [JSON.parse(text), asked];
}

describe("docr as the kubelet's provider", () => {
  it("answers for the image's registry, with a slash at the end of the key", async () => {
    const [response, asked] = await ask();
    expect(response).toEqual({
      kind: "CredentialProviderResponse",
      apiVersion: API_VERSIONS[0],
      cacheKeyType: "Image",
      cacheDuration: "6h0m0s",
      auth: { "registry.digitalocean.com/acme/": { username: "sammy", password: "hunter2" } },
    });
    expect(asked).toEqual(["acme"]);
  });

  it("answers for the whole host if the node pulls from this registry only", async () => {
    const [response] = await ask({ only: "acme" });
    expect(response).toMatchObject({
      cacheKeyType: "Registry",
      auth: { "registry.digitalocean.com": { username: "sammy" } },
    });
  });

  it.each(API_VERSIONS)("answers in the version of the request: %s", async (apiVersion) => {
    expect((await ask({ apiVersion }))[0]).toMatchObject({ apiVersion });
  });

  it("keeps the port and the spelling of the image's host, because the kubelet compares them", async () => {
    const [response] = await ask({ image: "registry.digitalocean.com:443/acme/app" });
    expect(response).toMatchObject({ auth: { "registry.digitalocean.com:443/acme/": {} } });
  });

  it.each([
    "quay.io/acme/app",
    "registry.digitalocean.com.evil.example/acme/app",
    "https://x/acme/app",
    "app",
  ])("has no login for %s, and asks for none", async (image) => {
    const [response, asked] = await ask({ image });
    expect(response).toMatchObject({ cacheKeyType: "Image", cacheDuration: "0s", auth: {} });
    expect(asked).toEqual([]);
  });

  it.each(["registry.digitalocean.com", "registry.digitalocean.com/app", "registry.digitalocean.com/v2/app"])(
    "fails for %s, which names no registry and repository",
    async (image) => {
      expect(await failureOf(() => ask({ image }))).toMatchObject({ code: "bad-image" });
    },
  );

  it.each([
    [0, 12 * HOUR, "6h0m0s"],
    [3 * HOUR, 12 * HOUR, "4h30m0s"],
    [11 * HOUR, 12 * HOUR, "30m0s"],
    [11 * HOUR + 30 * MINUTE, 12 * HOUR, "15m0s"],
    [11 * HOUR + 40 * MINUTE, 12 * HOUR, "5m0s"],
    [11 * HOUR + 50 * MINUTE, 12 * HOUR, "0s"],
    [13 * HOUR, 12 * HOUR, "0s"],
    [0, 20 * MINUTE, "5m0s"],
    [0, MINUTE, "0s"],
  ])(
    "lets the kubelet keep a login of age %d ms and lifetime %d ms for %s",
    async (ageMs, lifetimeMs, wanted) => {
      const [response] = await ask({ ageMs, lifetimeMs });
      expect(response).toMatchObject({ cacheDuration: wanted });
    },
  );

  it("describes a failure in one line without a line break", () => {
    const failure = new HelperError("api-unavailable", "one\ntwo", { hint: "three" });
    expect(describeProviderFailure(failure)).toBe("docr: one two; three");
  });
});
