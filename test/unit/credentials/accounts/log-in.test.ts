import { describe, expect, it } from "vitest";
import type { ErrorCode } from "../../../../src/core/errors.ts";
import { canPush } from "../../../../src/credentials/accounts/log-in.ts";
import { Secret } from "../../../../src/core/secret.ts";
import type { RegistrySettings } from "../../../../src/credentials/minting/settings.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import {
  answerOf,
  createCredentialsBench,
  tokenOf,
  type CredentialsBench,
} from "../../../support/fakes/credentials-bench.ts";
import { API_MESSAGE } from "../../../support/fakes/recorded-api.ts";

const enter = (bench: CredentialsBench, secret = tokenOf("a"), context?: string) =>
  bench.domain.accounts.logIn(
    { secret: new Secret(secret), origin: { kind: "keychain", account: "" }, source: "standard input" },
    context,
  );

const storedNames = (bench: CredentialsBench): readonly string[] =>
  [...bench.keychain.items.keys()].toSorted();

describe("a login with an API token", () => {
  it("returns the token's account, scopes and registries, and stores the token", async () => {
    const bench = createCredentialsBench();
    expect(await enter(bench)).toEqual({
      token: { scopes: ["registry:read", "registry:update", "account:read"], expiresInSeconds: undefined },
      account: { email: "sammy@do.example", team: "My Team", status: "active" },
      registries: [
        { name: "acme", region: "fra1", createdAt: "2020-03-21T16:02:37Z", storageBytes: 29_393_920 },
      ],
    });
    expect([...bench.keychain.items]).toEqual([["api-token:default", tokenOf("a")]]);
  });

  it("is for the given account", async () => {
    const bench = createCredentialsBench();
    await enter(bench, tokenOf("a"), "work");
    await enter(bench, tokenOf("b"), "home");
    expect(storedNames(bench)).toEqual(["api-token:home", "api-token:work"]);
  });

  it("with another token revokes what the account's old one minted, as docker login does", async () => {
    const bench = createCredentialsBench();
    await enter(bench);
    await answerOf(bench);
    await enter(bench, tokenOf("b"));
    expect(bench.api.calls.at(-1)).toBe("revoke minted-secret-1");
    expect(await answerOf(bench)).toEqual(["minted-secret-2", "minted-secret-2"]);
  });

  it.each(["account", "token"])("succeeds if the API does not describe the %s", async (question) => {
    const bench = createCredentialsBench();
    bench.api.fail(question, "api-unavailable");
    expect(await enter(bench)).toMatchObject({ [question]: undefined });
    expect(storedNames(bench)).toEqual(["api-token:default"]);
  });

  it("asks for read-write again with a token that could only read, because it may have a new scope", async () => {
    const bench = createCredentialsBench();
    await enter(bench);
    bench.api.fail("mint acme read-write", "api-forbidden");
    await answerOf(bench);
    bench.api.heal();
    await enter(bench);
    bench.api.calls.length = 0;
    await answerOf(bench);
    expect(bench.api.calls).toContain("mint acme read-write 3600");
  });

  it("returns no registries if the API does not list them", async () => {
    const bench = createCredentialsBench();
    bench.api.fail("list", "api-not-found");
    expect((await enter(bench)).registries).toBeUndefined();
    expect(storedNames(bench)).toEqual(["api-token:default"]);
  });
});

/** A user whose token could only pull when docr minted a credential with it. */
async function createReadOnly(settings: Partial<RegistrySettings> = {}): Promise<CredentialsBench> {
  const bench = createCredentialsBench({ settings });
  bench.api.fail("mint acme read-write", "api-forbidden");
  await enter(bench);
  await answerOf(bench);
  bench.api.heal();
  return bench;
}

describe("a second login with the same API token", () => {
  it("keeps a credential that cannot push if the token cannot either", async () => {
    const bench = await createReadOnly();
    bench.api.token = { scopes: ["registry:read"], expiresInSeconds: undefined };
    await enter(bench);
    expect(await answerOf(bench)).toEqual(["minted-secret-1", "minted-secret-1"]);
  });

  it("replaces a credential that cannot push once the token can", async () => {
    const bench = await createReadOnly();
    await enter(bench);
    await answerOf(bench);
    expect(bench.api.calls.at(-1)).toBe("mint acme read-write 3600");
  });

  it("keeps it if the user wants no more access", async () => {
    const bench = await createReadOnly({ access: "read-only" });
    await enter(bench);
    expect(await answerOf(bench)).toEqual(["minted-secret-1", "minted-secret-1"]);
  });
});

describe("what a login does not store", () => {
  it("is a token that no endpoint has accepted", async () => {
    const bench = createCredentialsBench();
    bench.api.fail("list", "api-not-found");
    bench.api.fail("token", "api-not-found");
    bench.api.fail("account", "api-not-found");
    expect(await failureOf(() => enter(bench))).toMatchObject({ code: "api-unexpected" });
    expect(storedNames(bench)).toEqual([]);
  });

  it.each<ErrorCode>([
    "api-unauthorized",
    "api-forbidden",
    "api-rate-limited",
    "api-unavailable",
    "api-timeout",
  ])("is a token that may not list registries, or may not be able to (%s)", async (code) => {
    const bench = createCredentialsBench();
    bench.api.fail("list", code);
    expect(await failureOf(() => enter(bench))).toEqual({ code, message: API_MESSAGE });
    expect(storedNames(bench)).toEqual([]);
  });

  it.each<ErrorCode>(["api-unauthorized", "api-forbidden"])(
    "fails with the page for a new token (%s)",
    async (code) => {
      const bench = createCredentialsBench();
      bench.api.fail("list", code);
      await expect(enter(bench)).rejects.toMatchObject({
        hint: expect.stringContaining("https://cloud.digitalocean.com/account/api/tokens"),
      });
    },
  );

  it.each(["", "hunter2", "dop_v1_abc", `${tokenOf("a")} `])(
    "is a text without an API token's format, which goes to no endpoint",
    async (text) => {
      const bench = createCredentialsBench();
      expect(await failureOf(() => enter(bench, text))).toEqual({
        code: "bad-api-token",
        message: "standard input does not contain a DigitalOcean API token",
      });
      expect([storedNames(bench), bench.api.calls]).toEqual([[], []]);
    },
  );

  it("is a credential that docr minted itself", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), secretOf: () => tokenOf("9") });
    await answerOf(bench);
    bench.api.calls.length = 0;
    expect(await failureOf(() => enter(bench, tokenOf("9")))).toEqual({
      code: "bad-api-token",
      message: "this is a credential that docr minted, not an API token",
    });
    expect([storedNames(bench), bench.api.calls]).toEqual([[], []]);
  });
});

describe("whether a token can push", () => {
  it.each([
    [["registry:read", "registry:update"], true],
    [["registry:create"], true],
    [["read", "write"], true],
    [["registry:read", "account:read"], false],
    [["read"], false],
    [["droplet:update"], false],
    [[], false],
  ])("follows from its scopes: %j, %s", (scopes, can) => {
    expect(canPush({ scopes, expiresInSeconds: undefined })).toBe(can);
  });
});
