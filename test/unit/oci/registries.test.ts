import { createServer, type RequestListener } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { createRegistries } from "../../../src/oci/registries.ts";
import type { Observe, RegistryExchange } from "../../../src/oci/exchanges.ts";
import type { Registries, TokenAccess } from "../../../src/oci/registries.ts";
import type { Credential } from "../../../src/core/credential.ts";
import { parseImage } from "../../../src/core/image.ts";
import { Secret } from "../../../src/core/secret.ts";
import { closeServer, listen } from "../../support/fakes/digitalocean-api.ts";
import { createDockerHub, type DockerHub, type DockerHubOptions } from "../../support/fakes/docker-hub.ts";
import { type Failure, failureOf } from "../../support/fakes/failure-of.ts";
import { createImage, createIndex, digestOf, OCI_IMAGE, OCI_INDEX } from "../../support/fakes/images.ts";
import { recordTrace } from "../../support/fakes/recorded-trace.ts";

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

const recorded = recordTrace();

function registriesWith(budgetMs = 10_000, observe?: Observe): Registries {
  return createRegistries({
    env: {},
    userAgent: "the-agent/1",
    trace: recorded.trace,
    monotonicMs: () => performance.now(),
    budgetMs,
    observe,
  });
}
const registries = registriesWith();

async function startHub(options: DockerHubOptions = {}): Promise<DockerHub> {
  const hub = await createDockerHub(options);
  closers.push(() => hub.close());
  hub.addUser("ann", "hunter2");
  return hub;
}

/** A server with these answers, as host and port. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  const port = await listen(server, 0, "127.0.0.1");
  closers.push(() => closeServer(server));
  return `127.0.0.1:${port}`;
}

const login = (username: string, secret: string): Credential => ({
  username: new Secret(username),
  secret: new Secret(secret),
});
const ANN = login("ann", "hunter2");

const failureFrom = (host: string, credential?: Credential): Promise<Failure> =>
  failureOf(() => registries.findManifest(parseImage(`${host}/team/app:v1`), credential));

describe("a manifest", () => {
  it("is found after the handshake, with size and platform", async () => {
    const hub = await startHub();
    const { manifest, config, contentBytes } = createImage(OCI_IMAGE, { os: "linux", architecture: "arm64" });
    hub.addBlob(config);
    const digest = hub.addManifest("team/app", "v1", manifest, "ann");
    const found = await registries.findManifest(parseImage(`${hub.host}/team/app:v1`), ANN);
    expect(found).toEqual({
      digest,
      mediaType: OCI_IMAGE,
      bytes: manifest.bytes.length,
      contentBytes,
      platforms: ["linux/arm64"],
    });
    expect(hub.requests).toEqual([
      { method: "GET", path: "/v2/", shows: "nothing", status: 401 },
      {
        method: "GET",
        path: "/token?service=registry.docker.io&scope=repository%3Ateam%2Fapp%3Apull",
        shows: "basic",
        status: 200,
      },
      { method: "GET", path: "/v2/team/app/manifests/v1", shows: "bearer", status: 200 },
      { method: "GET", path: `/v2/team/app/blobs/${digestOf(config)}`, shows: "bearer", status: 200 },
    ]);
  });

  it("is found by its digest, and as latest without tag and digest", async () => {
    const hub = await startHub();
    const digest = hub.addManifest("team/app", "latest", createIndex(OCI_INDEX, ["linux/amd64"]));
    const byTag = await registries.findManifest(parseImage(`${hub.host}/team/app`), undefined);
    const byDigest = await registries.findManifest(parseImage(`${hub.host}/team/app@${digest}`), undefined);
    expect(byTag).toMatchObject({ digest, platforms: ["linux/amd64"], contentBytes: undefined });
    expect(byDigest).toEqual(byTag);
  });

  it("is found with an identity token, which is posted and never sent as a password", async () => {
    const hub = await startHub();
    hub.addManifest("team/app", "v1", createIndex(OCI_INDEX, ["linux/amd64"]), "ann");
    const identity = login("<token>", hub.identityTokenOf("ann"));
    expect(await registries.findManifest(parseImage(`${hub.host}/team/app:v1`), identity)).toBeDefined();
    expect(hub.requests.map(({ method, path, shows }) => [method, path, shows])).toEqual([
      ["GET", "/v2/", "nothing"],
      ["POST", "/token", "nothing"],
      ["GET", "/v2/team/app/manifests/v1", "bearer"],
    ]);
  });

  it("is found with a bearer token from the client's file", async () => {
    const host = await serve((request, response) => {
      if (request.headers.authorization === "Bearer hunter2") response.end('{"tags":["v1"]}');
      else response.writeHead(401, { "www-authenticate": 'Bearer realm="https://nobody.invalid/"' }).end();
    });
    const shown = { registryToken: new Secret("hunter2") };
    expect(await registries.listTags(parseImage(`${host}/team/app`), shown)).toEqual(["v1"]);
  });

  it("that does not exist is absent", async () => {
    const hub = await startHub();
    hub.addManifest("team/app", "v1", createIndex(OCI_INDEX, []));
    expect(await registries.findManifest(parseImage(`${hub.host}/team/app:v2`), ANN)).toBeUndefined();
  });

  it("of a repository that the token does not cover is denied; only for Docker Hub it is absent", async () => {
    const hub = await startHub();
    expect(await failureFrom(hub.host, ANN)).toEqual({
      code: "registry-denied",
      message: `${hub.host} denied access (HTTP 401)`,
    });
  });

  it("that does not match its digest is rejected", async () => {
    const { bytes } = createIndex(OCI_INDEX, []);
    const host = await serve((request, response) => {
      const digest = digestOf(Buffer.from("other"));
      if (request.url === "/v2/") response.end("{}");
      else if (request.url?.includes("sha256:"))
        response.writeHead(200, { "content-type": OCI_INDEX }).end(bytes);
      else response.writeHead(200, { "Docker-Content-Digest": digest, "content-type": OCI_INDEX }).end(bytes);
    });
    const mismatch = {
      code: "registry-digest-mismatch",
      message: `${host} sent content that does not match its digest`,
    };
    expect(await failureFrom(host)).toEqual(mismatch);
    const wanted = parseImage(`${host}/team/app@${digestOf(Buffer.from("wanted"))}`);
    expect(await failureOf(() => registries.findManifest(wanted, undefined))).toEqual(mismatch);
  });

  it("whose config does not match its digest is rejected", async () => {
    const { manifest } = createImage(OCI_IMAGE, { os: "linux", architecture: "arm64" });
    const host = await serve((request, response) => {
      const isManifest = request.url?.includes("/manifests/") === true;
      if (isManifest) response.writeHead(200, { "content-type": OCI_IMAGE }).end(manifest.bytes);
      else response.end('{"os":"linux","architecture":"amd64"}');
    });
    expect((await failureFrom(host)).code).toBe("registry-digest-mismatch");
  });

  it("of more than 4 MiB is not read to its end", async () => {
    const host = await serve((request, response) => {
      response.end(request.url === "/v2/" ? "{}" : Buffer.alloc(4 * 1024 * 1024 + 1, "x"));
    });
    expect(await failureFrom(host)).toEqual({
      code: "registry-malformed",
      message: `${host} sent a response that is too large`,
    });
  });
});

describe("a login", () => {
  it("is valid if the token service accepts it", async () => {
    const hub = await startHub();
    expect(await registries.checkLogin(hub.host, ANN)).toBe("accepted");
    expect(hub.requests.map(({ path, shows }) => [path, shows])).toEqual([
      ["/v2/", "nothing"],
      ["/token?service=registry.docker.io", "basic"],
      ["/v2/", "bearer"],
    ]);
  });

  it("is valid if the registry itself accepts it", async () => {
    const host = await serve((request, response) => {
      const isKnown =
        request.headers.authorization === `Basic ${Buffer.from("ann:hunter2").toString("base64")}`;
      response.writeHead(isKnown ? 200 : 401, { "www-authenticate": 'Basic realm="x"' }).end();
    });
    await registries.checkLogin(host, ANN);
    expect(await failureOf(() => registries.checkLogin(host, login("ann", "wrong")))).toEqual({
      code: "registry-unauthorized",
      message: `${host} rejected the login (HTTP 401)`,
    });
    const identity = login("<token>", "hunter2");
    expect((await failureOf(() => registries.checkLogin(host, identity))).code).toBe("registry-unauthorized");
    expect(await failureFrom(host)).toEqual({
      code: "registry-unauthorized",
      message: `${host} requires a login, and docr found none (HTTP 401)`,
    });
  });

  it("is not checked by a registry that responds without one", async () => {
    const open = await serve((_request, response) => response.end("{}"));
    expect(await registries.checkLogin(open, ANN)).toBe("not-needed");
    const hub = await startHub();
    expect(await registries.checkLogin(hub.host, undefined)).toBe("not-needed");
  });

  it("that is wrong is rejected by the token service", async () => {
    const hub = await startHub();
    expect(await failureFrom(hub.host, login("ann", "wrong"))).toEqual({
      code: "registry-unauthorized",
      message: `the token service of ${hub.host} rejected the login (HTTP 401)`,
    });
    expect((await failureFrom(hub.host, login("<token>", "wrong"))).code).toBe("registry-unauthorized");
  });

  it("is sent to registries that require it for the repository but not for /v2/", async () => {
    const host = await serve((request, response) => {
      if (request.url === "/v2/" || request.headers.authorization !== undefined)
        response.end('{"tags":["v1"]}');
      else response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
    });
    expect(await registries.listTags(parseImage(`${host}/team/app`), ANN)).toEqual(["v1"]);
  });
});

describe("a manifest's bytes", () => {
  it("are read once their digest is checked", async () => {
    const hub = await startHub();
    const index = createIndex(OCI_INDEX, ["linux/amd64"]);
    hub.addManifest("team/app", "v1", index);
    const image = parseImage(`${hub.host}/team/app:v1`);
    expect(await registries.readManifest(image, ANN)).toEqual(index.bytes);
    expect(await registries.readManifest({ ...image, tag: "v2" }, ANN)).toBeUndefined();
    const wrong = { ...image, tag: undefined, digest: digestOf(Buffer.from("other")) };
    const host = await serve((request, response) => {
      if (request.url === "/v2/") response.end("{}");
      else response.writeHead(200, { "content-type": OCI_INDEX }).end(index.bytes);
    });
    const failure = await failureOf(() => registries.readManifest({ ...wrong, host }, undefined));
    expect(failure.code).toBe("registry-digest-mismatch");
  });
});

describe("a 401 from the registry", () => {
  it("counts as absent if the caller says so and the token service accepted the login", async () => {
    const hub = await startHub();
    const image = parseImage(`${hub.host}/team/app:v1`);
    const rules = { absentOn401: true };
    expect(await registries.findManifest(image, ANN, rules)).toBeUndefined();
    expect(await registries.listTags(image, ANN, rules)).toBeUndefined();
    expect((await failureOf(() => registries.findManifest(image, login("ann", "wrong"), rules))).code).toBe(
      "registry-unauthorized",
    );
    expect((await failureFrom(hub.host, ANN)).code).toBe("registry-denied");
  });
});

/** A registry whose uploads have this response, and what it was asked. */
async function startRegistry(status: number, headers: Readonly<Record<string, string>> = {}) {
  const asked: string[] = [];
  const host = await serve((request, response) => {
    const scope = new URL(request.url ?? "", "http://x").searchParams.get("scope");
    asked.push(`${request.method} ${request.url?.split("?")[0]}${scope === null ? "" : ` ${scope}`}`);
    const realm = `http://${request.headers.host}/token`;
    if (request.url?.startsWith("/token")) response.end('{"token":"t"}');
    else if (request.headers.authorization !== "Bearer t") {
      response.writeHead(401, { "www-authenticate": `Bearer realm="${realm}"` }).end();
    } else response.writeHead(request.method === "POST" ? status : 204, headers).end();
  });
  return { image: parseImage(`${host}/team/app`), asked };
}

describe("permission to push", () => {
  it("is given if the registry lets an upload start, which docr cancels", async () => {
    const { image, asked } = await startRegistry(202, { location: "/v2/team/app/blobs/uploads/1?state=x" });
    expect(await registries.mayPush(image, ANN)).toBe(true);
    expect(asked).toEqual([
      "GET /v2/",
      "GET /token repository:team/app:pull,push",
      "POST /v2/team/app/blobs/uploads/",
      "DELETE /v2/team/app/blobs/uploads/1",
    ]);
  });

  it("is given even if the upload cannot be cancelled", async () => {
    const { image, asked } = await startRegistry(202, { location: "https://other.example/upload" });
    expect(await registries.mayPush(image, ANN)).toBe(true);
    expect(asked.at(-1)).toMatch(/^POST/);
  });

  it.each([
    [401, "registry-denied"],
    [403, "registry-denied"],
    [405, "registry-denied"],
    [503, "registry-unavailable"],
  ])("is not given with HTTP %i", async (status, code) => {
    const { image } = await startRegistry(status);
    expect((await failureOf(() => registries.mayPush(image, ANN))).code).toBe(code);
  });

  it("is unknown for a repository that the registry does not create", async () => {
    const { image } = await startRegistry(404);
    expect(await registries.mayPush(image, ANN)).toBe(false);
  });
});

const jwt = (claims: unknown): string => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;
const granting = (...actions: string[]) =>
  jwt({ access: [{ type: "repository", name: "team/app", actions }] });

/** A registry whose token service answers with the token. */
async function startTokenRegistry(token: string, isOpen = false): Promise<string> {
  return serve((request, response) => {
    const realm = `http://${request.headers.host}/token`;
    if (request.url?.startsWith("/token")) response.end(JSON.stringify({ token, expires_in: 300 }));
    else if (isOpen && request.url === "/v2/") response.end("{}");
    else response.writeHead(401, { "www-authenticate": `Bearer realm="${realm}"` }).end();
  });
}
const fetchFrom = async (host: string, access: TokenAccess = "pull") => {
  const { secret, ...rest } = await registries.fetchToken(parseImage(`${host}/team/app`), ANN, access);
  return { token: secret.reveal(), ...rest };
};

describe("a token", () => {
  it("is the one that the registry's token service issues", async () => {
    const token = granting("pull");
    expect(await fetchFrom(await startTokenRegistry(token))).toMatchObject({
      token,
      scope: "repository:team/app:pull",
      expiresInSeconds: 300,
    });
  });

  it.each(["opaque", jwt({}), jwt({ access: [{ Type: "repository" }] }), granting("*")])(
    "may not say what it permits: %s",
    async (token) => {
      expect((await fetchFrom(await startTokenRegistry(token), "pull,push")).token).toBe(token);
    },
  );

  it("that permits less is denied", async () => {
    expect(
      await failureOf(async () => fetchFrom(await startTokenRegistry(granting("pull")), "pull,push")),
    ).toMatchObject({
      code: "registry-denied",
      message: expect.stringMatching(/ did not grant push$/),
    });
    const other = jwt({ access: [{ type: "repository", name: "other", actions: ["pull"] }] });
    expect((await failureOf(async () => fetchFrom(await startTokenRegistry(other)))).code).toBe(
      "registry-denied",
    );
  });

  it("is found at a registry that asks for one at the repository only", async () => {
    expect((await fetchFrom(await startTokenRegistry("opaque", true))).token).toBe("opaque");
  });

  it("is missing at a registry that asks for the login itself, or for nothing", async () => {
    const basic = await serve((_request, response) => {
      response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
    });
    expect(await failureOf(() => fetchFrom(basic))).toEqual({
      code: "registry-no-token",
      message: `${basic} uses no bearer tokens: it asks for the login itself`,
    });
    const open = await serve((_request, response) => response.end("{}"));
    expect(await failureOf(() => fetchFrom(open))).toEqual({
      code: "registry-no-token",
      message: `${open} uses no bearer tokens: it answers without a login`,
    });
  });
});

describe("an observer", () => {
  it("sees challenge, realm, service, scope and statuses, without logins, tokens and queries", async () => {
    const hub = await startHub();
    hub.addManifest("team/app", "v1", createIndex(OCI_INDEX, []), "ann");
    const seen: RegistryExchange[] = [];
    const observed = registriesWith(10_000, (exchange) => void seen.push(exchange));
    await observed.findManifest(parseImage(`${hub.host}/team/app:v1`), ANN);
    const url = `http://${hub.host}`;
    expect(seen.slice(1)).toEqual([
      {
        method: "GET",
        url: `${url}/v2/`,
        sent: "nothing",
        grant: undefined,
        status: 401,
        failure: undefined,
        challenges: [
          { scheme: "bearer", realm: `${url}/token`, service: "registry.docker.io", scope: undefined },
        ],
      },
      {
        method: "GET",
        url: `${url}/token`,
        sent: "login",
        grant: { service: "registry.docker.io", scope: "repository:team/app:pull" },
        status: 200,
        failure: undefined,
        challenges: [],
      },
      {
        method: "GET",
        url: `${url}/v2/team/app/manifests/v1`,
        sent: "token",
        grant: undefined,
        status: 200,
        failure: undefined,
        challenges: [],
      },
    ]);
    // https first, which this registry does not speak.
    expect(seen[0]).toMatchObject({
      url: `https://${hub.host}/v2/`,
      status: undefined,
      failure: "registry-tls",
    });
    seen.length = 0;
    await observed.checkLogin(hub.host, login("<token>", hub.identityTokenOf("ann")));
    expect(seen[2]).toMatchObject({ method: "POST", sent: "identity token", grant: { scope: undefined } });
    expect(JSON.stringify(seen)).not.toMatch(/hunter2|eyJ/);
  });

  it("gets no control characters and no query of a realm", async () => {
    const seen: RegistryExchange[] = [];
    const host = await serve((_request, response) => {
      const challenges = ['Basic realm="a\tb"', 'Bearer realm="https://auth.example/token?key=hunter2"'];
      response.writeHead(401, { "www-authenticate": challenges }).end();
    });
    const observed = registriesWith(10_000, (exchange) => void seen.push(exchange));
    await failureOf(() => observed.checkLogin(host, undefined));
    expect(seen[1]?.challenges.map(({ realm }) => realm)).toEqual(["a?b", "https://auth.example/token"]);
  });
});

describe("tags", () => {
  it("are listed page by page", async () => {
    const hub = await startHub();
    const tags = Array.from({ length: 250 }, (_, index) => `v${String(index).padStart(3, "0")}`);
    for (const tag of tags) hub.addManifest("team/app", tag, createIndex(OCI_INDEX, []));
    expect(await registries.listTags(parseImage(`${hub.host}/team/app`), ANN)).toEqual(tags);
    expect(hub.requests.slice(2).map(({ path }) => path)).toEqual([
      "/v2/team/app/tags/list?n=100",
      "/v2/team/app/tags/list?last=v099&n=100",
      "/v2/team/app/tags/list?last=v199&n=100",
    ]);
  });

  it("of a missing repository are absent", async () => {
    const host = await serve((request, response) => {
      response.writeHead(request.url === "/v2/" ? 200 : 404).end("{}");
    });
    expect(await registries.listTags(parseImage(`${host}/team/app`), undefined)).toBeUndefined();
  });

  it("with endless pages are an error", async () => {
    const host = await serve((_request, response) => {
      response.writeHead(200, { link: '</v2/team/app/tags/list?again>; rel="next"' }).end('{"tags":[]}');
    });
    expect(await failureOf(() => registries.listTags(parseImage(`${host}/team/app`), undefined))).toEqual({
      code: "registry-malformed",
      message: `${host} sent an invalid response: too many pages of tags`,
    });
  });
});

describe("a registry's response", () => {
  it("may be a rate limit", async () => {
    const hub = await startHub();
    hub.addManifest("team/app", "v1", createIndex(OCI_INDEX, []));
    hub.limitRate();
    expect(await failureFrom(hub.host, ANN)).toEqual({
      code: "registry-rate-limited",
      message: `${hub.host} limits the rate of requests (HTTP 429, try again in 60 s)`,
    });
  });

  it.each([
    [403, "registry-denied", "denied access (HTTP 403)"],
    [429, "registry-rate-limited", "limits the rate of requests (HTTP 429)"],
    [503, "registry-unavailable", "failed (HTTP 503)"],
    [418, "registry-unexpected", "sent an unexpected response (HTTP 418)"],
    [404, "registry-unexpected", "sent an unexpected response (HTTP 404)"],
  ])("may be %i at /v2/", async (status, code, words) => {
    const host = await serve((_request, response) => response.writeHead(status).end("hunter2"));
    expect(await failureFrom(host)).toEqual({ code, message: `${host} ${words}` });
  });

  it.each([
    [undefined, "HTTP 401 without a Bearer or Basic challenge"],
    ["Negotiate", "HTTP 401 without a Bearer or Basic challenge"],
    ['Bearer service="x"', "a challenge without a valid realm"],
    ['Bearer realm="hunter2"', "a challenge without a valid realm"],
    ['Bearer realm="https://ann:hunter2@auth.example/"', "a realm with a user name"],
  ])("may be a malformed challenge: %j", async (header, what) => {
    const host = await serve((_request, response) => {
      response.writeHead(401, header === undefined ? {} : { "www-authenticate": header }).end();
    });
    expect(await failureFrom(host)).toEqual({
      code: "registry-malformed",
      message: `${host} sent an invalid response: ${what}`,
    });
  });

  it.each(["{}", '{"token":""}', '{"token":7}', '{"token":"a b"}', '{"token":"a\\r\\nb"}', "hunter2"])(
    "may be no token: %j",
    async (body) => {
      const host = await serve((request, response) => {
        const realm = `http://${request.headers.host}/token`;
        if (request.url?.startsWith("/token")) response.end(body);
        else response.writeHead(401, { "www-authenticate": `Bearer realm="${realm}"` }).end();
      });
      expect(await failureFrom(host)).toEqual({
        code: "registry-malformed",
        message: `the token service of ${host} sent an invalid response: no token`,
      });
    },
  );

  it("may be too late", async () => {
    const host = await serve(() => undefined);
    const image = parseImage(`${host}/team/app`);
    const started = performance.now();
    expect((await failureOf(() => registriesWith(300).findManifest(image, undefined))).code).toBe(
      "registry-timeout",
    );
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it("may be missing", async () => {
    expect(await failureFrom("127.0.0.1:9")).toEqual({
      code: "registry-refused",
      message: "127.0.0.1:9 refused the connection",
    });
    expect((await failureFrom("nobody.invalid")).code).toBe("registry-unknown-host");
    expect((await failureFrom("nobody.invalid:99999")).code).toBe("registry-unknown-host");
  });
});

describe("a login is sent", () => {
  it("to no realm with plain http, except on loopback", async () => {
    const hub = await startHub({ realm: "http://auth.example/token" });
    expect(await failureFrom(hub.host, ANN)).toEqual({
      code: "registry-insecure",
      message: `${hub.host} names a token service with plain http, which docr does not use`,
    });
  });

  it.each([301, 302, 303, 307, 308])("to no other host after a redirect (%i)", async (status) => {
    const seen: (string | undefined)[] = [];
    const { bytes } = createIndex(OCI_INDEX, ["linux/amd64"]);
    const store = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(200, { "content-type": OCI_INDEX }).end(bytes);
    });
    const host = await serve((request, response) => {
      const isAsked = request.headers.authorization !== undefined;
      if (!isAsked) response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
      else response.writeHead(status, { location: `http://${store}/blob` }).end();
    });
    expect(await registries.findManifest(parseImage(`${host}/team/app`), ANN)).toBeDefined();
    expect(seen).toEqual([undefined]);
  });

  it("to no other host after a redirect of a POST", async () => {
    let visits = 0;
    const elsewhere = await serve((_request, response) => {
      visits += 1;
      response.end('{"access_token":"x"}');
    });
    const service = await serve((_request, response) => {
      response.writeHead(307, { location: `http://${elsewhere}/token` }).end();
    });
    const host = await serve((_request, response) => {
      response.writeHead(401, { "www-authenticate": `Bearer realm="http://${service}/token"` }).end();
    });
    expect(await failureFrom(host, login("<token>", "hunter2"))).toEqual({
      code: "registry-unexpected",
      message: `the token service of ${host} sent an unexpected response (HTTP 307)`,
    });
    expect(visits).toBe(0);
  });

  it.each([
    ["at once", "/v2/"],
    ["for the manifest", "/v2/team/app/manifests/latest"],
  ])("to no realm that another host names behind a redirect, %s", async (_when, from) => {
    let visits = 0;
    const realm = await serve((_request, response) => {
      visits += 1;
      response.end('{"token":"x"}');
    });
    const elsewhere = await serve((_request, response) => {
      response.writeHead(401, { "www-authenticate": `Bearer realm="http://${realm}/token"` }).end();
    });
    const host = await serve((request, response) => {
      if (request.url === from) response.writeHead(307, { location: `http://${elsewhere}/v2/` });
      response.end("{}");
    });
    const image = parseImage(`${host}/team/app`);
    expect(await failureOf(() => registries.findManifest(image, ANN))).toEqual({
      code: "registry-insecure",
      message: `${host} redirects to another host that requires a login, and docr sends no login there`,
    });
    expect(visits).toBe(0);
  });

  it("along a redirect on the same host", async () => {
    const host = await serve((request, response) => {
      if (request.headers.authorization === undefined) {
        response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
      } else if (request.url === "/elsewhere") response.end('{"tags":["v1"]}');
      else response.writeHead(307, { location: "/elsewhere" }).end();
    });
    expect(await registries.listTags(parseImage(`${host}/team/app`), ANN)).toEqual(["v1"]);
  });

  it("to no other host for the next page of tags", async () => {
    let visits = 0;
    const elsewhere = await serve((_request, response) => {
      visits += 1;
      response.end("{}");
    });
    const host = await serve((_request, response) => {
      response.writeHead(200, { link: `<http://${elsewhere}/v2/>; rel="next"` }).end('{"tags":[]}');
    });
    const tags = registries.listTags(parseImage(`${host}/team/app`), ANN);
    expect((await failureOf(() => tags)).code).toBe("registry-malformed");
    expect(visits).toBe(0);
  });

  it.each([
    ["http://auth.example/", "registry-insecure"],
    ["ftp://auth.example/", "registry-insecure"],
    ["https://", "registry-malformed"],
  ])("along no redirect to %s", async (location, code) => {
    const host = await serve((_request, response) => response.writeHead(302, { location }).end());
    expect((await failureFrom(host, ANN)).code).toBe(code);
  });

  it("along at most five redirects", async () => {
    let visits = 0;
    const host = await serve((_request, response) => {
      visits += 1;
      response.writeHead(302, { location: "/v2/" }).end();
    });
    expect((await failureFrom(host, ANN)).code).toBe("registry-malformed");
    expect(visits).toBe(6);
  });
});

describe("the trace", () => {
  it("records each request, without logins, tokens and queries", async () => {
    const hub = await startHub();
    recorded.events.length = 0;
    await registries.checkLogin(hub.host, ANN);
    expect(recorded.events).toMatchObject([
      { event: "registry", details: { method: "GET", host: hub.host, path: "/v2/", code: "registry-tls" } },
      { event: "registry", details: { path: "/v2/", status: 401 } },
      { event: "registry", details: { path: "/token", status: 200 } },
      { event: "registry", details: { path: "/v2/", status: 200 } },
    ]);
    expect(JSON.stringify(recorded.events)).not.toMatch(/hunter2|service/);
  });
});
