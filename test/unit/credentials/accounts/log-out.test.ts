import { describe, expect, it, vi } from "vitest";
import { HelperError } from "../../../../src/core/errors.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import {
  answerOf,
  createCredentialsBench,
  tokenOf,
  type CredentialsBench,
} from "../../../support/fakes/credentials-bench.ts";

const HOST = "registry.digitalocean.com";

async function enter(bench: CredentialsBench, context: string | undefined, digit: string): Promise<void> {
  const token = {
    secret: new Secret(tokenOf(digit)),
    origin: { kind: "keychain", account: "" },
    source: "the test",
  } as const;
  await bench.domain.accounts.logIn(token, context);
}

const revoked = (bench: CredentialsBench): readonly string[] =>
  bench.api.calls.filter((call) => call.startsWith("revoke")).toSorted();

/** Two accounts, with a credential each: of work for the registry acme, of the default one for the bare host. */
async function createTwo(): Promise<CredentialsBench> {
  const bench = createCredentialsBench({ settings: { contexts: { acme: "work" } } });
  await enter(bench, "work", "a");
  await enter(bench, undefined, "b");
  await answerOf(bench, `${HOST}/acme`);
  await answerOf(bench);
  return bench;
}

describe("a logout from one account", () => {
  it("removes its API token, revokes what that minted, and changes no other account", async () => {
    const bench = await createTwo();
    expect(await bench.domain.accounts.logOut("work")).toEqual({
      contexts: ["work"],
      revoked: 1,
      notRevoked: 0,
      inBackground: 0,
      isMintedKnown: true,
    });
    expect([...bench.keychain.items.keys()]).toEqual(["api-token:default"]);
    expect(revoked(bench)).toEqual(["revoke minted-secret-1"]);
    expect(await answerOf(bench)).toEqual(["minted-secret-2", "minted-secret-2"]);
  });

  it("accepts both names of the default account", async () => {
    const bench = await createTwo();
    expect(await bench.domain.accounts.logOut("default")).toEqual({
      contexts: ["default"],
      revoked: 1,
      notRevoked: 0,
      inBackground: 0,
      isMintedKnown: true,
    });
    expect(revoked(bench)).toEqual(["revoke minted-secret-2"]);
  });

  it("without a login succeeds", async () => {
    const bench = createCredentialsBench();
    expect(await bench.domain.accounts.logOut("work")).toEqual({
      contexts: [],
      revoked: 0,
      notRevoked: 0,
      inBackground: 0,
      isMintedKnown: true,
    });
  });

  it("does not revoke what the environment's token minted", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("c") });
    await answerOf(bench);
    expect(await bench.domain.accounts.logOut(undefined)).toMatchObject({ revoked: 0 });
    expect(revoked(bench)).toEqual([]);
  });

  it("revokes what doctl's token of that account minted", async () => {
    const bench = createCredentialsBench({ doctl: { default: tokenOf("d") } });
    await answerOf(bench);
    expect(await bench.domain.accounts.logOut(undefined)).toEqual({
      contexts: [],
      revoked: 1,
      notRevoked: 0,
      inBackground: 0,
      isMintedKnown: true,
    });
  });

  it("removes what it cannot revoke, and counts it", async () => {
    const bench = await createTwo();
    bench.api.fail("revoke", "api-unavailable");
    expect(await bench.domain.accounts.logOut("work")).toEqual({
      contexts: ["work"],
      revoked: 0,
      notRevoked: 1,
      inBackground: 0,
      isMintedKnown: true,
    });
    expect(bench.warnings.at(-1)).toContain("could not revoke one credential");
  });

  it("fails if the keychain fails, after everything else", async () => {
    const bench = await createTwo();
    bench.keychain.failWith(new HelperError("keychain-locked", "the keychain is locked"));
    expect(await failureOf(() => bench.domain.accounts.logOut("work"))).toMatchObject({
      code: "keychain-locked",
    });
    expect(revoked(bench)).toEqual(["revoke minted-secret-1"]);
  });
});

describe("the logout of the environment's API token", () => {
  const work = { kind: "environment" } as const;
  const tokenFrom = (digit: string) => ({
    secret: new Secret(tokenOf(digit)),
    origin: work,
    source: "DIGITALOCEAN_ACCESS_TOKEN",
  });

  it("revokes what that token minted, in every place, and nothing else", async () => {
    const bench = await createTwo();
    bench.settings.apiToken = tokenFrom("c");
    await answerOf(bench);
    bench.clock.pass(50 * 60_000);
    await answerOf(bench);
    bench.settings.apiToken = tokenFrom("d");
    const others = await answerOf(bench);
    expect(await bench.domain.accounts.logOutToken(tokenFrom("c"))).toMatchObject({
      contexts: [],
      revoked: 2,
    });
    expect(revoked(bench)).toEqual(["revoke minted-secret-3", "revoke minted-secret-4"]);
    expect(await answerOf(bench)).toEqual(others);
    expect([...bench.keychain.items.keys()].toSorted()).toEqual(["api-token:default", "api-token:work"]);
  });

  it("revokes what an earlier version minted without noting the token", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("c") });
    await answerOf(bench);
    for (const [name, text] of bench.files.items) {
      bench.files.items.set(name, text.replace(/,"tokenDigest":"[0-9a-f]{64}"/, ""));
    }
    expect(await bench.domain.accounts.logOutToken(tokenFrom("c"))).toMatchObject({ revoked: 1 });
  });

  it("is docker's logout while the token is in the environment", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("c") });
    await bench.credentials.apiTokens.write(undefined, new Secret(tokenOf("a")));
    await answerOf(bench);
    await bench.helper.erase(HOST);
    expect(revoked(bench)).toEqual(["revoke minted-secret-1"]);
    expect(bench.keychain.items.has("api-token:default")).toBe(true);
  });
});

/** Runs the work while DigitalOcean does not respond to a revocation. */
const slowly = async (bench: CredentialsBench, work: () => Promise<unknown>): Promise<unknown> => {
  vi.useFakeTimers();
  try {
    bench.api.revoke = () => new Promise<never>(() => {});
    const result = work();
    await vi.advanceTimersByTimeAsync(1_000);
    return await result;
  } finally {
    vi.useRealTimers();
  }
};

describe("a revocation that takes longer than a second", () => {
  it("continues in a background process, which receives the secret and leaves nothing on this machine", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("c") });
    await answerOf(bench);
    expect(await slowly(bench, () => bench.domain.accounts.logOutEverywhere())).toEqual({
      contexts: [],
      revoked: 0,
      notRevoked: 0,
      inBackground: 1,
      isMintedKnown: true,
    });
    expect(bench.background).toEqual(["revoke minted-secret-1"]);
    expect(JSON.stringify([...bench.files.items])).not.toContain("minted-secret-1");
    expect(bench.warnings).toEqual([
      "still revoking one credential in the background, valid until 2026-11-21T13:00:00.000Z",
    ]);
  });

  it("is waited for once, though docker erases four spellings", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("c") });
    await answerOf(bench);
    await slowly(bench, () => bench.helper.erase(HOST));
    for (const spelling of [HOST, `http://${HOST}`, `https://${HOST}`]) await bench.helper.erase(spelling);
    expect(bench.background).toHaveLength(1);
  });
});

describe("a logout from all accounts", () => {
  it("returns the accounts that it removed and the number of revoked credentials", async () => {
    const bench = await createTwo();
    expect(await bench.domain.accounts.logOutEverywhere()).toEqual({
      contexts: ["default", "work"],
      revoked: 2,
      notRevoked: 0,
      inBackground: 0,
      isMintedKnown: true,
    });
    expect(bench.keychain.items.size).toBe(0);
  });

  it("revokes what the environment's token minted, also with invalid settings", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("c") });
    await answerOf(bench);
    expect(await bench.domain.accounts.logOutEverywhere()).toEqual({
      contexts: [],
      revoked: 1,
      notRevoked: 0,
      inBackground: 0,
      isMintedKnown: true,
    });
    const broken = createCredentialsBench({
      badSettings: new HelperError("bad-setting", "DOCR_TTL must be…"),
    });
    expect(await broken.domain.accounts.logOutEverywhere()).toEqual({
      contexts: [],
      revoked: 0,
      notRevoked: 0,
      inBackground: 0,
      isMintedKnown: true,
    });
  });
});
