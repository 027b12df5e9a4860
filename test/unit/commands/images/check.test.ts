import { describe, expect, it } from "vitest";
import { HelperError, type ErrorCode } from "../../../../src/core/errors.ts";
import type { Resolved } from "../../../../src/client-config/types.ts";
import type { RegistryLogin } from "../../../../src/oci/session.ts";
import type { RegistryExchange } from "../../../../src/oci/exchanges.ts";
import type { FoundManifest, Registries } from "../../../../src/oci/registries.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { checkCommand } from "../../../../src/commands/images/check.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { tokenOf } from "../../../support/fakes/credentials-bench.ts";
import {
  createCommandBench,
  type GivenOptions,
  type CommandBenchOptions,
} from "../../../support/fakes/command-bench.ts";

const DIGEST = `sha256:${"0".repeat(64)}`;
const FOUND: FoundManifest = {
  digest: DIGEST,
  mediaType: "application/vnd.oci.image.manifest.v1+json",
  bytes: 523,
  contentBytes: 12_345_678,
  platforms: ["linux/amd64"],
};
const ANN = { username: new Secret("ann"), secret: new Secret("hunter2") };

const ASKED = {
  client: "docker",
  source: "~/.docker/config.json",
  key: "ghcr.io",
  warnings: [],
} as const;
const NOTHING: Resolved = { ...ASKED, kind: "none" };
const BY_PASS = { ...ASKED, kind: "helper", setting: "credsStore", helper: "pass" } as const;
const HELPED: Resolved = { ...BY_PASS, login: { kind: "password", credential: ANN } };

interface Scene extends CommandBenchOptions {
  readonly resolved?: Resolved;
  /** The command's options. */
  readonly flags?: GivenOptions<typeof checkCommand>;
  readonly json?: boolean;
}

/** The command's result, and the logins that the registry got. */
async function run(
  text: string | readonly string[],
  { resolved = HELPED, flags = {}, json = false, ...scene }: Scene = {},
  registry: Partial<Registries> = {},
) {
  const shown: (RegistryLogin | undefined)[] = [];
  const asked: unknown[] = [];
  const bench = createCommandBench({
    ...scene,
    clients: {
      resolve: async (host, client, options) => {
        asked.push([host, client, options]);
        return resolved;
      },
    },
    registries: {
      async findManifest(_image, login) {
        shown.push(login);
        return FOUND;
      },
      async checkLogin(host, login) {
        asked.push(`checkLogin ${host}`);
        shown.push(login);
        return "accepted";
      },
      async listTags(_image, login) {
        shown.push(login);
        return ["v1", "v2"];
      },
      ...registry,
    },
  });
  const result = await bench.run(checkCommand, { ...flags, json }, typeof text === "string" ? [text] : text);
  const mints = bench.api.calls.filter((call) => call.startsWith("mint"));
  const { warnings, notes, printed } = bench;
  return { result, shown, asked, mints, warnings, notes, printed };
}

const failWith = (code: ErrorCode) => async (): Promise<never> => {
  throw new HelperError(code, "ghcr.io does something");
};

describe("docr check", () => {
  it("shows the manifest and the login that was used", async () => {
    const { result, shown, asked } = await run("ghcr.io/acme/app:v1");
    expect(result).toEqual({
      text: `ghcr.io/acme/app:v1
  digest     ${DIGEST}
  type       application/vnd.oci.image.manifest.v1+json
  manifest   523 bytes
  to pull    12.3 MB
  platforms  linux/amd64
  login      docker-credential-pass (credsStore in ~/.docker/config.json)
`,
      json: {
        image: "ghcr.io/acme/app:v1",
        login: {
          client: "docker",
          source: "~/.docker/config.json",
          kind: "credsStore",
          helper: "pass",
          key: "ghcr.io",
        },
        status: "found",
        ...FOUND,
      },
      exitCode: 0,
    });
    expect(shown).toEqual([ANN]);
    expect(asked).toEqual([["ghcr.io", "docker", { repository: "acme/app" }]]);
  });

  it("prints the full name, with latest as the default tag", async () => {
    const { result } = await run("alpine", { flags: { client: "podman" } });
    expect(result.text).toMatch(/^docker\.io\/library\/alpine:latest\n/);
    const byDigest = await run(`alpine:3@${DIGEST}`);
    expect(byDigest.result.json).toMatchObject({ image: `docker.io/library/alpine:3@${DIGEST}` });
  });

  it("lists the platforms of an index, which has no size of its own", async () => {
    const index = { ...FOUND, contentBytes: undefined, platforms: ["linux/amd64", "linux/arm64/v8"] };
    const { result } = await run("ghcr.io/a/b", {}, { findManifest: async () => index });
    expect(result.text).toContain("\n  platforms  linux/amd64, linux/arm64/v8\n");
    expect(result.text).not.toContain("to pull");
    const bare = await run("ghcr.io/a/b", {}, { findManifest: async () => ({ ...index, platforms: [] }) });
    expect(bare.result.text).toContain("\n  platforms  unknown\n");
  });

  it("exits with 3 if the image does not exist", async () => {
    const { result } = await run("ghcr.io/acme/app:v9", {}, { findManifest: async () => undefined });
    expect(result).toMatchObject({ exitCode: 3, json: { status: "absent", image: "ghcr.io/acme/app:v9" } });
    expect(result.text).toMatch(/^not found: ghcr\.io\/acme\/app:v9 does not exist\n/);
  });

  it("says that Docker Hub does not distinguish missing and hidden images", async () => {
    const { result } = await run("acme/app", {}, { findManifest: async () => undefined });
    expect(result.text).toContain("Docker Hub does not say which");
  });

  it.each<ErrorCode>(["registry-unauthorized", "registry-denied"])("exits with 4 for %s", async (code) => {
    const { result } = await run("ghcr.io/acme/app", {}, { findManifest: failWith(code) });
    expect(result).toMatchObject({
      exitCode: 4,
      text: `rejected: ghcr.io/acme/app:latest
  reason  ghcr.io does something
  login   docker-credential-pass (credsStore in ~/.docker/config.json)
  next    log in with an account that may: docker login ghcr.io
`,
      json: { status: "refused", reason: "ghcr.io does something" },
    });
  });

  it.each([
    ["alpine", "docker login"],
    ["registry.digitalocean.com/other/app", "docr login"],
    ["localhost:5000/app", "docker login localhost:5000"],
  ])("suggests how to log in for %s", async (image, command) => {
    const { result } = await run(image, {}, { findManifest: failWith("registry-denied") });
    expect(result.text).toMatch(new RegExp(`: ${command}\n$`));
  });

  it("throws the registry's other errors", async () => {
    const failing = run("ghcr.io/acme/app", {}, { findManifest: failWith("registry-timeout") });
    expect((await failureOf(() => failing)).code).toBe("registry-timeout");
  });

  it("rejects an invalid image name", async () => {
    expect((await failureOf(() => run("ghcr.io/Acme"))).code).toBe("bad-image");
  });
});

describe("docr check with a host", () => {
  it.each(["ghcr.io", "https://ghcr.io/", "http://GHCR.IO/v2/", "docker://ghcr.io"])(
    "checks the login there, and never asks Docker Hub: %s",
    async (text) => {
      const { result, shown, asked } = await run(text);
      expect(result).toEqual({
        text: `accepted: ghcr.io accepts the login
  login  docker-credential-pass (credsStore in ~/.docker/config.json)
`,
        json: {
          registry: "ghcr.io",
          login: expect.objectContaining({ client: "docker", helper: "pass" }),
          status: "accepted",
        },
        exitCode: 0,
      });
      expect(shown).toEqual([ANN]);
      expect(asked).toEqual([["ghcr.io", "docker", { repository: undefined }], "checkLogin ghcr.io"]);
    },
  );

  it("exits with 4 if the registry rejects the login", async () => {
    const { result } = await run("ghcr.io", {}, { checkLogin: failWith("registry-unauthorized") });
    expect(result).toMatchObject({
      exitCode: 4,
      text: `rejected: ghcr.io
  reason  ghcr.io does something
  login   docker-credential-pass (credsStore in ~/.docker/config.json)
  next    log in: docker login ghcr.io
`,
      json: { registry: "ghcr.io", status: "refused", reason: "ghcr.io does something" },
    });
  });

  it("says that the login was not checked if the registry responds without one", async () => {
    const open: Partial<Registries> = { checkLogin: async () => "not-needed" };
    const { result } = await run("localhost:5000", {}, open);
    expect(result.text).toBe(`open: localhost:5000 answers without a login
  login  docker-credential-pass (credsStore in ~/.docker/config.json); not checked
`);
    expect(result.json).toMatchObject({ status: "open" });
    const anonymous = await run("localhost:5000", { flags: { anonymous: true } }, open);
    expect(anonymous.result.text).toContain("  login  none (--anonymous)\n");
  });

  it("checks the login for one of DigitalOcean's registries", async () => {
    const resolved = { ...NOTHING, key: "registry.digitalocean.com" };
    const host = "registry.digitalocean.com";
    const { result, asked, mints } = await run(`${host}/beta`, { resolved, apiToken: tokenOf("a") });
    expect(result.json).toMatchObject({ registry: `${host}/beta`, status: "accepted" });
    expect(asked).toContain(`checkLogin ${host}`);
    expect(mints).toEqual(["mint beta read-write 3600"]);
  });

  it("has no tags", async () => {
    expect((await failureOf(() => run("ghcr.io", { flags: { tags: true } }))).code).toBe("bad-arguments");
  });
});

describe("docr check with a scheme in front", () => {
  it.each(["https://ghcr.io/acme/app:v1", "http://GHCR.io/acme/app:v1/", "docker://ghcr.io/acme/app:v1"])(
    "means the image: %s",
    async (text) => {
      expect((await run(text)).result.json).toMatchObject({ image: "ghcr.io/acme/app:v1", status: "found" });
    },
  );
});

describe("docr check --tags", () => {
  it("lists one tag a line", async () => {
    const { result } = await run("ghcr.io/acme/app", { flags: { tags: true } });
    expect(result.text).toBe("v1\nv2\n");
    expect(result.json).toMatchObject({ image: "ghcr.io/acme/app", status: "found", tags: ["v1", "v2"] });
  });

  it("exits with 3 if the repository does not exist, and with 4 if it is rejected", async () => {
    const absent = await run(
      "ghcr.io/acme/app",
      { flags: { tags: true } },
      { listTags: async () => undefined },
    );
    expect(absent.result.exitCode).toBe(3);
    const refused = await run(
      "ghcr.io/acme/app",
      { flags: { tags: true } },
      { listTags: failWith("registry-denied") },
    );
    expect(refused.result.exitCode).toBe(4);
  });

  it.each(["ghcr.io/acme/app:v1", `ghcr.io/acme/app@${DIGEST}`])(
    "rejects a tag or digest: %s",
    async (text) => {
      expect(await failureOf(() => run(text, { flags: { tags: true } }))).toEqual({
        code: "bad-arguments",
        message: "--tags lists every tag of a repository",
      });
    },
  );
});

describe("the login of docr check", () => {
  it("is absent with --anonymous, and docr reads no client's files", async () => {
    const { result, shown, asked } = await run("ghcr.io/acme/app", { flags: { anonymous: true } });
    expect([shown, asked]).toEqual([[undefined], []]);
    expect(result.text).toContain("  login      none (--anonymous)\n");
  });

  it("is an identity token if the client has one", async () => {
    const login = { kind: "identity-token", token: new Secret("refresh") } as const;
    const resolved = { ...BY_PASS, login };
    const { shown } = await run("ghcr.io/acme/app", { resolved });
    expect(shown.map((one) => one && "username" in one && one.username.reveal())).toEqual(["<token>"]);
  });

  it("is a bearer token if the client has one", async () => {
    const registryToken = new Secret("bearer");
    const login = { kind: "registry-token", token: registryToken } as const;
    const resolved = { ...ASKED, kind: "file", login } as const;
    const { shown, result } = await run("ghcr.io/acme/app", { resolved });
    expect(shown).toEqual([{ registryToken }]);
    expect(result.text).toContain("  login      auths in ~/.docker/config.json\n");
  });

  it("is absent if the client has none, with the client's warnings", async () => {
    const { result, shown, warnings } = await run("ghcr.io/a/b", {
      resolved: { ...NOTHING, warnings: ["beware"] },
    });
    expect(shown).toEqual([undefined]);
    expect(result.text).toContain("  login      none: docker has no login for ghcr.io\n");
    expect(warnings).toEqual(["beware"]);
    const empty = await run("ghcr.io/a/b", { resolved: { ...BY_PASS, login: undefined } });
    expect(empty.result.text).toContain(
      "  login      none: no login in docker-credential-pass (credsStore in",
    );
  });

  it("is docr's for DigitalOcean's registry if the client is not configured", async () => {
    const resolved = { ...NOTHING, key: "registry.digitalocean.com" };
    const { result, shown } = await run("registry.digitalocean.com/acme/app", {
      resolved,
      apiToken: tokenOf("a"),
    });
    expect(shown[0]).toHaveProperty("secret");
    expect(result.text).toContain(
      "  login      docr (docker is not configured to ask docr; run docr configure)\n",
    );
  });

  it("is for the registry that the image's path names, where the account has several", async () => {
    const resolved = { ...NOTHING, key: "registry.digitalocean.com" };
    const apiToken = tokenOf("a");
    const { mints } = await run("registry.digitalocean.com/beta/app", { resolved, apiToken });
    expect(mints).toEqual(["mint beta read-write 3600"]);
  });

  it("does not exist for another account's registry, which is reported as a rejection with the account's registries", async () => {
    const bench = createCommandBench({
      apiToken: tokenOf("a"),
      clients: { resolve: async () => ({ ...NOTHING, key: "registry.digitalocean.com" }) },
    });
    bench.api.registries = ["acme", "beta"];
    bench.api.fail("mint other", "api-not-found");
    const { text, exitCode } = await bench.run(checkCommand, {}, ["registry.digitalocean.com/other/app"]);
    expect(exitCode).toBe(4);
    expect(text).toMatch(/^rejected: .*\/other\/app:latest\n {2}reason {2}.* acme, beta\n$/);
  });

  it("is docr's for DigitalOcean's registry if the client's helper has none", async () => {
    const resolved = { ...BY_PASS, login: undefined, key: "registry.digitalocean.com" };
    const apiToken = tokenOf("a");
    const { result } = await run("registry.digitalocean.com/acme/app", { resolved, apiToken });
    expect(result.text).toContain("  login      docr (docker is not");
    const own = { ...resolved, helper: "docr" };
    const asked = await run("registry.digitalocean.com/acme/app", { resolved: own, apiToken });
    expect(asked.result.text).toContain(
      "  login      none: no login in docker-credential-docr (credsStore in ",
    );
  });

  it("is absent for DigitalOcean's registry if docr has none either", async () => {
    const resolved = { ...NOTHING, key: "registry.digitalocean.com" };
    const { result, shown } = await run("registry.digitalocean.com/acme/app", { resolved });
    expect(shown).toEqual([undefined]);
    expect(result.text).toContain(
      "  login      none: neither docker nor docr has a login (run docr login)\n",
    );
  });

  it("appears in no line and no JSON", async () => {
    const { result } = await run("ghcr.io/acme/app");
    expect(result.text + JSON.stringify(result.json)).not.toMatch(/hunter2|ann/);
  });
});

const image = (name: string): string => `ghcr.io/acme/${name}`;

describe("docr check with several images", () => {
  const answers: Partial<Registries> = {
    async findManifest({ host, repository }) {
      if (repository === "acme/none") return undefined;
      if (repository === "acme/secret") throw new HelperError("registry-denied", `${host} denied access`);
      if (repository === "acme/down") throw new HelperError("registry-timeout", `${host} did not respond`);
      return FOUND;
    },
  };

  it("prints a row for each, in order", async () => {
    const { result } = await run([image("app"), image("none"), image("secret"), "quay.io"], {}, answers);
    expect(result.text).toBe(
      [
        `found      ghcr.io/acme/app:latest     ${DIGEST}`,
        "not found  ghcr.io/acme/none:latest",
        "rejected   ghcr.io/acme/secret:latest  ghcr.io denied access",
        "accepted   quay.io",
        "",
      ].join("\n"),
    );
    expect(result.json).toMatchObject([
      { image: "ghcr.io/acme/app:latest", status: "found", digest: DIGEST },
      { status: "absent" },
      { status: "refused", reason: "ghcr.io denied access" },
      { registry: "quay.io", status: "accepted" },
    ]);
  });

  it.each([
    [["app", "app"], 0],
    [["app", "none"], 3],
    [["secret", "none", "app"], 4],
    [["none", "secret", "down"], 1],
  ])("exits with the worst exit code: %j", async (names, exitCode) => {
    expect((await run(names.map(image), {}, answers)).result.exitCode).toBe(exitCode);
  });

  it("shows the failure of one and the outcomes of the others", async () => {
    const { result } = await run([image("down"), image("app")], {}, answers);
    expect(result.text).toContain("failed  ghcr.io/acme/down:latest  ghcr.io did not respond\n");
    expect(Object(result.json)[0]).toMatchObject({
      status: "failed",
      error: { code: "registry-timeout", message: "ghcr.io did not respond" },
    });
  });

  it("checks none if one name is invalid", async () => {
    const { asked } = await run([image("app")]);
    expect(asked).toHaveLength(1);
    expect((await failureOf(() => run([image("app"), "ghcr.io/Acme"]))).code).toBe("bad-image");
  });
});

describe("docr check with a login of its own", () => {
  it("sends the user name and the password from stdin, and reads no client's files", async () => {
    const flags = { username: "bas", passwordStdin: true };
    const { result, shown, asked } = await run("ghcr.io/acme/app", { flags, stdin: "baspw" });
    expect(shown).toEqual([{ username: new Secret("bas"), secret: new Secret("baspw") }]);
    expect(shown.map((login) => login && "secret" in login && login.secret.reveal())).toEqual(["baspw"]);
    expect(asked).toEqual([]);
    expect(result.json).toMatchObject({ login: { source: "--username" } });
    expect(result.text + JSON.stringify(result.json)).not.toContain("baspw");
  });

  it("asks for the password in a terminal", async () => {
    const { shown } = await run("ghcr.io/acme/app", { flags: { username: "bas" }, answers: ["baspw"] });
    expect(shown.map((login) => login && "secret" in login && login.secret.reveal())).toEqual(["baspw"]);
  });

  it("looks under the given key, and in the given file", async () => {
    const flags = { key: "https://index.docker.io/v1/", authFile: "/srv/config.json" };
    const { asked } = await run("ghcr.io/acme/app", { flags });
    expect(asked).toEqual([["ghcr.io", "docker", { repository: "acme/app", ...flags }]]);
  });

  it("is never docr's own for a file or a key that has none", async () => {
    const resolved = { ...NOTHING, key: "registry.digitalocean.com" };
    const scene = { resolved, apiToken: tokenOf("a"), flags: { authFile: "/srv/config.json" } };
    const { shown, mints } = await run("registry.digitalocean.com/acme/app", scene);
    expect([shown, mints]).toEqual([[undefined], []]);
  });

  it.each([
    [{ passwordStdin: true }, "--password-stdin requires --username"],
    [{ username: "a:b", passwordStdin: true }, "the user name contains a colon"],
    [{ anonymous: true, username: "a" }, "--anonymous and --username cannot be combined"],
    [{ username: "a", key: "x" }, "--username and --key cannot be combined"],
    [{ username: "a", authFile: "x" }, "--username and --auth-file cannot be combined"],
    [{ anonymous: true, authFile: "x" }, "--anonymous and --auth-file cannot be combined"],
    [{ tags: true, raw: true }, "--tags and --raw cannot be combined"],
    [{ raw: true, push: true }, "--raw and --push cannot be combined"],
    [{ raw: true, trace: true }, "--raw and --trace cannot be combined"],
  ])("rejects %j", async (flags, message) => {
    expect(await failureOf(() => run("ghcr.io/acme/app", { flags }))).toEqual({
      code: "bad-arguments",
      message,
    });
  });
});

describe("docr check --absent-on-401", () => {
  it("takes the registry's 401 for absent, as BinderHub's not_found_401", async () => {
    const rules: unknown[] = [];
    const findManifest: Registries["findManifest"] = async (_image, _login, given) => {
      rules.push(given);
      return undefined;
    };
    const flags = { absentOn401: true };
    const { result } = await run("ghcr.io/acme/app", { flags }, { findManifest });
    expect(rules).toEqual([{ absentOn401: true }]);
    expect(result.exitCode).toBe(3);
    expect(result.text).toContain("does not exist, or this login may not see it (--absent-on-401)\n");
    await run("ghcr.io/acme/app", {}, { findManifest });
    expect(rules[1]).toEqual({});
  });
});

describe("docr check --raw", () => {
  const raw = { flags: { raw: true } };
  const text = '{"schemaVersion": 2,\n "é": "\\u00e9"}\n\n';

  it("prints the manifest's bytes", async () => {
    const readManifest = async (): Promise<Uint8Array> => Buffer.from(text);
    expect((await run("ghcr.io/acme/app", raw, { readManifest })).result.text).toBe(text);
  });

  it("prints nothing on stdout if there is none", async () => {
    const absent = await run("ghcr.io/acme/app", raw, { readManifest: async () => undefined });
    expect(absent.result).toEqual({ text: "", exitCode: 3 });
    expect(absent.notes).toEqual(["not found: ghcr.io/acme/app:latest does not exist"]);
    const refused = await run("ghcr.io/acme/app", raw, { readManifest: failWith("registry-denied") });
    expect(refused.result).toEqual({ text: "", exitCode: 4 });
    expect(refused.notes).toEqual(["rejected: ghcr.io/acme/app:latest: ghcr.io does something"]);
  });

  it("is for one image, and not for JSON", async () => {
    for (const [texts, json] of [
      [["ghcr.io/a/b", "ghcr.io/a/c"], false],
      [["ghcr.io/a/b"], true],
      [["ghcr.io"], false],
    ] as const) {
      expect((await failureOf(() => run(texts, { ...raw, json }))).code).toBe("bad-arguments");
    }
  });
});

describe("docr check --push", () => {
  const push = { flags: { push: true } };

  it("says whether the login may push to the repository, which need not exist", async () => {
    const { result } = await run("ghcr.io/acme/new:v1", push, { mayPush: async () => true });
    expect(result).toMatchObject({
      text: `may push: ghcr.io/acme/new
  login  docker-credential-pass (credsStore in ~/.docker/config.json)
`,
      json: { image: "ghcr.io/acme/new", status: "allowed" },
      exitCode: 0,
    });
  });

  it("exits with 4 if the login may not, and with 3 if the registry does not create repositories", async () => {
    const refused = await run("ghcr.io/acme/app", push, { mayPush: failWith("registry-denied") });
    expect(refused.result).toMatchObject({ exitCode: 4, json: { status: "refused" } });
    const absent = await run("ghcr.io/acme/app", push, { mayPush: async () => false });
    expect(absent.result.exitCode).toBe(3);
  });
});

describe("docr check --trace", () => {
  const exchanges: readonly RegistryExchange[] = [
    {
      method: "GET",
      url: "https://ghcr.io/v2/",
      sent: "nothing",
      grant: undefined,
      status: 401,
      failure: undefined,
      challenges: [
        {
          scheme: "bearer",
          realm: "https://ghcr.io/token",
          service: "ghcr.io",
          scope: "repository:user/image:pull",
        },
      ],
    },
    {
      method: "GET",
      url: "https://ghcr.io/token",
      sent: "login",
      grant: { service: "ghcr.io", scope: "repository:acme/app:pull" },
      status: 200,
      failure: undefined,
      challenges: [],
    },
    {
      method: "GET",
      url: "https://ghcr.io/v2/acme/app/manifests/latest",
      sent: "token",
      grant: undefined,
      status: undefined,
      failure: "registry-timeout",
      challenges: [],
    },
  ];
  const trace = { flags: { trace: true }, exchanges };
  const text = `GET https://ghcr.io/v2/
  sent       no login
  status     HTTP 401
  challenge  bearer
  realm      https://ghcr.io/token
  service    ghcr.io
  scope      repository:user/image:pull

GET https://ghcr.io/token
  sent     the login
  service  ghcr.io
  scope    repository:acme/app:pull
  status   HTTP 200

GET https://ghcr.io/v2/acme/app/manifests/latest
  sent    the token
  status  none (registry-timeout)

`;

  it("shows each exchange before the result, also before a failure", async () => {
    expect((await run("ghcr.io/acme/app", trace)).printed).toEqual([text]);
    const bench = createCommandBench({
      clients: { resolve: async () => HELPED },
      registries: { findManifest: failWith("registry-timeout") },
      exchanges,
    });
    await failureOf(() => bench.run(checkCommand, trace.flags, ["ghcr.io/acme/app"]));
    expect(bench.printed).toEqual([text]);
  });

  it("is a field of the JSON", async () => {
    const { result, printed } = await run("ghcr.io/acme/app", { ...trace, json: true });
    expect(printed).toEqual([]);
    expect(Object(result.json).trace[0]).toEqual({
      method: "GET",
      url: "https://ghcr.io/v2/",
      sent: null,
      service: null,
      scope: null,
      status: 401,
      failure: null,
      challenges: exchanges[0]?.challenges,
    });
    const several = await run(["ghcr.io/a/b", "quay.io"], { ...trace, json: true });
    expect(several.result.json).toMatchObject([{ trace: [{}, {}, {}] }, { trace: [{}, {}, {}] }]);
  });

  it("is absent without --trace", async () => {
    expect((await run("ghcr.io/acme/app", { exchanges })).result.json).not.toHaveProperty("trace");
  });
});
