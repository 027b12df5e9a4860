import { describe, expect, it } from "vitest";
import { HelperError, type ErrorCode } from "../../../src/core/errors.ts";
import { limited } from "../../../src/core/lifetime.ts";
import { Secret } from "../../../src/core/secret.ts";
import {
  answerOf,
  createCredentialsBench,
  type CredentialsBench,
  tokenOf,
} from "../../support/fakes/credentials-bench.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";
import { HOUR, NOON } from "../../support/fakes/fixed-clock.ts";

const HOST = "registry.digitalocean.com";
const SECRET = tokenOf("9");

/** docr after a client stored a credential that docr did not mint, as doctl does. */
async function createLoggedIn(expiresInSeconds?: number): Promise<CredentialsBench> {
  const bench = createCredentialsBench();
  bench.api.fail(`list ${SECRET}`, "api-unauthorized");
  if (expiresInSeconds === undefined) bench.api.fail(`token ${SECRET}`, "api-unauthorized");
  bench.api.token = { scopes: [], expiresInSeconds };
  await bench.helper.store(HOST, "doctl-user", new Secret(SECRET));
  bench.api.calls.length = 0;
  return bench;
}

const checks = ({ api }: CredentialsBench): number =>
  api.calls.filter((call) => call.startsWith("check")).length;

const ENDED = { code: "not-found", message: "credentials not found in native keychain" };

describe("a login for DigitalOcean's registry that docr did not mint", () => {
  it("is answered for a day without a request", async () => {
    const bench = await createLoggedIn();
    bench.clock.pass(23 * HOUR);
    expect(await answerOf(bench)).toEqual(["doctl-user", SECRET]);
    expect(bench.api.calls).toEqual([]);
  });

  it("is checked with the registry after a day, and at most once an hour", async () => {
    const bench = await createLoggedIn();
    bench.clock.pass(25 * HOUR);
    await answerOf(bench);
    await answerOf(bench);
    expect(checks(bench)).toBe(1);
    bench.clock.pass(HOUR);
    expect(await answerOf(bench)).toEqual(["doctl-user", SECRET]);
    expect(checks(bench)).toBe(2);
  });

  it("is not answered once the registry has rejected it, and is not checked again", async () => {
    const bench = await createLoggedIn();
    bench.clock.pass(25 * HOUR);
    bench.api.fail("check", "registry-unauthorized");
    expect(await failureOf(() => bench.helper.get(HOST))).toEqual(ENDED);
    bench.clock.pass(5 * HOUR);
    await expect(bench.helper.get(HOST)).rejects.toMatchObject({
      hint: "the login for registry.digitalocean.com has expired or was revoked; run: docr login",
    });
    expect(checks(bench)).toBe(1);
    expect(await bench.domain.finishedLogin()).toMatchObject({ state: "ended" });
  });

  it.each<ErrorCode>(["registry-denied", "registry-timeout", "registry-unexpected", "registry-unknown-host"])(
    "is answered if the registry does not say (%s), and asked again after an hour",
    async (code) => {
      const bench = await createLoggedIn();
      bench.clock.pass(25 * HOUR);
      bench.api.fail("check", code);
      expect(await answerOf(bench)).toEqual(["doctl-user", SECRET]);
      await answerOf(bench);
      expect(checks(bench)).toBe(1);
    },
  );

  it("is answered until it expires, which DigitalOcean said when it was stored", async () => {
    const bench = await createLoggedIn(3600);
    bench.clock.pass(HOUR - 1000);
    expect(await answerOf(bench)).toEqual(["doctl-user", SECRET]);
    bench.clock.pass(1000);
    expect(await failureOf(() => bench.helper.get(HOST))).toEqual(ENDED);
    expect(bench.api.calls).toEqual([]);
  });

  it("is answered until it expires, which docr knows of a credential that it issued", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), secretOf: () => SECRET });
    await bench.domain.issue({
      registry: "acme",
      context: undefined,
      access: "read-only",
      lifetime: limited(2 * HOUR),
      approve: () => undefined,
    });
    bench.settings.apiToken = undefined;
    bench.api.fail("list", "api-unauthorized");
    await bench.helper.store(HOST, "doctl-user", new Secret(SECRET));
    expect(await answerOf(bench)).toEqual(["doctl-user", SECRET]);
    bench.clock.pass(2 * HOUR);
    expect(await failureOf(() => bench.helper.get(HOST))).toEqual(ENDED);
  });

  it("keeps the time at which it was stored if docker stores it again", async () => {
    const bench = await createLoggedIn();
    bench.clock.pass(25 * HOUR);
    await bench.helper.store(HOST, "doctl-user", new Secret(SECRET));
    expect(await bench.domain.finishedLogin()).toMatchObject({ storedAt: NOON });
    expect(bench.api.calls).toEqual([]);
  });

  it("is checked if its age is unknown: an earlier version stored it, or the clock was set back", async () => {
    const bench = createCredentialsBench();
    const record = { serverUrl: HOST, username: "doctl-user", secret: SECRET };
    bench.keychain.items.set(`login:${HOST}`, JSON.stringify(record));
    await answerOf(bench);
    expect(checks(bench)).toBe(1);
  });

  it("is listed while it is answered", async () => {
    const bench = await createLoggedIn();
    expect(Object.fromEntries(await bench.helper.list())).toEqual({ [HOST]: "docr" });
    bench.clock.pass(25 * HOUR);
    bench.api.fail("check", "registry-unauthorized");
    expect(Object.fromEntries(await bench.helper.list())).toEqual({});
  });

  it("is described without a request and without a secret", async () => {
    const bench = await createLoggedIn(7200);
    const state = await bench.domain.finishedLogin();
    expect(state).toEqual({
      storedAt: NOON,
      expiresAt: NOON + 2 * HOUR,
      checkedAt: undefined,
      state: "usable",
    });
    expect(bench.api.calls).toEqual([]);
    expect(await createCredentialsBench().domain.finishedLogin()).toBeUndefined();
  });
});

describe("a logout", () => {
  it("revokes the login, as doctl registry logout does", async () => {
    const bench = await createLoggedIn();
    await bench.helper.erase(HOST);
    expect(bench.api.calls).toEqual([`list ${SECRET}`, `revoke ${SECRET}`]);
    expect(await failureOf(() => bench.helper.get(HOST))).toEqual(ENDED);
    expect([...bench.keychain.items.keys(), ...bench.files.items.keys()]).toEqual([]);
  });

  it("never revokes an API token that was stored as a login", async () => {
    const bench = await createLoggedIn();
    bench.api.heal();
    expect(await bench.domain.accounts.logOutEverywhere()).toMatchObject({ revoked: 0, notRevoked: 0 });
    expect(bench.api.calls).toEqual([`list ${SECRET}`]);
  });

  it("does not revoke what may be an API token while DigitalOcean does not say", async () => {
    const bench = await createLoggedIn();
    bench.api.heal();
    bench.api.fail("list", "api-unavailable");
    expect(await bench.domain.accounts.logOutEverywhere()).toMatchObject({ revoked: 0, notRevoked: 1 });
    expect(bench.warnings).toEqual([
      "could not revoke one credential at DigitalOcean, valid until it expires",
    ]);
    expect(bench.keychain.items.size).toBe(0);
  });

  it("from one account removes the login only if the account has no API token", async () => {
    const bench = await createLoggedIn();
    await bench.credentials.apiTokens.write("work", new Secret(tokenOf("a")));
    await bench.domain.accounts.logOut("work");
    expect(bench.keychain.items.has(`login:${HOST}`)).toBe(true);
    await bench.domain.accounts.logOut("work");
    expect(bench.keychain.items.has(`login:${HOST}`)).toBe(false);
  });

  it("fails while the keychain is locked, and revokes nothing", async () => {
    const bench = await createLoggedIn();
    bench.keychain.failWith(new HelperError("keychain-locked", "it is locked"));
    expect(await failureOf(() => bench.helper.erase(HOST))).toMatchObject({ code: "keychain-locked" });
    expect(bench.api.calls).toEqual([]);
  });

  it("removes a damaged login", async () => {
    const bench = createCredentialsBench();
    bench.keychain.items.set(`login:${HOST}`, "{");
    await bench.helper.erase(HOST);
    expect(bench.keychain.items.size).toBe(0);
  });
});
