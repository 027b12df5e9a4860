import { describe, expect, it } from "vitest";
import { HelperError, type ErrorCode } from "../../../src/core/errors.ts";
import { limited } from "../../../src/core/lifetime.ts";
import { Secret } from "../../../src/core/secret.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";
import { HOUR } from "../../support/fakes/fixed-clock.ts";
import {
  answerOf,
  createCredentialsBench,
  tokenOf,
  type CredentialsBench,
} from "../../support/fakes/credentials-bench.ts";

const HOST = "registry.digitalocean.com";
const LOCKED = new HelperError("keychain-locked", "the keychain is locked");

const revoked = (bench: CredentialsBench): readonly string[] =>
  bench.api.calls.filter((call) => call.startsWith("revoke")).toSorted();

/** What of a secret is left anywhere: the inventory's digests may stay. */
const left = (bench: CredentialsBench): readonly string[] =>
  [...bench.keychain.items.keys(), ...bench.files.items.keys()].filter((name) => !name.startsWith("digest-"));

async function logIn(bench: CredentialsBench): Promise<void> {
  await bench.helper.store(HOST, "sammy", new Secret(tokenOf("a")));
}

describe("a logout from another registry", () => {
  it("removes the login in any spelling of the address, and no other login", async () => {
    const bench = createCredentialsBench();
    await bench.helper.store("https://ghcr.io/", "sammy", new Secret("x"));
    await bench.helper.store("quay.io", "sammy", new Secret("y"));
    await bench.helper.erase("http://GHCR.io");
    expect(left(bench)).toEqual(["login:quay.io"]);
  });

  it("without a login succeeds", async () => {
    const bench = createCredentialsBench();
    await bench.helper.erase("ghcr.io");
    expect(bench.keychain.items.size).toBe(0);
  });

  it("removes nothing of DigitalOcean's registry for a look-alike", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("b") });
    await logIn(bench);
    await answerOf(bench);
    const before = left(bench);
    await bench.helper.erase(`${HOST}.`);
    expect([left(bench), revoked(bench)]).toEqual([before, []]);
  });

  it("fails if the keychain fails", async () => {
    const bench = createCredentialsBench();
    bench.keychain.failWith(LOCKED);
    expect(await failureOf(() => bench.helper.erase("ghcr.io"))).toEqual({
      code: "keychain-locked",
      message: "the keychain is locked",
    });
  });
});

describe("a logout from DigitalOcean's registry", () => {
  it("removes the API token, the login and the cached credential, and revokes the credential", async () => {
    const bench = createCredentialsBench();
    await logIn(bench);
    await bench.helper.store(HOST, "sammy", new Secret("finished"));
    await answerOf(bench);
    expect(left(bench)).toHaveLength(4);
    await bench.helper.erase(HOST);
    expect(left(bench)).toEqual([]);
    expect(revoked(bench)).toEqual(["revoke finished", "revoke minted-secret-1"]);
    expect(bench.warnings).toEqual([]);
    expect(await failureOf(() => bench.helper.get(HOST))).toMatchObject({ code: "not-found" });
  });

  it("happens at the first of docker's four erases; the other three find nothing", async () => {
    const bench = createCredentialsBench();
    await logIn(bench);
    await answerOf(bench);
    for (const spelling of [HOST, HOST, `http://${HOST}`, `https://${HOST}`])
      await bench.helper.erase(spelling);
    expect(revoked(bench)).toEqual(["revoke minted-secret-1"]);
    expect(left(bench)).toEqual([]);
  });

  it("removes the API tokens of all accounts", async () => {
    const bench = createCredentialsBench();
    await logIn(bench);
    bench.settings.context = "work";
    await logIn(bench);
    await bench.helper.erase(HOST);
    expect(left(bench)).toEqual([]);
  });

  it("revokes the credentials of every registry in every store, superseded ones included", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await answerOf(bench, `${HOST}/one`);
    bench.settings.cache = "keychain";
    await answerOf(bench, `${HOST}/two`);
    bench.settings.cache = undefined;
    bench.clock.pass(50 * 60_000);
    await answerOf(bench, `${HOST}/one`);
    await bench.helper.erase(HOST);
    expect(revoked(bench)).toEqual([
      "revoke minted-secret-1",
      "revoke minted-secret-2",
      "revoke minted-secret-3",
    ]);
    expect(left(bench)).toEqual([]);
  });

  it("does not revoke expired credentials", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await answerOf(bench);
    bench.clock.pass(HOUR);
    await bench.helper.erase(HOST);
    expect(revoked(bench)).toEqual([]);
    expect(left(bench)).toEqual([]);
  });

  it("without a login succeeds and calls no API", async () => {
    const bench = createCredentialsBench();
    await bench.helper.erase(HOST);
    expect(bench.api.calls).toEqual([]);
  });

  it.each<ErrorCode>(["api-unavailable", "api-unknown-host", "api-unexpected"])(
    "succeeds with a warning if a credential cannot be revoked (%s)",
    async (code) => {
      const bench = createCredentialsBench();
      await logIn(bench);
      await answerOf(bench);
      bench.api.fail("revoke", code);
      await bench.helper.erase(HOST);
      expect(left(bench)).toEqual([]);
      expect(bench.warnings).toEqual([
        "could not revoke one credential at DigitalOcean, valid until 2026-11-21T13:00:00.000Z",
      ]);
    },
  );

  it("warns how many credentials it could not revoke, and until when the last one is valid", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await answerOf(bench, `${HOST}/one`);
    bench.settings.lifetime = limited(7200_000);
    await answerOf(bench, `${HOST}/two`);
    bench.api.fail("revoke", "api-unavailable");
    await bench.helper.erase(HOST);
    expect(bench.warnings).toEqual([
      "could not revoke 2 credentials at DigitalOcean, valid until 2026-11-21T14:00:00.000Z",
    ]);
  });

  it("succeeds without a keychain if the API token is in the environment", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await answerOf(bench);
    bench.keychain.failWith(new HelperError("keychain-missing", "there is no keychain in this session"));
    await bench.helper.erase(HOST);
    expect(revoked(bench)).toEqual(["revoke minted-secret-1"]);
  });

  it("fails without a keychain and without an API token in the environment", async () => {
    const bench = createCredentialsBench();
    bench.keychain.failWith(new HelperError("keychain-missing", "there is no keychain in this session"));
    expect(await failureOf(() => bench.helper.erase(HOST))).toEqual({
      code: "keychain-missing",
      message: "there is no keychain in this session",
    });
  });

  it.each<ErrorCode>(["keychain-locked", "keychain-silent", "keychain-failed"])(
    "removes what it can and fails if the keychain fails (%s)",
    async (code) => {
      const bench = createCredentialsBench({ apiToken: tokenOf("a") });
      await answerOf(bench);
      bench.keychain.failWith(new HelperError(code, "the message"));
      expect(await failureOf(() => bench.helper.erase(HOST))).toEqual({ code, message: "the message" });
      expect(revoked(bench)).toEqual(["revoke minted-secret-1"]);
      expect([...bench.files.items.keys()].filter((name) => name.startsWith("minted-"))).toEqual([]);
    },
  );

  it("revokes what it removed before the keychain failed", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), hasFiles: false });
    await answerOf(bench, `${HOST}/one`);
    await answerOf(bench, `${HOST}/two`);
    let erased = 0;
    bench.keychain.failWith(LOCKED, (call) => call.startsWith("erase minted-") && ++erased > 1);
    await failureOf(() => bench.helper.erase(HOST));
    expect(revoked(bench)).toContain("revoke minted-secret-1");
  });
});

describe("an erase where docr cannot record what it mints", () => {
  it("warns that those credentials stay valid", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), canRecord: false });
    await bench.helper.erase(HOST);
    expect(bench.warnings).toEqual([
      "credentials minted on this machine could not be recorded, and stay valid until they expire",
    ]);
  });
});
