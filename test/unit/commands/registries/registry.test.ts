import { describe, expect, it } from "vitest";
import { HelperError } from "../../../../src/core/errors.ts";
import type { ClientUses } from "../../../../src/client-config/types.ts";
import type { Credential } from "../../../../src/core/credential.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { addCommand, updateCommand } from "../../../../src/commands/registries/add.ts";
import { listCommand, showCommand } from "../../../../src/commands/registries/list.ts";
import { removeCommand } from "../../../../src/commands/registries/remove.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { HOUR } from "../../../support/fakes/fixed-clock.ts";
import {
  createCommandBench,
  type GivenOptions,
  type CommandBench,
  type CommandBenchOptions,
} from "../../../support/fakes/command-bench.ts";

const HUB = "https://index.docker.io/v1/";
const OURS = "registry.digitalocean.com";
const NOBODY: ClientUses = { usedBy: [], shadowedBy: [], warnings: [] };
const BY_DOCKER = {
  client: "docker",
  source: "~/.docker/config.json",
  kind: "helper",
  setting: "credsStore",
  helper: "docr",
} as const;
const BY_PODMAN = {
  client: "podman",
  source: "~/.config/containers/auth.json",
  kind: "file",
} as const;

interface RegistryBench extends CommandBench {
  /** What registries were asked, as `HOST USER PASSWORD`. */
  readonly checks: readonly string[];
}

function createRegistryBench(
  options: CommandBenchOptions & { readonly uses?: Partial<ClientUses>; readonly refusal?: HelperError } = {},
): RegistryBench {
  const checks: string[] = [];
  const bench = createCommandBench({
    clients: { usesOf: async () => ({ ...NOBODY, usedBy: [BY_DOCKER], ...options.uses }) },
    registries: {
      async checkLogin(host: string, { username, secret }: Credential) {
        checks.push(`${host} ${username.reveal()} ${secret.reveal()}`);
        if (options.refusal) throw options.refusal;
      },
    },
    ...options,
  });
  return { ...bench, checks };
}

const store = (bench: CommandBench, serverUrl: string, username = "sammy", secret = "hunter2") =>
  bench.helper.store(serverUrl, username, new Secret(secret));

/** The login that `get` answers, opened. */
async function loginAt(bench: CommandBench, serverUrl: string): Promise<string> {
  const { username, secret } = await bench.helper.get(serverUrl);
  return `${username.reveal()} ${secret.reveal()}`;
}

const CHECKED = { check: true };

describe("docr registry add", () => {
  it("asks for user name and password, then the registry, and keeps them", async () => {
    const bench = createRegistryBench({ answers: ["sammy", "hunter2"] });
    const { text, json } = await bench.run(addCommand, CHECKED, "GHCR.IO");
    expect(bench.questions).toEqual(["User name for ghcr.io", "Password or access token for ghcr.io"]);
    expect(bench.checks).toEqual(["ghcr.io sammy hunter2"]);
    expect(await loginAt(bench, "ghcr.io")).toBe("sammy hunter2");
    expect(text).toBe("stored the login of sammy for ghcr.io\n");
    expect(json).toEqual({
      host: "ghcr.io",
      username: "sammy",
      storedAt: "2026-11-21T12:00:00.000Z",
      checked: true,
    });
    expect(bench.warnings).toEqual([]);
  });

  it("keeps Docker Hub's under the key that docker asks for", async () => {
    const bench = createRegistryBench({ stdin: "hunter2" });
    const flags = { username: "sammy", passwordStdin: true, check: true };
    expect((await bench.run(addCommand, flags, "docker.io")).json).toMatchObject({ host: HUB });
    expect(bench.checks).toEqual(["docker.io sammy hunter2"]);
    expect(await loginAt(bench, HUB)).toBe("sammy hunter2");
  });

  it("keeps nothing that the registry refuses", async () => {
    const refusal = new HelperError("api-unauthorized", "refused");
    const bench = createRegistryBench({ stdin: "wrong", refusal });
    const flags = { username: "sammy", passwordStdin: true, check: true };
    expect((await failureOf(() => bench.run(addCommand, flags, "ghcr.io"))).message).toBe("refused");
    expect(bench.keychain.items.size).toBe(0);
  });

  it("asks no registry with --no-check, and says so", async () => {
    const bench = createRegistryBench({ stdin: "hunter2" });
    const flags = { username: "sammy", passwordStdin: true, check: false };
    const { text, json } = await bench.run(addCommand, flags, "ghcr.io");
    expect(bench.checks).toEqual([]);
    expect(text).toBe("stored the login of sammy for ghcr.io (not checked)\n");
    expect(json).toMatchObject({ checked: false });
  });

  it("replaces one that is kept only where somebody says so", async () => {
    const flags = { username: "rosa", passwordStdin: true, check: true };
    const silent = createRegistryBench({ stdin: "new" });
    await store(silent, "ghcr.io");
    expect(await failureOf(() => silent.run(addCommand, flags, "ghcr.io"))).toEqual({
      code: "bad-arguments",
      message: "a login for ghcr.io is already stored",
    });
    expect(await loginAt(silent, "ghcr.io")).toBe("sammy hunter2");
    await silent.run(addCommand, { ...flags, yes: true }, "ghcr.io");
    expect(await loginAt(silent, "ghcr.io")).toBe("rosa new");

    const asked = createRegistryBench({ answers: [false, true, "newer"] });
    await store(asked, "ghcr.io");
    const prompted = { username: "rosa", check: true };
    expect((await failureOf(() => asked.run(addCommand, prompted, "ghcr.io"))).code).toBe("cancelled");
    expect(await loginAt(asked, "ghcr.io")).toBe("sammy hunter2");
    await asked.run(addCommand, prompted, "ghcr.io");
    expect(await loginAt(asked, "ghcr.io")).toBe("rosa newer");
  });

  it("tells where no client would ask for it", async () => {
    const bench = createRegistryBench({ stdin: "hunter2", uses: NOBODY });
    await bench.run(addCommand, { username: "sammy", passwordStdin: true, check: true }, "ghcr.io");
    expect(bench.warnings).toEqual(["no client asks docr for ghcr.io yet; run docr configure --global"]);
  });

  it.each([
    ["our own host", OURS, {}, `docr registry does not manage the login for ${OURS}`],
    [
      "our own host in another spelling",
      `https://${OURS.toUpperCase()}/acme`,
      {},
      `docr registry does not manage the login for ${OURS}`,
    ],
    ["an image", "ghcr.io/acme/app", {}, "this is the name of an image, not of a registry"],
    [
      "no user name beside --password-stdin",
      "ghcr.io",
      { passwordStdin: true },
      "--password-stdin requires --username",
    ],
    [
      "an empty user name",
      "ghcr.io",
      { username: "", passwordStdin: true },
      "the user name is empty or contains control characters",
    ],
    [
      "a user name of two lines",
      "ghcr.io",
      { username: "a\nb", passwordStdin: true },
      "the user name is empty or contains control characters",
    ],
  ])("refuses %s", async (_title, host, flags, message) => {
    const bench = createRegistryBench({ stdin: "hunter2" });
    expect(await failureOf(() => bench.run(addCommand, { check: true, ...flags }, host))).toEqual({
      code: "bad-arguments",
      message,
    });
    expect(bench.keychain.items.size).toBe(0);
  });

  it("refuses an empty password", async () => {
    const bench = createRegistryBench({ answers: [""] });
    const failure = await failureOf(() => bench.run(addCommand, { username: "s", check: true }, "ghcr.io"));
    expect(failure).toEqual({ code: "bad-arguments", message: "the password is empty" });
  });

  it("refuses where another helper has every other host: nobody would ask for it", async () => {
    const bench = createRegistryBench({ stdin: "hunter2", env: { DOCR_FALLBACK: "pass" } });
    const flags = { username: "sammy", passwordStdin: true, check: true };
    for (const command of [addCommand, updateCommand]) {
      expect(await failureOf(() => bench.run(command, flags, "ghcr.io"))).toEqual({
        code: "bad-setting",
        message: "the fallback helper docker-credential-pass answers for ghcr.io, not docr",
      });
    }
  });

  it("needs a terminal for what it was not told", async () => {
    const bench = createRegistryBench();
    expect((await failureOf(() => bench.run(addCommand, CHECKED, "ghcr.io"))).code).toBe("no-terminal");
  });
});

describe("docr registry update", () => {
  it.each([
    ["the user name alone", { username: "rosa" }, "rosa hunter2"],
    ["the password alone", { passwordStdin: true }, "sammy new"],
    ["both", { username: "rosa", passwordStdin: true }, "rosa new"],
  ])("changes %s, checked, and the time of it", async (_title, flags, login) => {
    const bench = createRegistryBench({ stdin: "new" });
    await store(bench, "https://ghcr.io");
    bench.clock.pass(HOUR);
    const { text, json } = await bench.run(updateCommand, { check: true, ...flags }, "ghcr.io");
    expect(await loginAt(bench, "ghcr.io")).toBe(login);
    expect(bench.checks).toEqual([`ghcr.io ${login}`]);
    expect(text).toMatch(/^updated the login of (?:sammy|rosa) for ghcr\.io\n$/);
    expect(json).toMatchObject({ storedAt: "2026-11-21T13:00:00.000Z" });
  });

  it("asks for a new password where it was told nothing", async () => {
    const bench = createRegistryBench({ answers: ["new"] });
    await store(bench, "ghcr.io");
    await bench.run(updateCommand, CHECKED, "ghcr.io");
    expect(bench.questions).toEqual(["Password or access token for ghcr.io"]);
    expect(await loginAt(bench, "ghcr.io")).toBe("sammy new");
  });

  it("keeps the old one where the registry refuses the new one", async () => {
    const bench = createRegistryBench({
      stdin: "new",
      refusal: new HelperError("api-unauthorized", "refused"),
    });
    await store(bench, "ghcr.io");
    await failureOf(() => bench.run(updateCommand, { passwordStdin: true, check: true }, "ghcr.io"));
    expect(await loginAt(bench, "ghcr.io")).toBe("sammy hunter2");
  });

  it("needs one that is kept", async () => {
    const bench = createRegistryBench({ stdin: "new" });
    expect(await failureOf(() => bench.run(updateCommand, CHECKED, "ghcr.io"))).toEqual({
      code: "no-login",
      message: "docr has no login for ghcr.io",
    });
  });
});

async function hostsOf(bench: CommandBench, flags: GivenOptions<typeof listCommand>): Promise<unknown> {
  const { json } = await bench.run(listCommand, flags);
  return Array.isArray(json) ? json.map((one: unknown) => Object(one).host) : [];
}

describe("docr registry list", () => {
  const withLogins = async (options: Parameters<typeof createRegistryBench>[0] = {}) => {
    const bench = createRegistryBench(options);
    await store(bench, "ghcr.io", "sammy");
    await store(bench, HUB, "Rosa");
    await store(bench, "https://quay.io", "hunter2", "hunter2");
    await store(bench, OURS, "finished", "credential");
    return bench;
  };
  it("shows every login of other hosts, and no password", async () => {
    const bench = await withLogins();
    const { text, json } = await bench.run(listCommand, {});
    expect(text).toBe(
      [
        "HOST                         USER NAME            STORED                USED BY",
        "ghcr.io                      sammy                2026-11-21 12:00 UTC  docker",
        "https://index.docker.io/v1/  Rosa                 2026-11-21 12:00 UTC  docker",
        "quay.io                      (the secret itself)  2026-11-21 12:00 UTC  docker",
        "",
      ].join("\n"),
    );
    expect(Object(json)[0]).toEqual({
      host: "ghcr.io",
      username: "sammy",
      storedAt: "2026-11-21T12:00:00.000Z",
      usedBy: [{ client: "docker", source: "~/.docker/config.json", kind: "credsStore", helper: "docr" }],
    });
    expect(text + JSON.stringify(json)).not.toContain("hunter2");
  });

  it.each([
    [{ filter: "SAM" }, ["ghcr.io"]],
    [{ filter: "hunter2" }, []],
    [{ host: "*.io" }, ["ghcr.io", "quay.io"]],
    [{ host: "*docker*" }, [HUB]],
    [{ host: "QUAY.IO" }, ["quay.io"]],
    [{ host: "io" }, []],
    [{ host: "*" }, ["ghcr.io", HUB, "quay.io"]],
    [{ host: "g*c*.*o" }, ["ghcr.io"]],
    [{ host: "*.io", filter: "sam" }, ["ghcr.io"]],
  ])("picks by user name and host: %j", async (flags, hosts) => {
    expect(await hostsOf(await withLogins(), flags)).toEqual(hosts);
  });

  it("shows the two other logins that docker keeps for Docker Hub", async () => {
    const bench = createRegistryBench();
    for (const path of ["access-token", "refresh-token"]) await store(bench, HUB + path);
    expect(await hostsOf(bench, {})).toEqual([`${HUB}access-token`, `${HUB}refresh-token`]);
  });

  it("counts nobody as its user where another helper stands behind docr", async () => {
    const bench = createRegistryBench({ env: { DOCR_FALLBACK: "pass" } });
    await store(bench, "ghcr.io");
    expect((await bench.run(listCommand, {})).json).toMatchObject([{ host: "ghcr.io", usedBy: [] }]);
    const { text, json } = await bench.run(showCommand, {}, "ghcr.io");
    expect(text).toMatch(/^used by +none$/m);
    expect(json).toMatchObject({ usedBy: [], shadowedBy: [{ client: "docker", helper: "pass" }] });
  });

  it("is empty, and a note says why", async () => {
    const bench = createRegistryBench();
    expect(await bench.run(listCommand, {})).toEqual({ text: "", json: [] });
    await bench.run(listCommand, { filter: "x" });
    expect(bench.notes).toEqual(["no logins are stored", "no login matches"]);
  });

  it("shows a login from before times were noted", async () => {
    const bench = createRegistryBench({ uses: NOBODY });
    bench.keychain.items.set("login:ghcr.io", '{"serverUrl":"ghcr.io","username":"sammy","secret":"x"}');
    bench.keychain.items.set(
      "login:quay.io",
      '{"serverUrl":"quay.io","username":"sammy","secret":"x","storedAt":1e300}',
    );
    const { text, json } = await bench.run(listCommand, {});
    expect(text).toContain("ghcr.io  sammy      unknown  none\n");
    expect(json).toMatchObject([{ storedAt: null }, { storedAt: null }]);
  });

  it("says once which file could not be read", async () => {
    const bench = await withLogins({ uses: { warnings: ["~/.docker/config.json is not JSON"] } });
    await bench.run(listCommand, {});
    expect(bench.warnings).toEqual(["~/.docker/config.json is not JSON"]);
  });
});

describe("docr registry show", () => {
  it("says who uses it, and who finds something else first", async () => {
    const bench = createRegistryBench({ uses: { shadowedBy: [BY_PODMAN] } });
    await store(bench, "ghcr.io");
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

  it("finds Docker Hub's under docker's key, and podman's beside it", async () => {
    const bench = createRegistryBench();
    await store(bench, "docker.io", "podman");
    expect((await bench.run(showCommand, {}, "docker.io")).json).toMatchObject({ host: "docker.io" });
    await store(bench, HUB, "docker");
    expect((await bench.run(showCommand, {}, "docker.io")).json).toMatchObject({
      host: HUB,
      username: "docker",
    });
  });

  it("needs one that is kept", async () => {
    expect((await failureOf(() => createRegistryBench().run(showCommand, {}, "ghcr.io"))).code).toBe(
      "no-login",
    );
  });
});

describe("docr registry remove", () => {
  it("forgets it after a yes, and not after a no", async () => {
    const bench = createRegistryBench({ answers: [false, true] });
    await store(bench, "ghcr.io");
    await store(bench, "quay.io");
    expect((await failureOf(() => bench.run(removeCommand, {}, "ghcr.io"))).code).toBe("cancelled");
    expect(bench.keychain.items.size).toBe(2);
    const { text, json } = await bench.run(removeCommand, {}, "ghcr.io");
    expect([...bench.keychain.items.keys()]).toEqual(["login:quay.io"]);
    expect(text).toBe("deleted the login for ghcr.io from docr's store; the registry still accepts it\n");
    expect(json).toEqual({ host: "ghcr.io", username: "sammy", removed: true });
  });

  it("asks nobody with --yes", async () => {
    const bench = createRegistryBench();
    await store(bench, HUB);
    await bench.run(removeCommand, { yes: true }, "docker.io");
    expect(bench.keychain.items.size).toBe(0);
  });

  it("fails where there is none, and without a terminal to ask on", async () => {
    const bench = createRegistryBench();
    expect((await failureOf(() => bench.run(removeCommand, { yes: true }, "ghcr.io"))).code).toBe("no-login");
    await store(bench, "ghcr.io");
    expect((await failureOf(() => bench.run(removeCommand, {}, "ghcr.io"))).code).toBe("no-terminal");
  });
});
