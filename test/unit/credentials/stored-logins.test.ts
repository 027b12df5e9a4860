import { describe, expect, it } from "vitest";
import { HUB_KEY } from "../../../src/core/address.ts";
import { HelperError } from "../../../src/core/errors.ts";
import { NOT_FOUND } from "../../../src/core/not-found.ts";
import { Secret } from "../../../src/core/secret.ts";
import { createStoredLogins, readLoginFacts } from "../../../src/credentials/stored-logins.ts";
import { createCredentialsBench, tokenOf } from "../../support/fakes/credentials-bench.ts";
import { createMemoryStore } from "../../support/fakes/memory-store.ts";

const HUB = "https://index.docker.io/v1/";
const SPELLINGS = ["docker.io", HUB, "https://registry-1.docker.io/v2/", "INDEX.docker.io"];

describe("the launcher", () => {
  it("is told how docr answers other registries after each look for a login, found or not", async () => {
    const { helper, keychain, launcherNotes } = createCredentialsBench({ apiToken: tokenOf("a") });
    await helper.store("ghcr.io", "sammy", new Secret("s"));
    await helper.get("registry.digitalocean.com");
    expect(launcherNotes()).toBe(0);
    await helper.get("ghcr.io");
    expect(launcherNotes()).toBe(1);
    await expect(helper.get("missing.test")).rejects.toThrow(NOT_FOUND);
    expect(launcherNotes()).toBe(2);
    keychain.failWith(new HelperError("keychain-locked", "the keychain is locked"));
    await expect(helper.get("ghcr.io")).rejects.toThrow("the keychain is locked");
    expect(launcherNotes()).toBe(2);
  });
});

describe("Docker Hub's login", () => {
  it.each(SPELLINGS)("stored as %s is answered and erased under each of its names", async (stored) => {
    for (const asked of SPELLINGS) {
      const { helper, keychain } = createCredentialsBench();
      await helper.store(stored, "sammy", new Secret("hub"));
      expect((await helper.get(asked)).secret.reveal()).toBe("hub");
      expect([...(await helper.list())]).toEqual([[HUB, "sammy"]]);
      await helper.erase(asked);
      expect(keychain.items.size).toBe(0);
    }
  });

  it("is apart from the Hub's tokens", async () => {
    const { helper } = createCredentialsBench();
    for (const path of ["", "access-token", "refresh-token"]) {
      await helper.store(HUB + path, "sammy", new Secret(path || "password"));
    }
    await helper.erase("docker.io");
    expect([...(await helper.list()).keys()]).toEqual([`${HUB}access-token`, `${HUB}refresh-token`]);
    await helper.store("docker.io", "sammy", new Secret("new"));
    await helper.erase(`${HUB}access-token`);
    expect([...(await helper.list()).keys()].toSorted()).toEqual([HUB, `${HUB}refresh-token`]);
    expect((await helper.get(`${HUB}refresh-token`)).secret.reveal()).toBe("refresh-token");
  });
});

const value = (fields: object): Secret => new Secret(JSON.stringify(fields));

describe("what a stored value says about itself", () => {
  it("is the name under which docr stores such a login, and when it was stored", async () => {
    for (const server of ["ghcr.io", "https://GHCR.io/", "https://registry.digitalocean.com", "h:5000/a/B"]) {
      const { helper, keychain } = createCredentialsBench();
      await helper.store(server, "sammy", new Secret("password"));
      const [name, text = ""] = [...keychain.items].find(([one]) => one.startsWith("login:")) ?? [];
      expect(readLoginFacts(new Secret(text))).toEqual({ name, storedAt: JSON.parse(text).storedAt });
    }
  });

  it("is unknown for other values, and for Docker Hub's login, which had another name", () => {
    const login = { username: "sammy", secret: "s" };
    expect(readLoginFacts(new Secret("dop_v1_"))).toBeUndefined();
    expect(readLoginFacts(value(login))).toBeUndefined();
    for (const serverUrl of SPELLINGS) expect(readLoginFacts(value({ ...login, serverUrl }))).toBeUndefined();
    expect(readLoginFacts(value({ ...login, serverUrl: "quay.io" }))).toEqual({
      name: "login:quay.io",
      storedAt: undefined,
    });
  });
});

describe("a Docker Hub login that an earlier version stored for podman", () => {
  const OLDER = '{"serverUrl":"docker.io","username":"podman","secret":"older"}';
  const open = (items: Readonly<Record<string, string>> = {}) => {
    const store = createMemoryStore({ "login:docker.io": OLDER, ...items });
    return { store, logins: createStoredLogins(store) };
  };
  const login = { serverUrl: HUB, username: "docker", secret: new Secret("newer"), storedAt: 1 };

  it("is found, listed and erased", async () => {
    const { store, logins } = open();
    expect((await logins.read(HUB_KEY))?.username).toBe("podman");
    expect([...(await logins.all()).intact.keys()]).toEqual([HUB_KEY]);
    expect(await logins.erase(HUB_KEY)).toBe(true);
    expect(store.items.size).toBe(0);
  });

  it("is hidden by a newer one, and replaced by the next", async () => {
    const text = '{"serverUrl":"docker.io","username":"docker","secret":"newer"}';
    const { store, logins } = open({ [`login:${HUB_KEY}`]: text });
    expect((await logins.read(HUB_KEY))?.username).toBe("docker");
    expect([...(await logins.all()).intact.values()].map(({ username }) => username)).toEqual(["docker"]);
    await logins.write(HUB_KEY, login);
    expect([...store.items.keys()]).toEqual([`login:${HUB_KEY}`]);
  });
});

describe("a damaged login", () => {
  const intact = '{"serverUrl":"a.test","username":"a","secret":"s"}';

  it.each(["", "{", "[]", '{"serverUrl":"b.test"}', "null"])(
    "does not hide the others, and is named without its text: %j",
    async (text) => {
      const store = createMemoryStore({ "login:a.test": intact, "login:b.test": text });
      const all = await createStoredLogins(store).all();
      expect([[...all.intact.keys()], all.damaged]).toEqual([["a.test"], ["b.test"]]);
    },
  );
});
