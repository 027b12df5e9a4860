import { describe, expect, it } from "vitest";
import { MINUTE } from "../../../support/fakes/fixed-clock.ts";
import {
  answerOf,
  createCredentialsBench,
  tokenOf,
  type CredentialsBench,
} from "../../../support/fakes/credentials-bench.ts";

const HOST = "registry.digitalocean.com";
const calls = (bench: CredentialsBench, start: string) =>
  bench.api.calls.filter((call) => call.startsWith(start));

async function openAged(minutes: number): Promise<CredentialsBench> {
  const bench = createCredentialsBench({ apiToken: tokenOf("a") });
  await answerOf(bench);
  bench.clock.pass(minutes * MINUTE);
  return bench;
}

describe("a refresh", () => {
  it("replaces a refresh-due credential; the next get returns the new one", async () => {
    const bench = await openAged(35);
    await bench.refresh(HOST);
    expect(await answerOf(bench)).toEqual(["minted-secret-2", "minted-secret-2"]);
    expect(calls(bench, "mint")).toHaveLength(2);
  });

  it("does not revoke the superseded credential, which a client may be using", async () => {
    const bench = await openAged(35);
    await bench.refresh(HOST);
    expect(calls(bench, "revoke")).toEqual([]);
  });

  it("does nothing for a fresh credential, which another process has refreshed", async () => {
    const bench = await openAged(5);
    await bench.refresh(HOST);
    expect(calls(bench, "mint")).toHaveLength(1);
  });

  it("does nothing for another registry, and with nothing cached", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await bench.refresh("ghcr.io");
    await bench.refresh(HOST);
    expect(bench.api.calls).toEqual([]);
  });
});

describe("a superseded credential", () => {
  it("is revoked 15 minutes later, when no client can be using it", async () => {
    const bench = await openAged(35);
    await bench.refresh(HOST);
    bench.clock.pass(15 * MINUTE - 1);
    expect(await bench.credentials.revocation.revokeSuperseded("safe")).toBe(0);
    bench.clock.pass(1);
    expect(await bench.credentials.revocation.revokeSuperseded("safe")).toBe(1);
    expect(calls(bench, "revoke")).toEqual(["revoke minted-secret-1"]);
    expect(await bench.credentials.revocation.revokeSuperseded("safe")).toBe(0);
  });

  it("is revoked immediately by a prune", async () => {
    const bench = await openAged(35);
    await bench.refresh(HOST);
    expect(await bench.credentials.revocation.revokeSuperseded("all")).toBe(1);
    expect(calls(bench, "revoke")).toEqual(["revoke minted-secret-1"]);
  });

  it("is all that a refresh and a prune revoke", async () => {
    const bench = await openAged(35);
    expect([
      await bench.credentials.revocation.revokeSuperseded("all"),
      await bench.credentials.revocation.revokeSuperseded("safe"),
    ]).toEqual([0, 0]);
    expect(await answerOf(bench)).toEqual(["minted-secret-1", "minted-secret-1"]);
  });

  it("that is safe to revoke makes the next mint start the revocation", async () => {
    const bench = await openAged(50);
    await answerOf(bench);
    expect(bench.background).toEqual([]);
    bench.clock.pass(50 * MINUTE);
    await answerOf(bench);
    expect(bench.background).toEqual(["revoke-superseded"]);
  });
});
