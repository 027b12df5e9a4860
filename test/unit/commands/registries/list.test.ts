import { describe, expect, it } from "vitest";
import { HelperError } from "../../../../src/core/errors.ts";
import { HOUR } from "../../../support/fakes/fixed-clock.ts";
import type { ClientUses } from "../../../../src/client-config/types.ts";
import { listCommand, showCommand } from "../../../../src/commands/registries/list.ts";
import {
  type CommandBench,
  createCommandBench,
  type GivenOptions,
} from "../../../support/fakes/command-bench.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import {
  BY_PODMAN,
  createRegistryBench,
  HOST,
  HUB,
  NO_USES,
  storeLogin,
} from "../../../support/fakes/registry-bench.ts";

async function hostsOf(bench: CommandBench, flags: GivenOptions<typeof listCommand>): Promise<unknown> {
  const { json } = await bench.run(listCommand, flags);
  return Array.isArray(json) ? json.map((one: unknown) => Object(one).host) : [];
}

async function createWithLogins(uses: Partial<ClientUses> = {}): Promise<CommandBench> {
  const bench = createRegistryBench({ uses });
  await storeLogin(bench, "ghcr.io", "sammy");
  await storeLogin(bench, HUB, "Rosa");
  await storeLogin(bench, "https://quay.io", "hunter2", "hunter2");
  await storeLogin(bench, HOST, "finished", "credential");
  return bench;
}

describe("docr registry list", () => {
  it("lists every login, that of DigitalOcean's registry too, without passwords", async () => {
    const bench = await createWithLogins();
    const { text, json } = await bench.run(listCommand, {});
    expect(text).toBe(
      [
        "HOST                         USER NAME            STORED                USED BY",
        "ghcr.io                      sammy                2026-11-21 12:00 UTC  docker",
        "https://index.docker.io/v1/  Rosa                 2026-11-21 12:00 UTC  docker",
        "quay.io                      (the secret itself)  2026-11-21 12:00 UTC  docker",
        "registry.digitalocean.com    (hidden)             2026-11-21 12:00 UTC  docker",
        "",
      ].join("\n"),
    );
    expect(Object(json)[0]).toEqual({
      host: "ghcr.io",
      username: "sammy",
      storedAt: "2026-11-21T12:00:00.000Z",
      usedBy: [{ client: "docker", source: "~/.docker/config.json", kind: "credsStore", helper: "docr" }],
    });
    expect(Object(json)[3]).toMatchObject({ host: HOST, username: null });
    expect(text + JSON.stringify(json)).not.toMatch(/hunter2|finished|credential/);
  });

  it("warns about a damaged login and lists the others", async () => {
    const bench = await createWithLogins();
    bench.keychain.items.set("login:damaged.test", "hunter2");
    expect(await hostsOf(bench, {})).toEqual(["ghcr.io", HUB, "quay.io", HOST]);
    expect(bench.warnings).toEqual(["the stored login for damaged.test is damaged; log in to it again"]);
  });

  it("lists the open logins, and warns that a part of the store is locked", async () => {
    const bench = await createWithLogins();
    bench.keychain.lockPart(new HelperError("keychain-locked", "a part of the keychain is locked"));
    expect(await hostsOf(bench, {})).toHaveLength(4);
    expect(bench.warnings).toContain("a part of the keychain is locked; logins stored there are not listed");
  });

  it.each([
    [{ filter: "SAM" }, ["ghcr.io"]],
    [{ filter: "hunter2" }, []],
    [{ filter: "QUAY" }, ["quay.io"]],
    [{ filter: "docker.io" }, [HUB]],
    [{ host: "*.io" }, ["ghcr.io", HUB, "quay.io"]],
    [{ host: "*docker*" }, [HUB]],
    [{ host: "QUAY.IO" }, ["quay.io"]],
    [{ host: "io" }, []],
    [{ host: "*" }, ["ghcr.io", HUB, "quay.io", HOST]],
    [{ host: "g*c*.*o" }, ["ghcr.io"]],
    [{ host: "*.io", filter: "sam" }, ["ghcr.io"]],
  ])("filters by user name and host: %j", async (flags, hosts) => {
    expect(await hostsOf(await createWithLogins(), flags)).toEqual(hosts);
  });

  it.each([
    [{}, ["ghcr.io", HUB, "quay.io", HOST]],
    [{ sort: "host" }, ["ghcr.io", HUB, "quay.io", HOST]],
    [{ sort: "user" }, ["quay.io", HOST, HUB, "ghcr.io"]],
  ] as const)("sorts by host, or by user name: %j", async (flags, hosts) => {
    expect(await hostsOf(await createWithLogins(), flags)).toEqual(hosts);
  });

  it("sorts by when a login was stored, and puts logins without a time last", async () => {
    const bench = createRegistryBench();
    bench.keychain.items.set("login:a.io", '{"serverUrl":"a.io","username":"sammy","secret":"x"}');
    for (const host of ["c.io", "b.io"]) {
      await storeLogin(bench, host);
      bench.clock.pass(HOUR);
    }
    expect(await hostsOf(bench, { sort: "stored" })).toEqual(["c.io", "b.io", "a.io"]);
  });

  it("lists a login for a path in addition to the host's", async () => {
    const bench = createRegistryBench();
    await storeLogin(bench, "registry.local");
    await storeLogin(bench, "registry.local/user1/image1");
    expect(await hostsOf(bench, {})).toEqual(["registry.local", "registry.local/user1/image1"]);
  });

  it("lists docker's two other logins for Docker Hub", async () => {
    const bench = createRegistryBench();
    for (const path of ["access-token", "refresh-token"]) await storeLogin(bench, HUB + path);
    expect(await hostsOf(bench, {})).toEqual([`${HUB}access-token`, `${HUB}refresh-token`]);
  });

  it("counts a client as a user if the fallback helper has no login for the host", async () => {
    const list = { stdout: '{"https://quay.io":"rosa"}', exitCode: 0 };
    const bench = createRegistryBench({
      env: { DOCR_FALLBACK: "pass" },
      helpers: { "pass list unused": list },
    });
    for (const host of ["ghcr.io", "quay.io"]) await storeLogin(bench, host);
    expect((await bench.run(listCommand, {})).json).toMatchObject([
      { host: "ghcr.io", usedBy: [{ client: "docker", helper: "docr" }] },
      { host: "quay.io", usedBy: [] },
    ]);
    expect(bench.helperCalls).toEqual(["pass list unused"]);
  });

  it("counts no client as a user if the fallback helper does not list its logins", async () => {
    const bench = createRegistryBench({ env: { DOCR_FALLBACK: "pass" } });
    await storeLogin(bench, "ghcr.io");
    expect((await bench.run(listCommand, {})).json).toMatchObject([{ host: "ghcr.io", usedBy: [] }]);
    const { text, json } = await bench.run(showCommand, {}, "ghcr.io");
    expect(text).toMatch(/^used by +none$/m);
    expect(json).toMatchObject({ usedBy: [], shadowedBy: [{ client: "docker", helper: "pass" }] });
  });

  it("is empty, and a note says why", async () => {
    const bench = createRegistryBench();
    expect(await bench.run(listCommand, {})).toEqual({ text: "", json: [], exitCode: 0 });
    await bench.run(listCommand, { filter: "x" });
    expect(bench.notes).toEqual(["no logins are stored", "no login matches"]);
  });

  it("lists a login that was stored without the time", async () => {
    const bench = createRegistryBench({ uses: NO_USES });
    bench.keychain.items.set("login:ghcr.io", '{"serverUrl":"ghcr.io","username":"sammy","secret":"x"}');
    bench.keychain.items.set(
      "login:quay.io",
      '{"serverUrl":"quay.io","username":"sammy","secret":"x","storedAt":1e300}',
    );
    const { text, json } = await bench.run(listCommand, {});
    expect(text).toContain("ghcr.io  sammy      unknown  none\n");
    expect(json).toMatchObject([{ storedAt: null }, { storedAt: null }]);
  });

  it("warns once about a file that cannot be read", async () => {
    const bench = await createWithLogins({ warnings: ["~/.docker/config.json is not JSON"] });
    await bench.run(listCommand, {});
    expect(bench.warnings).toEqual(["~/.docker/config.json is not JSON"]);
  });
});

describe("docr registry list --check", () => {
  it("checks the login of each registry, and exits with the worst exit code", async () => {
    const bench = createCommandBench({
      clients: { usesOf: async () => NO_USES },
      registries: {
        async checkLogin(host) {
          if (host === "quay.io")
            throw new HelperError("registry-unauthorized", "quay.io rejected the login");
          return host === "localhost:5000" ? "not-needed" : "accepted";
        },
      },
    });
    for (const host of ["ghcr.io", "quay.io", "localhost:5000", HUB, `${HUB}access-token`]) {
      await storeLogin(bench, host);
    }
    const { text, json, exitCode } = await bench.run(listCommand, { check: true });
    expect(text.split("\n").map((line) => line.split(/ {2,}/).at(-1))).toEqual([
      "CHECK",
      "accepted",
      "accepted",
      "not checked",
      "open",
      "rejected: quay.io rejected the login",
      "",
    ]);
    expect(json).toMatchObject([
      { check: { status: "accepted" } },
      { check: { status: "accepted" } },
      { check: null },
      { check: { status: "open" } },
      { check: { status: "refused", reason: "quay.io rejected the login" } },
    ]);
    expect(exitCode).toBe(4);
  });

  it("shows that a registry did not respond, and exits with 1", async () => {
    const refusal = new HelperError("registry-timeout", "it did not respond");
    const bench = createRegistryBench({ refusal });
    await storeLogin(bench, "ghcr.io");
    const { text, exitCode } = await bench.run(listCommand, { check: true });
    expect([text.includes("  failed: it did not respond\n"), exitCode]).toEqual([true, 1]);
  });

  it("sends no request without --check", async () => {
    const bench = await createWithLogins();
    const { json, exitCode } = await bench.run(listCommand, {});
    expect(Object(json)[0]).not.toHaveProperty("check");
    expect(exitCode).toBe(0);
  });
});

describe("docr registry show", () => {
  it("shows which clients use it, and what they find first", async () => {
    const bench = createRegistryBench({ uses: { shadowedBy: [BY_PODMAN] } });
    await storeLogin(bench, "ghcr.io");
    const { text, json } = await bench.run(showCommand, {}, "https://ghcr.io/");
    expect(text).toBe(
      [
        "host         ghcr.io",
        "user name    sammy",
        "stored       2026-11-21 12:00 UTC",
        "used by      docker, from ~/.docker/config.json (credsStore)",
        "shadowed by  podman finds a login in ~/.config/containers/auth.json (auths) first",
        "",
      ].join("\n"),
    );
    expect(json).toMatchObject({
      usedBy: [{ client: "docker", helper: "docr" }],
      shadowedBy: [{ client: "podman", kind: "auths", helper: null }],
    });
  });

  it("finds Docker Hub's login under docker's key and under podman's", async () => {
    const bench = createRegistryBench();
    for (const [stored, asked] of [
      ["docker.io", HUB],
      [HUB, "docker.io"],
    ] as const) {
      await storeLogin(bench, stored, `from ${stored}`);
      expect((await bench.run(showCommand, {}, asked)).json).toMatchObject({
        host: HUB,
        username: `from ${stored}`,
      });
    }
    expect((await bench.run(listCommand, {})).json).toHaveLength(1);
  });

  it("lists Docker Hub's logins for each of its names", async () => {
    const bench = createRegistryBench();
    for (const host of [HUB, `${HUB}access-token`, "ghcr.io"]) await storeLogin(bench, host);
    for (const host of ["docker.io", "index.docker.io", "*docker.io*"]) {
      expect((await bench.run(listCommand, { host })).json).toMatchObject([
        { host: HUB },
        { host: `${HUB}access-token` },
      ]);
    }
  });

  it("throws no-login without a stored login", async () => {
    expect((await failureOf(() => createRegistryBench().run(showCommand, {}, "ghcr.io"))).code).toBe(
      "no-login",
    );
  });
});
