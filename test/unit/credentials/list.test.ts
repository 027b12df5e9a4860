import { describe, expect, it, vi } from "vitest";
import { HelperError, type ErrorCode } from "../../../src/core/errors.ts";
import { asEntries } from "../../../src/core/secret-store.ts";
import { Secret } from "../../../src/core/secret.ts";
import {
  answerOf,
  createCredentialsBench,
  tokenOf,
  type CredentialsBench,
} from "../../support/fakes/credentials-bench.ts";

const HOST = "registry.digitalocean.com";
const list = async (bench: CredentialsBench) => Object.fromEntries(await bench.helper.list());

describe("the list", () => {
  it("is empty without a login", async () => {
    expect(await list(createCredentialsBench())).toEqual({});
  });

  it("names each login in the client's spelling", async () => {
    const bench = createCredentialsBench();
    await bench.helper.store("https://index.docker.io/v1/", "sammy", new Secret("x"));
    await bench.helper.store("GHCR.io", "rosa", new Secret("y"));
    expect(await list(bench)).toEqual({ "https://index.docker.io/v1/": "sammy", "GHCR.io": "rosa" });
  });

  it.each([
    ["an API token in the environment", async () => createCredentialsBench({ apiToken: tokenOf("a") })],
    ["doctl's API token", async () => createCredentialsBench({ doctl: { default: tokenOf("a") } })],
    [
      "an API token in the keychain",
      async () => {
        const bench = createCredentialsBench();
        await bench.helper.store(HOST, "sammy", new Secret(tokenOf("a")));
        return bench;
      },
    ],
    [
      "a finished credential",
      async () => {
        const bench = createCredentialsBench();
        await bench.helper.store(HOST, "hunter2", new Secret("hunter2"));
        return bench;
      },
    ],
  ])("names DigitalOcean's registry with a label if there is %s", async (_title, create) => {
    const bench = await create();
    expect(await list(bench)).toEqual({ [HOST]: "docr" });
    expect(await answerOf(bench)).toHaveLength(2);
  });

  it("searches the store once, and reads no login of DigitalOcean's registry that the search did not find", async () => {
    const bench = createCredentialsBench();
    await bench.helper.store("ghcr.io", "sammy", new Secret("x"));
    bench.keychain.calls.length = 0;
    expect(await list(bench)).toEqual({ "ghcr.io": "sammy" });
    expect(bench.keychain.calls.toSorted()).toEqual(["entries login:", "read api-token:default"]);
  });

  it("names DigitalOcean's registry also if a locked part of the store hides its login from the search", async () => {
    const bench = createCredentialsBench();
    await bench.helper.store(HOST, "hunter2", new Secret("hunter2"));
    bench.keychain.lockPart(new HelperError("keychain-locked", "a part of the keychain is locked"));
    const entries = bench.keychain.entries.bind(bench.keychain);
    bench.keychain.entries = async (...prefixes) =>
      asEntries(new Map(), (await entries(...prefixes)).incomplete);
    expect(await list(bench)).toEqual({ [HOST]: "docr" });
  });

  it("never shows a secret, though a minted user name can be one", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await answerOf(bench);
    expect(JSON.stringify(await list(bench))).not.toMatch(/minted-secret|dop_v1/);
  });

  it("names exactly the registries for which get returns a login", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await bench.helper.store("https://a.example/v1/", "sammy", new Secret("x"));
    await bench.helper.store("b.example:5000", "<token>", new Secret("y"));
    for (const serverUrl of (await bench.helper.list()).keys()) {
      expect(await answerOf(bench, serverUrl)).toHaveLength(2);
    }
  });

  it("uses the cache without an API call", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await answerOf(bench);
    bench.api.calls.length = 0;
    expect(await list(bench)).toEqual({ [HOST]: "docr" });
    expect(bench.api.calls).toEqual([]);
  });

  it("mints the credential that the next get returns", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    expect(await list(bench)).toEqual({ [HOST]: "docr" });
    expect(await answerOf(bench)).toEqual(["minted-secret-1", "minted-secret-1"]);
  });

  it("immediately revokes a credential that docr cannot cache, because no client has it", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), settings: { cache: "none" } });
    expect(await list(bench)).toEqual({ [HOST]: "docr" });
    expect(bench.api.calls.at(-1)).toBe("revoke minted-secret-1");
  });

  it.each<[title: string, breakIt: (bench: CredentialsBench) => void]>([
    ["DigitalOcean rejects the API token", (bench) => bench.api.fail("", "api-unauthorized")],
    ["DigitalOcean cannot be reached", (bench) => bench.api.fail("", "api-unknown-host")],
    ["the account has several registries", (bench) => void (bench.api.registries = ["acme", "beta"])],
    ["the account has no registry", (bench) => void (bench.api.registries = [])],
  ])("leaves DigitalOcean's registry out if %s, as its get would fail", async (_title, breakIt) => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await bench.helper.store("ghcr.io", "sammy", new Secret("x"));
    breakIt(bench);
    expect(await list(bench)).toEqual({ "ghcr.io": "sammy" });
    await expect(bench.helper.get(HOST)).rejects.toHaveProperty("code");
  });

  it("leaves DigitalOcean's registry out if its mint takes longer than 5 s", async () => {
    vi.useFakeTimers();
    try {
      const bench = createCredentialsBench({ apiToken: tokenOf("a") });
      await bench.helper.store("ghcr.io", "sammy", new Secret("x"));
      bench.locks.meanwhile = () => new Promise<never>(() => {});
      const listed = list(bench);
      await vi.advanceTimersByTimeAsync(5_000);
      expect(await listed).toEqual({ "ghcr.io": "sammy" });
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([
    new HelperError("bad-setting", "DOCR_TTL must be…"),
    new HelperError("bad-api-token", "DIGITALOCEAN_ACCESS_TOKEN is set but empty"),
  ])(
    "names the other logins although a setting of DigitalOcean's registry is wrong: $message",
    async (badSettings) => {
      const bench = createCredentialsBench({ badSettings });
      await bench.helper.store("ghcr.io", "sammy", new Secret("x"));
      expect(await list(bench)).toEqual({ "ghcr.io": "sammy" });
    },
  );

  it.each<ErrorCode>(["keychain-missing", "keychain-locked", "keychain-silent", "keychain-failed"])(
    "is what can be read without the keychain (%s)",
    async (code) => {
      const bench = createCredentialsBench({ apiToken: tokenOf("a") });
      bench.keychain.failWith(new HelperError(code, "the message"));
      expect(await list(bench)).toEqual({ [HOST]: "docr" });
      const empty = createCredentialsBench();
      empty.keychain.failWith(new HelperError(code, "the message"));
      expect(await list(empty)).toEqual({});
    },
  );

  it("leaves a damaged login out", async () => {
    const bench = createCredentialsBench();
    await bench.helper.store("ghcr.io", "sammy", new Secret("x"));
    bench.keychain.items.set("login:quay.io", "{");
    expect(await list(bench)).toEqual({ "ghcr.io": "sammy" });
  });
});
