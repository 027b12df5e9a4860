import { describe, expect, it } from "vitest";
import { limited, msOf, UNLIMITED } from "../../../src/core/lifetime.ts";
import { HelperError } from "../../../src/core/errors.ts";
import type { IssueOrder } from "../../../src/credentials/issue.ts";
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

const order = (more: Partial<IssueOrder> = {}): IssueOrder => ({
  registry: undefined,
  context: undefined,
  access: "read-only",
  lifetime: limited(600_000),
  approve: () => undefined,
  ...more,
});

const mints = (bench: CredentialsBench): readonly string[] =>
  bench.api.calls.filter((call) => call.startsWith("mint"));
const live = async (bench: CredentialsBench) =>
  (await bench.domain.inventory.living()).credentials.map(({ use, lifetime }) => [use, msOf(lifetime)]);

const refuse = (name: string | undefined): void => {
  throw new HelperError("bad-arguments", `not for ${name}`);
};

describe("an issued credential", () => {
  it("has the ordered access and lifetime, is for the account's only registry, and is recorded without its secret", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    const given = await bench.domain.issue(order());
    expect(given).toMatchObject({ registry: "acme", access: "read-only", lifetime: limited(600_000) });
    expect(mints(bench)).toEqual(["mint acme read-only 600"]);
    expect(await live(bench)).toEqual([["issued", 600_000]]);
    const everything = JSON.stringify([...bench.keychain.items, ...bench.files.items]);
    expect(everything).not.toContain("minted-secret");
  });

  it("is always new, and a get never returns it", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await answerOf(bench);
    await bench.domain.issue(order());
    await bench.domain.issue(order());
    expect(mints(bench)).toHaveLength(3);
    expect(await answerOf(bench)).toEqual(["minted-secret-1", "minted-secret-1"]);
  });

  it("is for the given registry, or else for the one in the settings", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), settings: { registry: "set" } });
    await bench.domain.issue(order());
    await bench.domain.issue(order({ registry: "named" }));
    expect(mints(bench)).toEqual(["mint set read-only 600", "mint named read-only 600"]);
  });

  it("is minted with the token of the given account, or else of the registry's account", async () => {
    const bench = createCredentialsBench({ settings: { contexts: { acme: "work" } } });
    await bench.credentials.apiTokens.write("work", new Secret(tokenOf("a")));
    await bench.credentials.apiTokens.write("home", new Secret(tokenOf("b")));
    bench.api.registries = ["one"];
    await bench.domain.issue(order({ registry: "acme" }));
    await bench.domain.issue(order({ context: "home" }));
    expect(bench.api.calls).toEqual([
      "mint acme read-only 600",
      `list ${tokenOf("b")}`,
      "mint one read-only 600",
    ]);
  });

  it("is minted with the given account's token although the environment has another", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("e") });
    await bench.credentials.apiTokens.write("work", new Secret(tokenOf("a")));
    await bench.domain.issue(order({ context: "work" }));
    expect(bench.api.calls[0]).toBe(`list ${tokenOf("a")}`);
  });

  it("never has less access than ordered", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    bench.api.fail("mint acme read-write", "api-forbidden");
    const work = () => bench.domain.issue(order({ access: "read-write" }));
    expect((await failureOf(work)).code).toBe("api-forbidden");
    expect(mints(bench)).toEqual(["mint acme read-write 600"]);
  });

  it("may never expire, and stays in the inventory then", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await bench.domain.issue(order({ lifetime: UNLIMITED }));
    bench.clock.pass(100_000 * HOUR);
    expect(await live(bench)).toEqual([["issued", Infinity]]);
  });

  it("leaves the inventory when it expires", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await bench.domain.issue(order());
    bench.clock.pass(HOUR);
    expect(await live(bench)).toEqual([]);
    await bench.domain.issue(order());
    expect([...bench.keychain.items.keys()].filter((name) => name.startsWith("given-"))).toHaveLength(1);
  });

  it("is not minted without approval", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    expect(await failureOf(() => bench.domain.issue(order({ approve: refuse })))).toMatchObject({
      message: "not for acme",
    });
    expect(mints(bench)).toEqual([]);
  });

  it("requires an API token", async () => {
    await expect(createCredentialsBench().domain.issue(order({ context: "work" }))).rejects.toMatchObject({
      code: "no-api-token",
      message: "there is no API token for the context work",
      hint: "run docr login --context work",
    });
  });

  it("is recorded in private files while the keychain is locked", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    bench.keychain.failWith(new HelperError("keychain-locked", "the keychain is locked"));
    await bench.domain.issue(order());
    expect([...bench.files.items.keys()]).toEqual([expect.stringMatching(/^given-[0-9a-f]{64}$/)]);
  });
});

describe("an issued credential later", () => {
  it("is revoked by no prune and no logout, because docr does not store its secret", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await bench.domain.issue(order());
    expect(await bench.credentials.revocation.revokeSuperseded("all")).toBe(0);
    await bench.helper.erase(HOST);
    expect(await live(bench)).toEqual([["issued", 600_000]]);
    expect(bench.api.calls.filter((call) => call.startsWith("revoke"))).toEqual([]);
  });

  it("is an ordinary login if the user logs in with it", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), secretOf: () => tokenOf("9") });
    await bench.domain.issue(order());
    bench.api.fail(`list ${tokenOf("9")}`, "api-unauthorized");
    await bench.helper.store(HOST, "sammy", new Secret(tokenOf("9")));
    expect(bench.keychain.items.has(`login:${HOST}`)).toBe(true);
  });
});
