import { mkdtempSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createConnectProxy } from "../support/fakes/connect-proxy.ts";
import { closeServer, listen } from "../support/fakes/digitalocean-api.ts";
import { createDockerHub, type DockerHub } from "../support/fakes/docker-hub.ts";
import { createIndex, DOCKER_LIST, OCI_INDEX, SCHEMA_2 } from "../support/fakes/images.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR } from "../support/lab/executable.ts";
import { explainNoLab, type Lab, openLab } from "../support/lab/lab.ts";
import { findLabFolder, findPki, HUB_ADDRESS } from "../support/lab/namespace.ts";
import { writeOciLayout } from "../support/lab/oci-layout.ts";
import { readServerTls } from "../support/lab/pki.ts";
import { BASIC_LOGIN } from "../support/lab/registry.ts";
import type { Environment, Outcome } from "../support/lab/run.ts";
import { openTerminal } from "../support/lab/terminal.ts";

const OURS = "registry.digitalocean.com";
const BASIC = "basic.test";
const PLATFORMS = ["linux/amd64", "linux/arm64"];

describeUnless(explainNoLab(["skopeo", "tmux"]), "docr check", () => {
  let lab: Lab;
  let hub: DockerHub;
  let token: string;

  beforeAll(async () => {
    lab = await openLab({ basicRegistry: true });
    token = lab.standIn.account.addToken();
    lab.standIn.account.registries = ["acme"];
    hub = await createDockerHub({
      host: HUB_ADDRESS,
      port: 443,
      tls: readServerTls(findPki(findLabFolder() ?? "")),
      realm: "https://auth.docker.io/token",
    });
    hub.addUser("ann", "hubpw");
    hub.addManifest("library/alpine", "latest", createIndex(DOCKER_LIST, ["linux/amd64", "linux/arm/v7"]));
    hub.addManifest("ann/private", "v1", createIndex(OCI_INDEX, ["linux/amd64"]), "ann");
    for (let index = 0; index < 130; index += 1) {
      hub.addManifest("library/many", `v${1000 + index}`, createIndex(OCI_INDEX, []));
    }
    const one = join(lab.folder, "one");
    const several = join(lab.folder, "several");
    writeOciLayout(one, "v1", ["linux/arm64"]);
    writeOciLayout(several, "v1", PLATFORMS);
    const basicLogin = `${BASIC_LOGIN.username}:${BASIC_LOGIN.password}`;
    await skopeo("--dest-creds", basicLogin, `oci:${one}:v1`, `docker://${BASIC}/tiny:oci`);
    await skopeo("--dest-creds", basicLogin, "-f", "v2s2", `oci:${one}:v1`, `docker://${BASIC}/tiny:docker`);
    await skopeo("--dest-creds", basicLogin, "-a", `oci:${several}:v1`, `docker://${BASIC}/tiny:index`);
    const ourLogin = `${token}:${token}`;
    await skopeo("--dest-creds", ourLogin, "-a", `oci:${several}:v1`, `docker://${OURS}/acme/app:v1`);
  });
  afterAll(async () => {
    await hub.close();
    await lab.close();
  });
  beforeEach(() => {
    lab.user.writeDockerConfig({
      credHelpers: { [OURS]: "docr" },
      auths: { [BASIC]: { auth: authOf(BASIC_LOGIN.username, BASIC_LOGIN.password) } },
    });
  });

  async function skopeo(...args: string[]): Promise<void> {
    const outcome = await lab.user.run("skopeo", ["copy", "-q", ...args]);
    if (outcome.code !== 0) throw new Error(outcome.stderr);
  }
  const docr = (args: readonly string[], env: Environment = {}): Promise<Outcome> =>
    lab.user.run(DOCR, args, { env });
  /** A folder for one terminal. The server of the previous terminal may still be running. */
  const room = (): string => mkdtempSync(join(lab.folder, "t-"));
  const ci = (): Environment => ({ DIGITALOCEAN_ACCESS_TOKEN: token });
  const check = async (...args: string[]) => {
    const { code, stdout, stderr } = await docr(["check", ...args, "--json"], ci());
    return { code, stderr, json: stdout === "" ? undefined : Object(JSON.parse(stdout)) };
  };

  it.each([
    ["oci", "application/vnd.oci.image.manifest.v1+json"],
    ["docker", SCHEMA_2],
  ])(
    "finds an image (%s) in a registry with basic authentication, with size and platform",
    async (tag, mediaType) => {
      const { code, json } = await check(`${BASIC}/tiny:${tag}`);
      expect([code, json]).toMatchObject([
        0,
        {
          image: `${BASIC}/tiny:${tag}`,
          status: "found",
          mediaType,
          platforms: ["linux/arm64"],
          login: { client: "docker", kind: "auths", key: BASIC },
        },
      ]);
      expect(json.contentBytes).toBeGreaterThan(100);
    },
  );

  it("finds an index by its tag and by its digest, which skopeo confirms", async () => {
    const { json } = await check(`${BASIC}/tiny:index`);
    expect(json).toMatchObject({ mediaType: OCI_INDEX, platforms: PLATFORMS });
    const theirs = await lab.user.run("skopeo", [
      "inspect",
      "--raw",
      "--creds",
      `${BASIC_LOGIN.username}:${BASIC_LOGIN.password}`,
      `docker://${BASIC}/tiny@${json.digest}`,
    ]);
    expect(theirs.stdout).toHaveLength(json.bytes);
    const byDigest = await check(`${BASIC}/tiny@${json.digest}`);
    expect(byDigest.json).toMatchObject({ digest: json.digest, status: "found" });
  });

  it("finds an image at DigitalOcean with the token handshake and the login of docker's helper", async () => {
    lab.standIn.reset();
    const { stdout, stderr, code } = await docr(["check", `${OURS}/acme/app:v1`], ci());
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^registry\.digitalocean\.com\/acme\/app:v1\n {2}digest +sha256:[0-9a-f]{64}\n/);
    expect(stdout).toContain("\n  platforms  linux/amd64, linux/arm64\n");
    expect(stdout).toContain("\n  login      docker-credential-docr (credHelpers in ");
    expect(lab.standIn.count("registry-auth")).toBe(1);
  });

  it("uses docr's own login for DigitalOcean's registry if docker is not configured, and says so", async () => {
    lab.user.writeDockerConfig({});
    const { stdout, code } = await docr(["check", `${OURS}/acme/app:v1`], ci());
    expect(code).toBe(0);
    expect(stdout).toContain("\n  login      docr (docker is not configured to ask docr");
  });

  it("exits with 3 for a missing tag and a missing repository", async () => {
    for (const image of [
      `${OURS}/acme/app:v2`,
      `${OURS}/acme/nothing`,
      `${BASIC}/tiny:none`,
      `${BASIC}/none`,
    ]) {
      expect([image, await check(image)]).toMatchObject([image, { code: 3, json: { status: "absent" } }]);
    }
  });

  it("exits with 4 for a wrong login, a missing login and another team's registry", async () => {
    expect(await check(`${OURS}/other/app:v1`)).toMatchObject({ code: 4, json: { status: "refused" } });
    expect(await check(`${BASIC}/tiny:oci`, "--anonymous")).toMatchObject({ code: 4 });
    lab.user.writeDockerConfig({ auths: { [BASIC]: { auth: authOf("bas", "hunter2") } } });
    const refused = await docr(["check", `${BASIC}/tiny:oci`]);
    expect(refused.code).toBe(4);
    expect(refused.stdout).toMatch(
      /^rejected: basic\.test\/tiny:oci\n {2}reason +basic\.test rejected the login \(HTTP 401\)\n/,
    );
    expect(refused.stdout + refused.stderr).not.toContain("hunter2");
  });

  it("exits with 1 for an unreachable registry, and with 2 for an invalid name", async () => {
    expect(await docr(["check", "nobody.test/app"])).toMatchObject({ code: 1, stdout: "" });
    expect(await docr(["check", "127.0.0.1:9/app"])).toMatchObject({
      code: 1,
      stderr:
        "docr: error: 127.0.0.1:9 refused the connection\ndocr: hint: check the host and port, and whether the registry is running\n",
    });
    expect(await docr(["check", "Acme/App"])).toMatchObject({ code: 2, stdout: "" });
    expect(await docr(["check", "acme/app", "--client", "crane"])).toMatchObject({ code: 2 });
    expect(await docr(["check"])).toMatchObject({ code: 2 });
  });

  it("tells who may push, and sees a read-only credential end with docr revoke", async () => {
    const file = join(lab.folder, "issued.json");
    const image = `${OURS}/acme/app`;
    expect(await check(image, "--push")).toMatchObject({ code: 0, json: { status: "allowed" } });
    expect((await docr(["credentials", "acme", "--output", file], ci())).code).toBe(0);
    expect((await check(`${image}:v1`, "--auth-file", file)).code).toBe(0);
    expect(await check(image, "--push", "--auth-file", file)).toMatchObject({ code: 4 });
    const revoked = await lab.user.run(DOCR, ["revoke"], { env: ci(), stdin: readFileSync(file, "utf8") });
    expect(revoked).toMatchObject({ code: 0, stdout: `revoked the credential for ${OURS}\n` });
    expect((await check(`${image}:v1`, "--auth-file", file)).code).toBe(4);
  });

  it("lists the tags of a repository", async () => {
    const listed = await docr(["check", `${BASIC}/tiny`, "--tags"]);
    expect([listed.code, listed.stdout.split("\n").toSorted()]).toEqual([0, ["", "docker", "index", "oci"]]);
  });

  it("uses podman's login with --client podman", async () => {
    const auth = join(lab.folder, "podman-auth.json");
    const login = ["login", "--authfile", auth, "-u", BASIC_LOGIN.username, "--password-stdin", BASIC];
    expect((await lab.user.run("skopeo", login, { stdin: BASIC_LOGIN.password })).code).toBe(0);
    lab.user.writeDockerConfig({});
    const args = ["check", `${BASIC}/tiny:oci`, "--client", "podman", "--json"];
    const { code, stdout } = await docr(args, { REGISTRY_AUTH_FILE: auth });
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { login: { client: "podman", kind: "auths" } }]);
  });

  it("finds an image on Docker Hub, without a login and with docker's", async () => {
    expect(await check("alpine")).toMatchObject({
      code: 0,
      json: {
        image: "docker.io/library/alpine:latest",
        mediaType: DOCKER_LIST,
        platforms: ["linux/amd64", "linux/arm/v7"],
        login: { kind: "none", key: "https://index.docker.io/v1/" },
      },
    });
    expect((await check("ann/private:v1")).code).toBe(3);
    loginToHub("hubpw");
    expect((await check("ann/private:v1")).code).toBe(0);
  });

  it("treats Docker Hub's 401 for a missing repository as absent, and one for a wrong login as refused", async () => {
    const { code, stdout } = await docr(["check", "acme/nothing"]);
    expect(code).toBe(3);
    expect(stdout).toContain("Docker Hub does not say which");
    loginToHub("hubpw");
    expect((await check("acme/nothing")).code).toBe(3);
    expect((await check("ann/private:v2")).code).toBe(3);
    loginToHub("hunter2");
    expect((await check("ann/private:v1")).code).toBe(4);
  });

  it("uses the proxy in HTTPS_PROXY, except for hosts in NO_PROXY", async () => {
    const proxy = await createConnectProxy({ port: 443 });
    const around = "api.digitalocean.com,cloud.digitalocean.com";
    const env = { ...ci(), HTTPS_PROXY: proxy.url, NO_PROXY: around };
    const { code } = await docr(["check", `${OURS}/acme/app:v1`], env);
    await proxy.close();
    expect([code, new Set(proxy.tunnels)]).toEqual([0, new Set([`${OURS}:443`])]);
  });

  it("prints the same in a terminal as in a pipe, with colours, and removes the spinner", async () => {
    const terminal = await openTerminal(room(), "docr check alpine", lab.user.env);
    try {
      const screen = await terminal.waitFor("[exit 0]");
      expect(screen).toMatch(/^docker\.io\/library\/alpine:latest\n {2}digest +sha256:[0-9a-f]{64}\n/);
      expect(await terminal.colours()).toContain("\u001b[1mdocker.io/library/alpine:latest");
    } finally {
      await terminal.close();
    }
  });

  it("ends at ctrl-C while the registry does not respond, and restores the terminal", async () => {
    const silent = createServer(() => undefined);
    const port = await listen(silent, 0, "127.0.0.1");
    const terminal = await openTerminal(room(), `docr check 127.0.0.1:${port}/app --anonymous`, lab.user.env);
    try {
      await terminal.waitFor(`asking 127.0.0.1:${port}`);
      await terminal.press("C-c");
      await terminal.waitFor("[exit 130]");
      await terminal.type("echo still here");
      await terminal.press("Enter");
      expect(await terminal.waitFor(/^still here$/m)).toContain("[exit 130]");
    } finally {
      await terminal.close();
      await closeServer(silent);
    }
  });

  it("lists more tags than fit into one page", async () => {
    const { json } = await check("many", "--tags");
    expect(json.tags).toHaveLength(130);
    const pages = hub.requests.filter(({ path }) => path.startsWith("/v2/library/many/tags/"));
    expect(pages.map(({ status }) => status)).toEqual([200, 200]);
  });

  const loginToHub = (password: string): void =>
    lab.user.writeDockerConfig({
      auths: { "https://index.docker.io/v1/": { auth: authOf("ann", password) } },
    });
});

function authOf(username: string, password: string): string {
  return Buffer.from(`${username}:${password}`).toString("base64");
}
