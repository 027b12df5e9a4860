import { describe, expect, it } from "vitest";
import { HelperError, type ErrorCode } from "../../../../src/core/errors.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { HOUR, NOON } from "../../../support/fakes/fixed-clock.ts";
import {
  answerOf,
  createCredentialsBench,
  tokenOf,
  type CredentialsBench,
} from "../../../support/fakes/credentials-bench.ts";
import { API_MESSAGE } from "../../../support/fakes/recorded-api.ts";

const HOST = "registry.digitalocean.com";

const store = (bench: CredentialsBench, secret: string, username = "sammy", serverUrl = HOST) =>
  bench.helper.store(serverUrl, username, new Secret(secret));

const storedNames = (bench: CredentialsBench): readonly string[] =>
  [...bench.keychain.items.keys()].toSorted();

/** Minted secrets that look like API tokens, as DigitalOcean's do. */
const secretOf = (count: number): string => tokenOf(String(count));

describe("a login for another registry", () => {
  it("is stored unchanged; a second one with another user name replaces it", async () => {
    const bench = createCredentialsBench();
    await store(bench, "one", "sammy", "https://ghcr.io");
    await store(bench, "two", "rosa", "ghcr.io");
    expect(await answerOf(bench, "https://ghcr.io")).toEqual(["rosa", "two"]);
    expect(storedNames(bench)).toEqual(["login:ghcr.io"]);
  });

  it("is stored with the time", async () => {
    const bench = createCredentialsBench();
    bench.clock.pass(HOUR);
    await store(bench, "one", "sammy", "ghcr.io");
    expect((await bench.credentials.logins.read("ghcr.io"))?.storedAt).toBe(NOON + HOUR);
  });

  it("is stored by path for Docker Hub", async () => {
    const bench = createCredentialsBench();
    const hub = "https://index.docker.io/v1/";
    for (const path of ["", "access-token", "refresh-token"])
      await store(bench, `x${path}`, "sammy", hub + path);
    expect(await answerOf(bench, `${hub}access-token`)).toEqual(["sammy", "xaccess-token"]);
    expect(await answerOf(bench, hub)).toEqual(["sammy", "x"]);
    expect(storedNames(bench)).toHaveLength(3);
  });

  it("is stored without an API call although it looks like an API token", async () => {
    const bench = createCredentialsBench();
    await store(bench, tokenOf("a"), "sammy", "ghcr.io");
    await store(bench, tokenOf("a"), "sammy", `${HOST}.evil.example`);
    expect(bench.api.calls).toEqual([]);
    expect(storedNames(bench)).toEqual(["login:ghcr.io", `login:${HOST}.evil.example`]);
  });

  it("is stored with invalid settings for DigitalOcean's registry", async () => {
    const bench = createCredentialsBench({
      badSettings: new HelperError("bad-setting", "DOCR_TTL must be…"),
    });
    await store(bench, "x", "sammy", "ghcr.io");
    expect(storedNames(bench)).toEqual(["login:ghcr.io"]);
  });

  it("fails if the store fails", async () => {
    const bench = createCredentialsBench();
    bench.keychain.failWith(new HelperError("keychain-locked", "the keychain is locked"));
    expect(await failureOf(() => store(bench, "x", "sammy", "ghcr.io"))).toEqual({
      code: "keychain-locked",
      message: "the keychain is locked",
    });
  });
});

describe("an API token for DigitalOcean's registry", () => {
  it("is checked with the API and stored as the API token, not as a login", async () => {
    const bench = createCredentialsBench();
    await store(bench, tokenOf("a"));
    expect(bench.api.calls).toEqual([`list ${tokenOf("a")}`]);
    expect([...bench.keychain.items]).toEqual([["api-token:default", tokenOf("a")]]);
  });

  it.each([`https://${HOST}`, `${HOST}:443`, `${HOST}/`, HOST.toUpperCase()])(
    "is stored for the spelling %s",
    async (serverUrl) => {
      const bench = createCredentialsBench();
      await store(bench, tokenOf("a"), "sammy", serverUrl);
      expect(storedNames(bench)).toEqual(["api-token:default"]);
    },
  );

  it("may have any user name, also the one of an identity token", async () => {
    const bench = createCredentialsBench();
    await store(bench, tokenOf("a"), "<token>");
    expect(storedNames(bench)).toEqual(["api-token:default"]);
  });

  it.each<ErrorCode>(["api-forbidden", "api-not-found"])(
    "is accepted although it may not list registries (%s)",
    async (code) => {
      const bench = createCredentialsBench();
      bench.api.fail("list", code);
      await store(bench, tokenOf("a"));
      expect(storedNames(bench)).toEqual(["api-token:default"]);
    },
  );

  it("that the API rejects is an ordinary login", async () => {
    const bench = createCredentialsBench();
    bench.api.fail("list", "api-unauthorized");
    await store(bench, tokenOf("a"));
    expect(storedNames(bench)).toEqual([`login:${HOST}`]);
    expect(await answerOf(bench)).toEqual(["sammy", tokenOf("a")]);
  });

  it.each<ErrorCode>(["api-unavailable", "api-timeout", "api-rate-limited", "api-tls", "api-malformed"])(
    "is not stored while the API does not respond (%s)",
    async (code) => {
      const bench = createCredentialsBench();
      bench.api.fail("list", code);
      expect(await failureOf(() => store(bench, tokenOf("a")))).toEqual({ code, message: API_MESSAGE });
      expect(storedNames(bench)).toEqual([]);
    },
  );

  it("replaces an ordinary login", async () => {
    const bench = createCredentialsBench();
    await store(bench, "finished");
    await store(bench, tokenOf("a"));
    expect(storedNames(bench)).toEqual(["api-token:default"]);
  });

  it("is stored for the account in the settings", async () => {
    const bench = createCredentialsBench({ settings: { context: "work", contexts: { acme: "home" } } });
    await store(bench, tokenOf("a"));
    await store(bench, tokenOf("b"), "sammy", `${HOST}/acme`);
    expect(storedNames(bench)).toEqual(["api-token:home", "api-token:work"]);
  });

  it("that differs from the previous one makes docr remove and revoke what the old one minted", async () => {
    const bench = createCredentialsBench();
    await store(bench, tokenOf("a"));
    await answerOf(bench);
    await store(bench, tokenOf("b"));
    expect(bench.api.calls.at(-1)).toBe("revoke minted-secret-1");
    expect(await answerOf(bench)).toEqual(["minted-secret-2", "minted-secret-2"]);
  });

  it("that differs from the previous one does not revoke what the environment's token minted", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await answerOf(bench);
    await store(bench, tokenOf("b"));
    expect(bench.api.calls.filter((call) => call.startsWith("revoke"))).toEqual([]);
    expect(await answerOf(bench)).toEqual(["minted-secret-1", "minted-secret-1"]);
  });

  it("that equals the previous one keeps the cached credential, and mints no second one", async () => {
    const bench = createCredentialsBench();
    await store(bench, tokenOf("a"));
    const before = await answerOf(bench);
    await store(bench, tokenOf("a"));
    expect(await answerOf(bench)).toEqual(before);
    expect((await bench.domain.inventory.living()).credentials).toHaveLength(1);
  });

  it("of one account does not revoke what another account's token minted", async () => {
    const bench = createCredentialsBench({ settings: { contexts: { acme: "work" } } });
    await store(bench, tokenOf("a"), "me", `${HOST}/acme`);
    const before = await answerOf(bench, `${HOST}/acme`);
    await store(bench, tokenOf("b"));
    expect(await answerOf(bench, `${HOST}/acme`)).toEqual(before);
    expect(bench.api.calls.filter((call) => call.startsWith("revoke"))).toEqual([]);
  });
});

describe("a store of the credential that a get returned, as docker sends it", () => {
  it.each([true, false])("stores nothing and calls no API, with private files: %s", async (hasFiles) => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), secretOf, hasFiles });
    const [username, secret] = await answerOf(bench);
    const before = [...bench.keychain.items];
    bench.api.calls.length = 0;
    await store(bench, secret, username);
    expect(bench.api.calls).toEqual([]);
    expect([...bench.keychain.items]).toEqual(before);
  });

  it("is recognized although docr does not cache the credential", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), secretOf, settings: { cache: "none" } });
    const [username, secret] = await answerOf(bench);
    await store(bench, secret, username);
    expect(storedNames(bench)).toEqual([]);
  });

  it("is recognized for every valid credential, not only for the last one", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), secretOf, settings: { cache: "none" } });
    const [first] = [await answerOf(bench), await answerOf(bench)];
    bench.api.calls.length = 0;
    await store(bench, first[1], first[0]);
    expect([storedNames(bench), bench.api.calls]).toEqual([[], []]);
  });

  it("is recognized while the keychain is locked", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), secretOf });
    const [username, secret] = await answerOf(bench);
    bench.keychain.failWith(new HelperError("keychain-locked", "the keychain is locked"));
    await store(bench, secret, username);
    expect(bench.api.calls.filter((call) => call.startsWith("list"))).toHaveLength(1);
  });

  it("is not recognized for an expired credential: docr asks the API what it is", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), secretOf });
    const [username, secret] = await answerOf(bench);
    bench.clock.pass(HOUR);
    bench.api.fail(`list ${secret}`, "api-unauthorized");
    await store(bench, secret, username);
    expect(storedNames(bench)).toEqual([`login:${HOST}`]);
  });

  it("is recognized without a stored secret", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), secretOf, settings: { cache: "none" } });
    const [, secret] = await answerOf(bench);
    expect(JSON.stringify([...bench.files.items])).not.toContain(secret);
  });

  it("removes the records of expired credentials", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), settings: { cache: "none" } });
    for (let count = 0; count < 5; count += 1) {
      await answerOf(bench);
      bench.clock.pass(2 * HOUR);
    }
    expect([...bench.files.items.keys()].filter((name) => !name.startsWith("registry-"))).toHaveLength(1);
  });
});

describe("a credential for DigitalOcean's registry that is no API token", () => {
  it("is stored unchanged, without an API call", async () => {
    const bench = createCredentialsBench();
    await store(bench, "finished", "doctl-user");
    expect(bench.api.calls).toEqual([]);
    expect(await answerOf(bench)).toEqual(["doctl-user", "finished"]);
  });

  it("is rejected as an identity token", async () => {
    const bench = createCredentialsBench();
    expect(await failureOf(() => store(bench, "refresh", "<token>"))).toEqual({
      code: "input-identity-token",
      message: `${HOST} does not accept identity tokens`,
    });
    expect(storedNames(bench)).toEqual([]);
  });
});
