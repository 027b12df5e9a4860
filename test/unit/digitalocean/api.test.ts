import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createApi, createRevoker } from "../../../src/digitalocean/api.ts";
import type { AccountApi } from "../../../src/credentials/accounts/ports.ts";
import type { MintApi, Revoker } from "../../../src/credentials/minting/ports.ts";
import type { ApiToken } from "../../../src/core/api-token.ts";
import type { MintedCredential } from "../../../src/core/credential.ts";
import { Secret } from "../../../src/core/secret.ts";
import { inventToken } from "../../support/fakes/digitalocean-account.ts";
import { createStandIn, type StandIn, type StandInOptions } from "../../support/fakes/digitalocean-api.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";
import { createFixedClock, MINUTE } from "../../support/fakes/fixed-clock.ts";
import { recordTrace } from "../../support/fakes/recorded-trace.ts";

const clock = createFixedClock();
let standIn: StandIn;

async function start(options: StandInOptions = {}): Promise<void> {
  await standIn.close();
  standIn = await createStandIn(options);
}

beforeEach(async () => {
  standIn = await createStandIn();
});

afterEach(() => standIn.close());

const monotonicMs = (): number => performance.now();

/** The API of the stand-in; a short budget leaves no time to try again. */
function open(budgetMs = 15_000): MintApi & AccountApi & Revoker {
  const { trace } = recordTrace();
  const options = { env: {}, budgetMs, userAgent: "the-agent/1", clock, trace, monotonicMs };
  return {
    ...createApi({ ...options, apiUrl: standIn.url, oauthUrl: standIn.url }),
    ...createRevoker(options),
  };
}

const tokenFor = (text: string): ApiToken => ({
  secret: new Secret(text),
  origin: { kind: "doctl", account: "work", fingerprint: "the-mark" },
  source: "the keychain",
});

function token(scopes?: readonly string[]): ApiToken {
  return tokenFor(standIn.account.addToken(scopes));
}

const request = {
  registry: "acme",
  access: "read-write",
  lifetime: { kind: "limited", ms: 600_000 },
} as const;
const shown = ({ username, secret }: MintedCredential) => [username.reveal(), secret.reveal()];

describe("the list of registries", () => {
  it("is in the API's order", async () => {
    await start({ registries: ["b", "a"] });
    expect(await open().listRegistries(token())).toEqual(["b", "a"]);
  });

  it("may be empty", async () => {
    await start({ registries: [] });
    expect(await open().listRegistries(token())).toEqual([]);
  });

  it("is rejected for an unknown token, which is not shown", async () => {
    const failure = await failureOf(() => open().listRegistries(tokenFor(inventToken())));
    expect(failure.code).toBe("api-unauthorized");
    expect(failure.message).toMatch(
      /^DigitalOcean rejected the API token from the keychain \(HTTP 401, request [0-9a-f-]{36}\): Unable to authenticate you$/,
    );
  });

  it("needs the scope registry:read", async () => {
    const failure = await failureOf(() => open().listRegistries(token([])));
    expect(failure.code).toBe("api-forbidden");
    expect(failure.message).toContain(
      "the API token from the keychain lacks the scope registry:read (HTTP 403",
    );
  });
});

describe("a description", () => {
  it("of a token has its scopes, from the OAuth endpoint", async () => {
    expect(await open().describeToken(token(["registry:read", "account:read"]))).toEqual({
      scopes: ["registry:read", "account:read"],
      expiresInSeconds: undefined,
    });
    expect(standIn.calls).toMatchObject([{ purpose: "token-info", method: "GET", status: 200 }]);
  });

  it("of a token has its expiry, if it expires", async () => {
    const { secret } = standIn.account.mint("acme", "read-only", 600);
    const { scopes, expiresInSeconds } = await open().describeToken(tokenFor(secret));
    expect(scopes).toEqual(["registry:read"]);
    expect(expiresInSeconds).toBeGreaterThan(590);
  });

  it("of an account has its email address and team", async () => {
    expect(await open().describeAccount(token())).toEqual({
      email: "sammy@digitalocean.example",
      team: "My Team",
      status: "active",
    });
  });

  it("of an account is undefined without the scope account:read", async () => {
    expect(await open().describeAccount(token(["registry:read"]))).toBeUndefined();
  });

  it("of registries is in the API's order", async () => {
    await start({ registries: ["b", "a"] });
    const registries = await open().describeRegistries(token());
    expect(registries.map(({ name }) => name)).toEqual(["b", "a"]);
    expect(registries[0]).toEqual({
      name: "b",
      region: "fra1",
      createdAt: "2020-03-21T16:02:37Z",
      storageBytes: 29_393_920,
    });
  });

  it.each(["describeToken", "describeAccount", "describeRegistries"] as const)(
    "is refused by %s to a token that the API does not know",
    async (question) => {
      const failure = await failureOf(() => open()[question](tokenFor(inventToken())));
      expect(failure.code).toBe("api-unauthorized");
    },
  );

  it("of an account fails while the API fails", async () => {
    standIn.faults.add({ kind: "answer", status: 500, path: "/v2/account", times: 9 });
    expect(await failureOf(() => open(100).describeAccount(token()))).toMatchObject({
      code: "api-unavailable",
    });
  });
});

describe("a mint without expiry", () => {
  const forEver = { ...request, lifetime: { kind: "unlimited" } } as const;

  it("requests an expiry of 0 and is unlimited", async () => {
    const minted = await open().mint({ ...forEver, token: token() });
    expect(standIn.calls).toMatchObject([{ query: "expiry_seconds=0&read_write=true" }]);
    expect(standIn.account.minted).toMatchObject([{ expiresAt: undefined }]);
    expect(minted.lifetime).toEqual({ kind: "unlimited" });
  });

  it.each(["answer", "cut-off", "reset"] as const)(
    "that ends with %s is not retried, because it may have minted",
    async (kind) => {
      standIn.faults.add({ kind, path: "*" });
      expect((await failureOf(() => open().mint({ ...forEver, token: token() }))).code).toMatch(
        /^api-(?:unavailable|cut-off)$/,
      );
      expect(standIn.count("mint")).toBe(1);
    },
  );
});

describe("a mint", () => {
  it("requests the given registry, access and lifetime", async () => {
    await open().mint({ ...request, token: token() });
    expect(standIn.calls).toMatchObject([
      {
        path: "/v2/registries/acme/docker-credentials",
        query: "expiry_seconds=600&read_write=true",
        status: 200,
      },
    ]);
  });

  it("uses the deprecated endpoint without a registry name", async () => {
    await open().mint({ ...request, registry: undefined, access: "read-only", token: token() });
    expect(standIn.calls).toMatchObject([
      { path: "/v2/registry/docker-credentials", query: "expiry_seconds=600&read_write=false" },
    ]);
  });

  it("returns the credential, dated at the request, with the requested lifetime", async () => {
    const minted = await open().mint({ ...request, token: token() });
    const [record] = standIn.account.minted;
    expect(shown(minted)).toEqual([record?.username, record?.secret]);
    expect(minted).toMatchObject({
      mintedAt: clock.read(),
      lifetime: { kind: "limited", ms: 10 * MINUTE },
      access: "read-write",
      registry: "acme",
      origin: { kind: "doctl", account: "work", fingerprint: "the-mark" },
      revokeAt: standIn.url,
    });
    expect(record).toMatchObject({ access: "read-write", registry: "acme" });
  });

  it("reads a password that ends with a line break", async () => {
    await start({ trailingNewline: true, mintedUsername: "email" });
    const minted = await open().mint({ ...request, token: token() });
    expect(shown(minted)).toEqual(["sammy@digitalocean.example", standIn.account.minted[0]?.secret]);
  });

  it("requires the scope of its access", async () => {
    const readOnly = token(["registry:read"]);
    const failure = await failureOf(() => open().mint({ ...request, token: readOnly }));
    expect(failure.code).toBe("api-forbidden");
    expect(failure.message).toContain("lacks the scope registry:update (HTTP 403");
    const minted = await open().mint({ ...request, access: "read-only", token: readOnly });
    expect(minted.access).toBe("read-only");
  });

  it("of another account's registry is not found", async () => {
    const failure = await failureOf(() => open().mint({ ...request, registry: "other", token: token() }));
    expect(failure).toMatchObject({ code: "api-not-found" });
    expect(failure.message).toContain("this account has no such registry (HTTP 404");
  });

  it("without a name is ambiguous if there are several registries", async () => {
    await start({ registries: ["a", "b"] });
    const failure = await failureOf(() => open().mint({ ...request, registry: undefined, token: token() }));
    expect(failure.code).toBe("api-ambiguous");
  });

  it.each(["malformed", "wrong-content", "no-auths"] as const)(
    "of a %s response is malformed",
    async (kind) => {
      standIn.faults.add({ kind, path: "*" });
      const failure = await failureOf(() => open().mint({ ...request, token: token() }));
      expect(failure.code).toBe("api-malformed");
    },
  );

  it("follows no redirect", async () => {
    standIn.faults.add({ kind: "redirect", path: "*" });
    const failure = await failureOf(() => open().mint({ ...request, token: token() }));
    expect(failure.code).toBe("api-unexpected");
    expect(failure.message).toContain("unexpected response (HTTP 302");
  });

  it.each([
    ["answer", 500, "api-unavailable"],
    ["answer", 503, "api-unavailable"],
    ["answer", 429, "api-rate-limited"],
    ["cut-off", 200, "api-cut-off"],
    ["reset", 200, "api-cut-off"],
    ["hang", 200, "api-timeout"],
  ] as const)(
    "that always ends with %s (%i) fails with %s when its time is up",
    async (kind, status, code) => {
      standIn.faults.add({ kind, status, path: "*", times: 99 });
      const failure = await failureOf(() => open(2_000).mint({ ...request, token: token() }));
      expect(failure.code).toBe(code);
      expect(standIn.account.minted).toEqual([]);
    },
  );

  it.each(["answer", "cut-off", "reset"] as const)("that ends with %s once is retried", async (kind) => {
    standIn.faults.add({ kind, path: "*" });
    await open().mint({ ...request, token: token() });
    expect(standIn.count("mint")).toBe(2);
  });
});

const revoke = (secret: string, revokeAt = standIn.url) =>
  open(800).revoke({ secret: new Secret(secret), revokeAt });

describe("a revocation", () => {
  it("revokes the credential with the credential itself", async () => {
    const { secret } = standIn.account.mint("acme", "read-only", 600);
    await revoke(secret);
    expect(standIn.account.findMinted(secret)?.revoked).toBe(true);
    expect(standIn.calls).toMatchObject([
      { method: "POST", path: "/v1/oauth/revoke", query: "", status: 200 },
    ]);
  });

  it("of a dead credential succeeds", async () => {
    const { secret } = standIn.account.mint("acme", "read-only", 600);
    await revoke(secret);
    await revoke(secret);
    expect(standIn.calls.map(({ status }) => status)).toEqual([200, 401]);
  });

  it("goes only to the service that minted the credential", async () => {
    const other = await createStandIn();
    try {
      const { secret } = other.account.mint("acme", "read-only", 600);
      await revoke(secret, other.url);
      expect([other.count("revoke"), standIn.count()]).toEqual([1, 0]);
    } finally {
      await other.close();
    }
  });

  it.each([404, 302, 500])("that gets status %i fails", async (status) => {
    standIn.faults.add({ kind: "answer", status, path: "*", times: 99 });
    expect(await failureOf(() => revoke("hunter2"))).toEqual({
      code: "api-unexpected",
      message: `DigitalOcean did not revoke the credential (HTTP ${status})`,
    });
  });
});
