import { describe, expect, it } from "vitest";
import { HelperError } from "../../../../src/core/errors.ts";
import { HOUR, MINUTE, NOON } from "../../../support/fakes/fixed-clock.ts";
import {
  answerOf,
  createCredentialsBench,
  tokenOf,
  type CredentialsBench,
} from "../../../support/fakes/credentials-bench.ts";

const HOST = "registry.digitalocean.com";
const uses = async (bench: CredentialsBench) =>
  (await bench.domain.inventory.living()).credentials.map(({ use }) => use);

describe("the inventory", () => {
  it("is empty before the first mint, also without a keychain", async () => {
    const bench = createCredentialsBench();
    bench.keychain.failWith(new HelperError("keychain-missing", "there is no keychain in this session"));
    expect(await bench.domain.inventory.living()).toEqual({ credentials: [], failures: [] });
  });

  it("has each credential's time, lifetime, registry, access and origin, and no secret", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await answerOf(bench);
    const { credentials } = await bench.domain.inventory.living();
    expect(credentials).toEqual([
      {
        mintedAt: { now: NOON, uptime: 5 * HOUR },
        lifetime: { kind: "limited", ms: HOUR },
        access: "read-write",
        origin: "environment",
        registry: "acme",
        use: "current",
      },
    ]);
  });

  it("distinguishes a superseded credential from the current one, newest first", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await answerOf(bench);
    bench.clock.pass(35 * MINUTE);
    await bench.refresh(HOST);
    expect(await uses(bench)).toEqual(["current", "superseded"]);
  });

  it("has a credential that is not cached", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), settings: { cache: "none" } });
    await answerOf(bench);
    expect(await uses(bench)).toEqual(["not-cached"]);
  });

  it("has a credential once that is recorded in one store and cached in another", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), settings: { cache: "keychain" } });
    await answerOf(bench);
    expect(bench.files.items.size).toBeGreaterThan(0);
    expect(await uses(bench)).toEqual(["current"]);
  });

  it("leaves out expired and revoked credentials", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await answerOf(bench);
    bench.clock.pass(2 * HOUR);
    expect(await uses(bench)).toEqual([]);
    await answerOf(bench);
    await bench.helper.erase(HOST);
    expect(await uses(bench)).toEqual([]);
  });

  it("names the store of which a part is locked, and has the rest", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await answerOf(bench);
    bench.keychain.lockPart(new HelperError("keychain-locked", "a part of the keychain is locked"));
    const { credentials, failures } = await bench.domain.inventory.living();
    expect(credentials).toHaveLength(1);
    expect(failures.map(({ message }) => message)).toEqual(["a part of the keychain is locked"]);
  });

  it("names the store that failed, and has the rest", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await answerOf(bench);
    bench.keychain.failWith(new HelperError("keychain-locked", "the keychain is locked"));
    const { credentials, failures } = await bench.domain.inventory.living();
    expect(credentials).toHaveLength(1);
    expect(failures.map(({ code }) => code)).toEqual(["keychain-locked"]);
  });
});
