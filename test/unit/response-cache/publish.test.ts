import { describe, expect, it } from "vitest";
import type { MintedCredential } from "../../../src/core/credential.ts";
import { limited } from "../../../src/core/lifetime.ts";
import { Secret } from "../../../src/core/secret.ts";
import { cacheKeyOf, isStoredFor } from "../../../src/credentials/minting/cache-key.ts";
import type { RegistrySettings } from "../../../src/credentials/minting/settings.ts";
import { encodeLoginFields } from "../../../src/protocol/responses.ts";
import { createResponses } from "../../../src/response-cache/publish.ts";
import { DEFAULT_SETTINGS, sha256 } from "../../support/fakes/credentials-bench.ts";
import { createFixedClock, MINUTE } from "../../support/fakes/fixed-clock.ts";
import { createMemoryStore } from "../../support/fakes/memory-store.ts";

const keyOf = (registry: string | undefined, changes: Partial<RegistrySettings> = {}) =>
  cacheKeyOf({ ...DEFAULT_SETTINGS, ...changes }, { registry }, sha256);
const SHARED = keyOf(undefined).name;
const OF_ACME = keyOf("acme").name;

interface Facts {
  /** The name of the credential in the cache. */
  readonly name: string;
  readonly registry: string | undefined;
  readonly settings: Partial<RegistrySettings>;
  readonly origin: MintedCredential["origin"];
  readonly ageMs: number;
  /** What the cache holds by now. */
  readonly cachedSecret: string;
}

/** Publishes the response of a credential that was just saved. Returns the registries that have a response; "" is the host alone. */
async function publishedFor(facts: Partial<Facts>): Promise<readonly string[]> {
  const { name = SHARED, registry = "acme", settings = {}, ageMs = 0, cachedSecret = "secret" } = facts;
  const clock = createFixedClock();
  const credential: MintedCredential = {
    username: new Secret("user"),
    secret: new Secret("secret"),
    mintedAt: clock.read(),
    lifetime: limited(3_600_000),
    access: "read-write",
    origin: facts.origin ?? { kind: "keychain", account: "" },
    registry: "registry" in facts ? facts.registry : registry,
    revokeAt: "https://cloud.example",
  };
  clock.pass(ageMs);
  const files = createMemoryStore();
  const responses = createResponses({
    files: () => files,
    readCached: async (cached) =>
      cached === name ? { ...credential, secret: new Secret(cachedSecret) } : undefined,
    fileName: (named = "") => `warm-${named}`,
    isStoredFor: (named, stored) => isStoredFor(keyOf(named, settings), stored),
    encodeLogin: encodeLoginFields,
    // `publishSaved` takes no lock.
    locks: { acquire: async () => undefined },
    commitLock: "keeping",
    clock,
  });
  await responses.publishSaved({ name, credential });
  for (const text of files.items.values())
    expect(text).toMatch(/^docr-warm-2 [\d ]+\n\{"Username":"user","Secret":"secret"\}\n$/);
  return [...files.items.keys()].map((file) => file.slice("warm-".length));
}

describe("the response of a saved credential", () => {
  it("is for the host alone and for the path, if the registry is the account's only one", async () => {
    expect(await publishedFor({})).toEqual(["", "acme"]);
  });

  it("is only for the path, if only a request with a path has named the registry", async () => {
    expect(await publishedFor({ name: OF_ACME })).toEqual(["acme"]);
  });

  it("is for both, if DOCR_REGISTRY names the registry", async () => {
    expect(await publishedFor({ name: OF_ACME, settings: { registry: "acme" } })).toEqual(["", "acme"]);
  });

  it("is only for the path, if DOCR_REGISTRY names another registry", async () => {
    expect(await publishedFor({ settings: { registry: "beta" } })).toEqual(["acme"]);
  });

  it("is only for the host alone, if the configuration gives the registry to another account", async () => {
    expect(await publishedFor({ settings: { contexts: { acme: "work" } } })).toEqual([""]);
  });

  it("is only for the host alone, if docr does not know the registry's name", async () => {
    expect(await publishedFor({ registry: undefined })).toEqual([""]);
  });

  it.each<[string, Partial<Facts>]>([
    ["doctl's token minted it", { origin: { kind: "doctl", account: "", fingerprint: "x" } }],
    ["it is due for refresh", { ageMs: 31 * MINUTE }],
    ["another process has replaced it", { cachedSecret: "newer" }],
    ["it belongs to other settings", { name: keyOf(undefined, { access: "read-only" }).name }],
  ])("is not published if %s", async (_reason, facts) => {
    expect(await publishedFor(facts)).toEqual([]);
  });
});
