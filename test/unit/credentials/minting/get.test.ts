import { describe, expect, it } from "vitest";
import { HelperError, type ErrorCode } from "../../../../src/core/errors.ts";
import { limited } from "../../../../src/core/lifetime.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { HOUR, MINUTE } from "../../../support/fakes/fixed-clock.ts";
import {
  answerOf,
  createCredentialsBench,
  sha256,
  tokenOf,
  type CredentialsBench,
} from "../../../support/fakes/credentials-bench.ts";
import { API_MESSAGE } from "../../../support/fakes/recorded-api.ts";

const HOST = "registry.digitalocean.com";
const NOT_FOUND = { code: "not-found", message: "credentials not found in native keychain" };

const get = (bench: CredentialsBench, serverUrl = HOST) => failureOf(() => bench.helper.get(serverUrl));
const minted = (count: number) => [`minted-secret-${count}`, `minted-secret-${count}`];
/** While this process mints, it is stopped, and another one takes its lock and does this. */
const whileStopped = ({ api, locks }: CredentialsBench, work: () => Promise<unknown>): void => {
  const listRegistries = api.listRegistries.bind(api);
  api.listRegistries = async (token) => {
    api.listRegistries = listRegistries;
    await work();
    locks.isTaken = true;
    return listRegistries(token);
  };
};
const mints = (bench: CredentialsBench) => bench.api.calls.filter((call) => call.startsWith("mint"));

describe("a get of another registry", () => {
  it("returns its login for any spelling of the address", async () => {
    const bench = createCredentialsBench();
    await bench.helper.store("https://GHCR.io/", "sammy", new Secret("hunter2"));
    for (const spelling of ["ghcr.io", "http://ghcr.io", "https://ghcr.io//", "GHCR.IO"]) {
      expect(await answerOf(bench, spelling)).toEqual(["sammy", "hunter2"]);
    }
  });

  it('is "not found" without a login', async () => {
    expect(await get(createCredentialsBench({ apiToken: tokenOf("a") }), "ghcr.io")).toEqual(NOT_FOUND);
  });

  it.each([`${HOST}.evil.example`, `user@${HOST}`, `${HOST}.`, `${HOST}:5000`, "ｒegistry.digitalocean.com"])(
    "finds no login for a look-alike of DigitalOcean's registry: %s",
    async (serverUrl) => {
      const bench = createCredentialsBench({ apiToken: tokenOf("a") });
      await answerOf(bench);
      expect(await get(bench, serverUrl)).toEqual(NOT_FOUND);
    },
  );

  it("works with invalid settings for DigitalOcean's registry", async () => {
    const badSettings = new HelperError("bad-setting", "DOCR_TTL must be…");
    const bench = createCredentialsBench({ badSettings });
    await bench.helper.store("ghcr.io", "sammy", new Secret("hunter2"));
    expect(await answerOf(bench, "ghcr.io")).toEqual(["sammy", "hunter2"]);
    expect(bench.api.calls).toEqual([]);
  });

  it("returns an identity token, an empty secret and odd characters unchanged", async () => {
    const bench = createCredentialsBench();
    await bench.helper.store("a.example", "<token>", new Secret("a\0b\n🐋"));
    await bench.helper.store("b.example", "sammy", new Secret(""));
    expect(await answerOf(bench, "a.example")).toEqual(["<token>", "a\0b\n🐋"]);
    expect(await answerOf(bench, "b.example")).toEqual(["sammy", ""]);
  });

  it('is never "not found" because the keychain fails', async () => {
    const bench = createCredentialsBench();
    bench.keychain.failWith(new HelperError("keychain-locked", "the keychain is locked"));
    expect(await get(bench, "ghcr.io")).toEqual({
      code: "keychain-locked",
      message: "the keychain is locked",
    });
  });

  it.each([
    ["ghcr.io", "ghcr.io"],
    ["localhost:5000/path", "localhost:5000"],
    ["me:hunter2@ghcr.io", "an unusual address"],
  ])("reports a damaged login without showing it: %s", async (key, shown) => {
    const bench = createCredentialsBench();
    bench.keychain.items.set(`login:${key}`, '{"hunter2":1}');
    expect(await get(bench, key)).toEqual({
      code: "keychain-damaged",
      message: `the stored login for ${shown} is damaged`,
    });
  });
});

describe("a get of DigitalOcean's registry, with an API token in the environment", () => {
  it("lists the registries and mints a credential with an expiry", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    expect(await answerOf(bench)).toEqual(minted(1));
    expect(bench.api.calls).toEqual([`list ${tokenOf("a")}`, "mint acme read-write 3600"]);
    expect(bench.warnings).toEqual([]);
  });

  it("returns the cached credential without the API and the keychain", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await answerOf(bench);
    bench.api.calls.length = 0;
    bench.keychain.calls.length = 0;
    expect(await answerOf(bench)).toEqual(minted(1));
    expect([bench.api.calls, bench.keychain.calls]).toEqual([[], []]);
  });

  it.each([`https://${HOST}`, `http://${HOST}/`, `${HOST}:443`, `https://${HOST}/v2/`, HOST.toUpperCase()])(
    "is the same for the spelling %s",
    async (spelling) => {
      const bench = createCredentialsBench({ apiToken: tokenOf("a") });
      await answerOf(bench);
      expect(await answerOf(bench, spelling)).toEqual(minted(1));
      expect(mints(bench)).toHaveLength(1);
    },
  );

  it("mints with the lifetime and the access of the settings", async () => {
    const settings = { lifetime: limited(600_000), access: "read-only" } as const;
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), settings });
    await answerOf(bench);
    expect(mints(bench)).toEqual(["mint acme read-only 600"]);
  });

  it("takes the registry's name from DOCR_REGISTRY without a list", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), settings: { registry: "named" } });
    await answerOf(bench);
    expect(bench.api.calls).toEqual(["mint named read-write 3600"]);
  });

  it("prefers the registry's name in the address to DOCR_REGISTRY", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), settings: { registry: "named" } });
    await answerOf(bench, `${HOST}/path/app`);
    expect(bench.api.calls).toEqual(["mint path read-write 3600"]);
  });

  it.each([`${HOST}/Acme`, `${HOST}/a_b`, `${HOST}/..`, `${HOST}/${"a".repeat(64)}`])(
    "is an error for a path without a valid registry name: %s",
    async (serverUrl) => {
      const bench = createCredentialsBench({ apiToken: tokenOf("a") });
      expect(await get(bench, serverUrl)).toEqual({
        code: "bad-registry-name",
        message: "the address has no valid registry name; a name is 1 to 63 characters of a-z, 0-9 and -",
      });
      expect(bench.api.calls).toEqual([]);
    },
  );

  it("fails with the error of invalid settings", async () => {
    const badSettings = new HelperError("bad-setting", "DOCR_TTL must be…");
    expect(await get(createCredentialsBench({ badSettings }))).toEqual({
      code: "bad-setting",
      message: "DOCR_TTL must be…",
    });
  });

  it("works without a keychain", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), hasFiles: false });
    bench.keychain.failWith(new HelperError("keychain-missing", "there is no keychain in this session"));
    expect(await answerOf(bench)).toEqual(minted(1));
  });

  it("works if the cache can be neither read nor written", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    bench.files.failWith(new Error("the disk is full"));
    expect(await answerOf(bench)).toEqual(minted(1));
    expect(await answerOf(bench)).toEqual(minted(2));
  });

  it.each(["", "no json", "[]", "null", "{}", '{"username":1}', '{"username":"u","secret":"s"}'])(
    "mints if the cache contains %j",
    async (text) => {
      const bench = createCredentialsBench({ apiToken: tokenOf("a") });
      await answerOf(bench);
      const name = [...bench.files.items.keys()].find((one) => one.startsWith("minted-"));
      bench.files.items.set(name ?? "", text);
      expect(await answerOf(bench)).toEqual(minted(2));
    },
  );
});

describe("the cache", () => {
  it("separates credentials by API, API token, registry and access", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    const changes: readonly (() => void)[] = [
      () => undefined,
      () => (bench.settings.apiUrl = "https://other.example"),
      () => (bench.settings.apiToken = createCredentialsBench({ apiToken: tokenOf("b") }).settings.apiToken),
      () => (bench.settings.registry = "other"),
      () => (bench.settings.access = "read-only"),
    ];
    for (const [index, change] of changes.entries()) {
      change();
      expect(await answerOf(bench)).toEqual(minted(index + 1));
      expect(await answerOf(bench)).toEqual(minted(index + 1));
    }
  });

  it("has the API token in its names only as a digest", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await answerOf(bench);
    const names = [...bench.files.items.keys()].join("\n");
    expect(names).toMatch(/^minted-[0-9a-f]{64}$/m);
    expect(names).not.toContain("aaaaaaaa");
    expect(names).not.toContain(sha256(tokenOf("a")));
    expect([...bench.files.items.values()].join("\n")).not.toContain(tokenOf("a"));
  });

  it("is in the session's private files, or in the keychain without them", async () => {
    const inFiles = createCredentialsBench({ apiToken: tokenOf("a") });
    await answerOf(inFiles);
    expect([inFiles.files.items.size, inFiles.keychain.items.size]).toEqual([3, 0]);
    const inKeychain = createCredentialsBench({ apiToken: tokenOf("a"), hasFiles: false });
    await answerOf(inKeychain);
    expect(inKeychain.keychain.items.size).toBe(3);
  });

  it("is in the keychain with DOCR_CACHE=keychain", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), settings: { cache: "keychain" } });
    await answerOf(bench);
    expect(await answerOf(bench)).toEqual(minted(1));
    expect([...bench.keychain.items.keys()].filter((name) => name.startsWith("minted-"))).toHaveLength(1);
    expect([...bench.files.items.keys()].filter((name) => name.startsWith("minted-"))).toEqual([]);
  });

  it("is nowhere with DOCR_CACHE=none; docr stores a digest to recognize the credential", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), settings: { cache: "none" } });
    expect([await answerOf(bench), await answerOf(bench)]).toEqual([minted(1), minted(2)]);
    const stored = JSON.stringify([...bench.files.items, ...bench.keychain.items]);
    expect(stored).not.toContain("minted-secret");
    expect(bench.files.items.size).toBe(3);
  });

  it("is required to be in private files with DOCR_CACHE=runtime", async () => {
    const bench = createCredentialsBench({
      apiToken: tokenOf("a"),
      hasFiles: false,
      settings: { cache: "runtime" },
    });
    expect(await get(bench)).toMatchObject({ code: "bad-setting" });
  });
});

describe("a cached credential", () => {
  it.each([
    ["29 minutes old is answered", 29 * MINUTE, 1, []],
    ["30 minutes old is answered, and refreshed in the background", 30 * MINUTE, 1, [`refresh ${HOST}`]],
    ["44 minutes old is answered, and refreshed in the background", 44 * MINUTE, 1, [`refresh ${HOST}`]],
    ["45 minutes old is replaced", 45 * MINUTE, 2, []],
    ["59 minutes old is replaced", 59 * MINUTE, 2, []],
    ["an hour old is replaced", HOUR, 2, []],
  ])("of an hour that is %s", async (_title, age, count, background) => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await answerOf(bench);
    bench.clock.pass(age);
    expect(await answerOf(bench)).toEqual(minted(count));
    expect(bench.background).toEqual(background);
  });

  it("is replaced after the clock was set back", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await answerOf(bench);
    bench.clock.setWallBy(-2 * MINUTE);
    expect(await answerOf(bench)).toEqual(minted(2));
  });

  it("gives the registry's name to the next mint", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await answerOf(bench);
    bench.clock.pass(2 * HOUR);
    await answerOf(bench);
    expect(bench.api.calls.filter((call) => call.startsWith("list"))).toHaveLength(1);
  });

  it("makes docr list the registries again if its registry is gone", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await answerOf(bench);
    bench.clock.pass(2 * HOUR);
    bench.api.registries = ["renamed"];
    bench.api.fail("mint acme", "api-not-found");
    expect(await answerOf(bench)).toEqual(minted(2));
    expect(mints(bench).at(-1)).toBe("mint renamed read-write 3600");
  });

  const OUTAGES: readonly ErrorCode[] = [
    "api-unavailable",
    "api-refused",
    "api-unknown-host",
    "api-cut-off",
    "api-timeout",
    "api-tls",
    "api-malformed",
    "api-rate-limited",
  ];

  it.each(OUTAGES)("that is valid is returned with a warning during an outage (%s)", async (code) => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await answerOf(bench);
    bench.clock.pass(50 * MINUTE);
    bench.api.fail("", code);
    expect(await answerOf(bench)).toEqual(minted(1));
    expect(bench.warnings).toEqual([
      `${API_MESSAGE}; using the cached credential, which is valid until 2026-11-21T13:00:00.000Z`,
    ]);
  });

  it.each(OUTAGES)("that has expired is not returned during an outage (%s)", async (code) => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await answerOf(bench);
    bench.clock.pass(HOUR);
    bench.api.fail("", code);
    expect(await get(bench)).toEqual({ code, message: API_MESSAGE });
  });

  it.each<ErrorCode>(["api-unauthorized", "api-ambiguous"])(
    "is not returned if the API rejects the request (%s)",
    async (code) => {
      const bench = createCredentialsBench({ apiToken: tokenOf("a") });
      await answerOf(bench);
      bench.clock.pass(50 * MINUTE);
      bench.api.fail("", code);
      expect(await get(bench)).toEqual({ code, message: API_MESSAGE });
    },
  );
});

describe("what a get returns", () => {
  // buildx keeps it for 10 minutes and does not ask again if it is rejected (moby/buildkit#5852).
  it.each([30 * MINUTE, HOUR, 12 * HOUR, 30 * 24 * HOUR])(
    "is valid for at least 15 more minutes, with a lifetime of %d ms",
    async (lifetimeMs) => {
      const settings = { lifetime: limited(lifetimeMs) };
      const bench = createCredentialsBench({ apiToken: tokenOf("a"), settings });
      const start = bench.clock.read().now;
      const mintedAt: number[] = [];
      for (let step = 0; step < 60; step += 1) {
        const [, secret] = await answerOf(bench);
        const { now } = bench.clock.read();
        const count = Number(secret.replace("minted-secret-", ""));
        mintedAt[count] ??= now;
        expect((mintedAt[count] ?? start) + lifetimeMs - now).toBeGreaterThanOrEqual(15 * MINUTE);
        bench.clock.pass(lifetimeMs / 23 + 1);
      }
      expect(mintedAt.length).toBeGreaterThan(3);
    },
  );
});

describe("one of several concurrent gets", () => {
  it("waits for the lock and returns what its holder minted", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    let isFirst = true;
    bench.locks.meanwhile = async () => {
      if (!isFirst) return;
      isFirst = false;
      await answerOf(bench);
    };
    expect(await answerOf(bench)).toEqual(minted(1));
    expect(mints(bench)).toHaveLength(1);
  });

  it("shares the failure of the process that held the lock", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    bench.locks.failure = new HelperError("api-unauthorized", "refused");
    expect(await get(bench)).toEqual({ code: "api-unauthorized", message: "refused" });
    expect(bench.api.calls).toEqual([]);
  });

  it("shares its own failure", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    bench.api.fail("list", "api-unauthorized");
    await get(bench);
    expect([...bench.locks.shared.values()]).toMatchObject([
      { code: "api-unauthorized", message: API_MESSAGE },
    ]);
  });

  it("returns nothing if a logout comes first, and revokes what it minted", async () => {
    const bench = createCredentialsBench();
    await logIn(bench);
    let isFirst = true;
    bench.locks.meanwhile = async (name) => {
      if (name !== "keeping" || !isFirst) return;
      isFirst = false;
      await bench.helper.erase(HOST);
    };
    expect(await get(bench)).toEqual(NOT_FOUND);
    expect(bench.api.calls).toContain("revoke minted-secret-1");
    expect(await get(bench)).toEqual(NOT_FOUND);
  });

  it("mints again with the new token if a login comes first", async () => {
    const bench = createCredentialsBench();
    await logIn(bench);
    let isFirst = true;
    bench.locks.meanwhile = async (name) => {
      if (name !== "keeping" || !isFirst) return;
      isFirst = false;
      await bench.helper.store(HOST, "me", new Secret(tokenOf("b")));
    };
    expect(await answerOf(bench)).toEqual(minted(2));
    expect(bench.api.calls).toContain("revoke minted-secret-1");
    expect(await answerOf(bench)).toEqual(minted(2));
  });

  it("revokes its credential and returns the newer one if another process took its lock and minted", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    whileStopped(bench, () => answerOf(bench));
    expect(await answerOf(bench)).toEqual(minted(1));
    expect(bench.api.calls.slice(-1)).toEqual(["revoke minted-secret-2"]);
    expect(await answerOf(bench)).toEqual(minted(1));
  });

  it("returns the newer one if its own mint fails", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    whileStopped(bench, async () => {
      await answerOf(bench);
      bench.api.fail("", "api-timeout");
    });
    expect(await answerOf(bench)).toEqual(minted(1));
    expect(mints(bench)).toHaveLength(1);
  });

  it("saves its credential if another process took its lock and has not minted, without publishing it", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    whileStopped(bench, async () => undefined);
    expect(await answerOf(bench)).toEqual(minted(1));
    expect(bench.published).toEqual([]);
    expect(await answerOf(bench)).toEqual(minted(1));
  });

  it("revokes its credential if the user logs out while another process has its lock, even if it is saved", async () => {
    const bench = createCredentialsBench();
    await logIn(bench);
    const { files } = bench;
    const write = files.write.bind(files);
    files.write = async (name, value) => {
      await write(name, value);
      if (!name.startsWith("minted-")) return;
      files.write = write;
      bench.locks.isTaken = true;
      for (const one of bench.keychain.items.keys()) await bench.keychain.erase(one);
    };
    expect(await get(bench)).toEqual(NOT_FOUND);
    expect(bench.api.calls).toContain("revoke minted-secret-1");
    expect(await get(bench)).toEqual(NOT_FOUND);
  });

  it("keeps its credential known if it took the lock from a process that may overwrite it", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    bench.locks.wasTaken = true;
    await answerOf(bench);
    for (const name of bench.files.items.keys())
      if (name.startsWith("minted-")) bench.files.items.delete(name);
    await bench.helper.erase(HOST);
    expect(bench.api.calls).toContain("revoke minted-secret-1");
  });

  it.each(["minted-", "digest-"])(
    "warns once for each mint that it cannot cache or record (%s)",
    async (prefix) => {
      const bench = createCredentialsBench({ apiToken: tokenOf("a") });
      bench.files.failWith(new Error("the disk is full"), (call) => call.startsWith(`write ${prefix}`));
      expect(await answerOf(bench)).toEqual(minted(1));
      expect(bench.warnings).toEqual([
        "could not cache this credential: each request mints another one, and a logout does not revoke them; docr doctor says why",
      ]);
    },
  );

  it("does not warn if the settings turn the cache off", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), settings: { cache: "none" } });
    await answerOf(bench);
    expect(bench.warnings).toEqual([]);
  });

  it("continues without a lock that it cannot acquire", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    bench.locks.isUnavailable = true;
    expect(await answerOf(bench)).toEqual(minted(1));
  });

  it("releases every lock in any case", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await answerOf(bench);
    bench.clock.pass(HOUR);
    bench.api.fail("", "api-unauthorized");
    await get(bench);
    expect([...bench.locks.held]).toEqual([]);
  });
});

async function logIn(bench: CredentialsBench, token = tokenOf("a")): Promise<void> {
  await bench.helper.store(HOST, "anything", new Secret(token));
  bench.api.calls.length = 0;
}

describe("a get of DigitalOcean's registry, with an API token in the keychain", () => {
  it("mints with that token", async () => {
    const bench = createCredentialsBench();
    await logIn(bench);
    expect(await answerOf(bench)).toEqual(minted(1));
    expect(bench.api.calls).toEqual([`list ${tokenOf("a")}`, "mint acme read-write 3600"]);
  });

  it("mints with the environment's token first", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("b") });
    await logIn(bench);
    await answerOf(bench);
    expect(bench.api.calls[0]).toBe(`list ${tokenOf("b")}`);
  });

  it("returns the cached credential while the keychain is locked", async () => {
    const bench = createCredentialsBench();
    await logIn(bench);
    await answerOf(bench);
    bench.keychain.failWith(new HelperError("keychain-locked", "the keychain is locked"));
    expect(await answerOf(bench)).toEqual(minted(1));
  });

  it.each<ErrorCode>(["keychain-missing", "keychain-locked", "keychain-silent", "keychain-failed"])(
    'is never "not found" because the keychain fails (%s)',
    async (code) => {
      const bench = createCredentialsBench();
      bench.keychain.failWith(new HelperError(code, "the message"));
      expect(await get(bench)).toEqual({ code, message: "the message" });
    },
  );

  it('is "not found" without a login, with a hint for the user', async () => {
    expect(await get(createCredentialsBench())).toEqual(NOT_FOUND);
    await expect(
      createCredentialsBench().helper.get("registry.digitalocean.com/acme/app"),
    ).rejects.toMatchObject({
      hint: "not logged in to registry.digitalocean.com; run: docr login",
    });
    await expect(createCredentialsBench().helper.get("ghcr.io")).rejects.toMatchObject({ hint: undefined });
  });
});

describe("a get of DigitalOcean's registry, with doctl's API token", () => {
  it("mints with that token if neither the environment nor the keychain has one", async () => {
    const bench = createCredentialsBench({ doctl: { default: tokenOf("d") } });
    expect(await answerOf(bench)).toEqual(minted(1));
    expect(bench.api.calls[0]).toBe(`list ${tokenOf("d")}`);
  });

  it("mints again if doctl's config has another token", async () => {
    const bench = createCredentialsBench({ doctl: { default: tokenOf("d") } });
    await answerOf(bench);
    expect(await answerOf(bench)).toEqual(minted(1));
    bench.doctl["default"] = tokenOf("e");
    expect(await answerOf(bench)).toEqual(minted(2));
  });

  it("mints with the token of the registry's context", async () => {
    const settings = { contexts: { acme: "work" }, context: "home" };
    const bench = createCredentialsBench({ doctl: { work: tokenOf("e"), home: tokenOf("f") }, settings });
    await answerOf(bench, `${HOST}/acme`);
    await answerOf(bench, HOST);
    expect(bench.api.calls).toEqual([
      "mint acme read-write 3600",
      `list ${tokenOf("f")}`,
      "mint acme read-write 3600",
    ]);
  });
});

/** What a `get` for a registry fails with if the API does not know it, and lists these names. */
const missing = async (names: readonly string[] | undefined, setting?: string) => {
  const bench = createCredentialsBench({ apiToken: tokenOf("a"), settings: { registry: setting } });
  bench.api.fail("mint", "api-not-found");
  if (names) bench.api.registries = names;
  else bench.api.fail("list", "api-forbidden");
  return bench.helper.get(setting === undefined ? `${HOST}/gone/app` : HOST).catch((error: unknown) => error);
};

describe("the registry's name", () => {
  it("is missing if the account has no registry", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    bench.api.registries = [];
    expect(await get(bench)).toEqual({
      code: "no-registry",
      message: "this DigitalOcean account has no registry",
    });
  });

  it("is required if the account has several registries, which the error lists", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    bench.api.registries = ["acme", "acme-staging"];
    expect(await get(bench)).toEqual({
      code: "several-registries",
      message: "this account has several registries: acme, acme-staging",
    });
    expect(mints(bench)).toEqual([]);
  });

  it.each<ErrorCode>(["api-forbidden", "api-not-found"])(
    "is left to the deprecated endpoint if the list fails (%s)",
    async (code) => {
      const bench = createCredentialsBench({ apiToken: tokenOf("a") });
      bench.api.fail("list", code);
      expect(await answerOf(bench)).toEqual(minted(1));
      expect(mints(bench)).toEqual(["mint ? read-write 3600"]);
    },
  );

  it.each<ErrorCode>(["api-unauthorized", "api-rate-limited", "api-unavailable"])(
    "is required if the list fails with %s: docr does not mint",
    async (code) => {
      const bench = createCredentialsBench({ apiToken: tokenOf("a") });
      bench.api.fail("list", code);
      expect(await get(bench)).toEqual({ code, message: API_MESSAGE });
      expect(mints(bench)).toEqual([]);
    },
  );

  it.each([
    [["acme"], "use the address of its only registry, registry.digitalocean.com/acme"],
    [
      ["acme", "beta"],
      "use the address registry.digitalocean.com/NAME with one of its registries: acme, beta",
    ],
    [[], "it has none; run doctl registry create NAME"],
    [undefined, "use the address registry.digitalocean.com/NAME with a registry of this account"],
  ])(
    "in the address that the API does not know fails with the account's registries: %j",
    async (names, hint) => {
      expect(await missing(names)).toMatchObject({
        code: "api-not-found",
        message: "this account has no registry named gone",
        hint,
      });
    },
  );

  it.each([
    [["acme"], "set DOCR_REGISTRY to its only registry, acme, or unset it"],
    [["acme", "beta"], "set DOCR_REGISTRY to one of its registries: acme, beta"],
    [undefined, "set DOCR_REGISTRY to a registry of this account, or unset it"],
  ])(
    "in DOCR_REGISTRY that the API does not know fails with the account's registries: %j",
    async (names, hint) => {
      expect(await missing(names, "gone")).toMatchObject({
        message: "this account has no registry named gone",
        hint,
      });
    },
  );

  it("that the account has after all fails with the API's own error", async () => {
    expect(await missing(["gone"])).toMatchObject({ message: API_MESSAGE, hint: undefined });
  });

  it("in an address with a path means that registry", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), settings: { registry: "acme" } });
    await answerOf(bench, `${HOST}/beta/app`);
    expect(bench.api.calls).toEqual(["mint beta read-write 3600"]);
  });
});

describe("an API token that cannot push", () => {
  const WARNING =
    "this credential can pull but not push: the API token from DIGITALOCEAN_ACCESS_TOKEN lacks the scope " +
    "registry:update; set DOCR_ACCESS=read-only if you only pull";

  it("mints a read-only credential with one warning", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    bench.api.fail("mint acme read-write", "api-forbidden");
    expect(await answerOf(bench)).toEqual(minted(1));
    await answerOf(bench);
    expect(mints(bench)).toEqual(["mint acme read-write 3600", "mint acme read-only 3600"]);
    expect(bench.warnings).toEqual([WARNING]);
  });

  it("fails with DOCR_ACCESS=read-write", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), settings: { access: "read-write" } });
    bench.api.fail("mint acme read-write", "api-forbidden");
    expect(await get(bench)).toEqual({ code: "api-forbidden", message: API_MESSAGE });
    expect(mints(bench)).toEqual(["mint acme read-write 3600"]);
  });

  it("causes no warning with DOCR_ACCESS=read-only", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a"), settings: { access: "read-only" } });
    await answerOf(bench);
    expect(bench.warnings).toEqual([]);
  });

  it("fails without a warning if it cannot pull either", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    bench.api.fail("mint", "api-forbidden");
    expect(await get(bench)).toEqual({ code: "api-forbidden", message: API_MESSAGE });
    expect(bench.warnings).toEqual([]);
  });

  it.each<ErrorCode>(["api-unauthorized", "api-unavailable", "api-rate-limited"])(
    "is not what %s means: docr does not try read-only",
    async (code) => {
      const bench = createCredentialsBench({ apiToken: tokenOf("a") });
      bench.api.fail("mint", code);
      await get(bench);
      expect(mints(bench)).toEqual(["mint acme read-write 3600"]);
    },
  );
});

describe("a login for DigitalOcean's registry that is no API token", () => {
  it("is returned if there is no API token", async () => {
    const bench = createCredentialsBench();
    await bench.helper.store(HOST, "sammy", new Secret("finished"));
    expect(await answerOf(bench)).toEqual(["sammy", "finished"]);
    expect(bench.api.calls).toEqual([]);
  });

  it("is not returned if there is an API token", async () => {
    const bench = createCredentialsBench();
    await bench.helper.store(HOST, "sammy", new Secret("finished"));
    bench.settings.apiToken = createCredentialsBench({ apiToken: tokenOf("a") }).settings.apiToken;
    expect(await answerOf(bench)).toEqual(minted(1));
  });
});

describe("the trace", () => {
  it("contains neither token nor secret", async () => {
    const bench = createCredentialsBench({ apiToken: tokenOf("a") });
    await answerOf(bench);
    await answerOf(bench);
    const traced = JSON.stringify(bench.traced.events);
    expect(traced).toContain("minted");
    expect(traced).not.toContain(tokenOf("a"));
    expect(traced).not.toContain("minted-secret");
  });
});
