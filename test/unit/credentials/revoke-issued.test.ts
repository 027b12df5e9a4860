import { describe, expect, it } from "vitest";
import { HelperError } from "../../../src/core/errors.ts";
import { limited } from "../../../src/core/lifetime.ts";
import { Secret } from "../../../src/core/secret.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";
import {
  answerOf,
  createCredentialsBench,
  tokenOf,
  type CredentialsBench,
} from "../../support/fakes/credentials-bench.ts";

const ORDER = {
  context: undefined,
  access: "read-only",
  lifetime: limited(600_000),
  approve: () => undefined,
} as const;

const refuseBeta = (name: string | undefined): void => {
  if (name === "beta") throw new HelperError("bad-arguments", "not for beta");
};

const revoke = (bench: CredentialsBench, ...secrets: readonly string[]) =>
  bench.domain.revokeIssued(secrets.map((secret) => new Secret(secret)));

const revocations = (bench: CredentialsBench): readonly string[] =>
  bench.api.calls.filter((call) => call.startsWith("revoke"));

const living = async (bench: CredentialsBench) =>
  (await bench.domain.inventory.living()).credentials.map(({ use }) => use);

describe("revoking what was issued", () => {
  it("revokes it, and takes it off the list of active credentials", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await bench.domain.issue({ ...ORDER, registry: "acme" });
    expect(await living(bench)).toEqual(["issued"]);
    expect(await revoke(bench, "minted-secret-1")).toEqual([{ outcome: "revoked" }]);
    expect(revocations(bench)).toEqual(["revoke minted-secret-1"]);
    expect(await living(bench)).toEqual([]);
  });

  it("also revokes a credential that another machine issued", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    bench.api.fail(`list ${tokenOf("9")}`, "api-unauthorized");
    expect(await revoke(bench, tokenOf("9"))).toEqual([{ outcome: "revoked" }]);
    expect(revocations(bench)).toEqual([`revoke ${tokenOf("9")}`]);
  });

  it("never revokes an API token", async () => {
    const bench = createCredentialsBench();
    expect(await revoke(bench, tokenOf("a"))).toEqual([{ outcome: "api-token" }]);
    expect(revocations(bench)).toEqual([]);
  });

  it("sends an unknown secret without a token's format to no service", async () => {
    const bench = createCredentialsBench();
    expect(await revoke(bench, "hunter2")).toEqual([{ outcome: "foreign" }]);
    expect(bench.api.calls).toEqual([]);
  });

  it("reports each secret in order, and one that fails prevents no other", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await bench.domain.issueAll({ ...ORDER, registries: ["acme", "beta"] });
    bench.api.fail("revoke minted-secret-1", "api-unavailable");
    expect(await revoke(bench, "minted-secret-1", "minted-secret-2")).toEqual([
      { outcome: "failed", failure: expect.objectContaining({ code: "api-unavailable" }) },
      { outcome: "revoked" },
    ]);
    expect(await living(bench)).toEqual(["issued"]);
  });

  it("revokes nothing while it cannot tell an API token from a credential", async () => {
    const bench = createCredentialsBench();
    bench.api.fail("list", "api-timeout");
    expect(await revoke(bench, tokenOf("9"))).toMatchObject([{ outcome: "failed" }]);
    expect(revocations(bench)).toEqual([]);
  });

  it("removes a credential that docr itself uses from the cache", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    const [, secret] = await answerOf(bench);
    await revoke(bench, secret);
    expect(await answerOf(bench)).toEqual(["minted-secret-2", "minted-secret-2"]);
  });

  it("works while the keychain is locked", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await bench.domain.issue({ ...ORDER, registry: "acme" });
    bench.keychain.failWith(new HelperError("keychain-locked", "the keychain is locked"));
    bench.api.fail("list", "api-unauthorized");
    expect(await revoke(bench, "minted-secret-1")).toEqual([{ outcome: "foreign" }]);
    expect(await revoke(bench, tokenOf("9"))).toEqual([{ outcome: "revoked" }]);
  });

  it("removes the stored login if that is the same credential", async () => {
    const bench = createCredentialsBench();
    bench.api.fail(`list ${tokenOf("9")}`, "api-unauthorized");
    const host = "registry.digitalocean.com";
    await bench.helper.store(host, "sammy", new Secret(tokenOf("9")));
    await revoke(bench, tokenOf("8"));
    expect(await answerOf(bench)).toEqual(["sammy", tokenOf("9")]);
    expect(await revoke(bench, tokenOf("9"))).toEqual([{ outcome: "revoked" }]);
    await expect(bench.helper.get(host)).rejects.toThrow("credentials not found");
  });
});

describe("issuing for several registries", () => {
  it("mints one credential for each, in order", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    const issued = await bench.domain.issueAll({ ...ORDER, registries: ["beta", "acme"] });
    expect(issued.map(({ registry }) => registry)).toEqual(["beta", "acme"]);
    expect(bench.api.calls).toEqual(["mint beta read-only 600", "mint acme read-only 600"]);
  });

  it("approves every name before the first mint", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    const work = () => bench.domain.issueAll({ ...ORDER, approve: refuseBeta, registries: ["acme", "beta"] });
    expect(await failureOf(work)).toMatchObject({ message: "not for beta" });
    expect(bench.api.calls).toEqual([]);
  });

  it("revokes what it has minted if a later mint fails", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    bench.api.fail("mint beta", "api-not-found");
    const work = () => bench.domain.issueAll({ ...ORDER, registries: ["acme", "beta"] });
    expect(await failureOf(work)).toMatchObject({ code: "api-not-found" });
    expect(revocations(bench)).toEqual(["revoke minted-secret-1"]);
    expect(await living(bench)).toEqual([]);
  });
});
