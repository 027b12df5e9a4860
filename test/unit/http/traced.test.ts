import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttps } from "node:https";
import { createServer as createTcp, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { HttpResponse } from "../../../src/http/dispatch.ts";
import { createSend, type TracedRequest } from "../../../src/http/traced.ts";
import { Secret } from "../../../src/core/secret.ts";
import {
  createConnectProxy,
  type ConnectProxy,
  type ConnectProxyOptions,
} from "../../support/fakes/connect-proxy.ts";
import { closeServer, createStandIn, listen, readBody } from "../../support/fakes/digitalocean-api.ts";
import { failureOf, type Failure } from "../../support/fakes/failure-of.ts";
import { recordTrace, type RecordedTrace } from "../../support/fakes/recorded-trace.ts";
import { describeUnless } from "../../support/lab/describe.ts";
import { explainMissing } from "../../support/lab/parts.ts";
import { createPki, readServerTls, type Pki } from "../../support/lab/pki.ts";

const BEARER = new Secret("hunter2");
const PROXY_VARIABLES = ["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "no_proxy"];

const closers: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  for (const name of PROXY_VARIABLES) vi.stubEnv(name, undefined);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(closers.splice(0).map((close) => close()));
});

type Environment = Readonly<Record<string, string>>;

interface SendOptions {
  readonly env?: Environment;
  readonly signal?: AbortSignal;
  readonly request?: Partial<TracedRequest>;
  readonly recorded?: RecordedTrace;
}

const monotonicMs = (): number => performance.now();

/** One request from a process whose environment is `env` and nothing more. */
function send(url: string, options: SendOptions = {}): Promise<HttpResponse> {
  const env = options.env ?? {};
  for (const name of PROXY_VARIABLES) vi.stubEnv(name, env[name]);
  const signal = options.signal ?? AbortSignal.timeout(15_000);
  const { trace } = options.recorded ?? recordTrace();
  const sendTraced = createSend({ family: "api", env, userAgent: "the-agent/1", signal, trace, monotonicMs });
  const { hostname: server } = new URL(url);
  const common = { method: "GET", server, accept: "application/json", maxBytes: 1024 * 1024 } as const;
  return sendTraced({ ...common, url: new URL(url), authorization: { bearer: BEARER }, ...options.request });
}

const failureFrom = (url: string, options: SendOptions = {}): Promise<Failure> =>
  failureOf(() => send(url, options));

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  const port = await listen(server, 0, "127.0.0.1");
  closers.push(() => closeServer(server));
  return `http://127.0.0.1:${port}`;
}

/** A server that responds to every request with these bytes, and closes the connection. */
async function serveBytes(bytes: string): Promise<string> {
  const server = createTcp((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", () => socket.end(bytes));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function startStandIn() {
  const standIn = await createStandIn();
  closers.push(() => standIn.close());
  return standIn;
}

async function startProxy(options: ConnectProxyOptions): Promise<ConnectProxy> {
  const proxy = await createConnectProxy(options);
  closers.push(() => proxy.close());
  return proxy;
}

describe("a request", () => {
  it("has the headers authorization, accept and user-agent, and no others", async () => {
    const seen: unknown[] = [];
    const url = await serve((request, response) => {
      const { host, connection, ...headers } = request.headers;
      seen.push(request.method, request.url, headers, typeof host, typeof connection);
      response.end("{}");
    });
    await send(`${url}/v2/registries?x=1`);
    expect(seen.slice(0, 3)).toEqual([
      "GET",
      "/v2/registries?x=1",
      { authorization: "Bearer hunter2", accept: "application/json", "user-agent": "the-agent/1" },
    ]);
  });

  it("sends a form URL-encoded", async () => {
    const seen: unknown[] = [];
    const url = await serve((request, response) => {
      const note = async (): Promise<void> => {
        seen.push(request.method, request.headers["content-type"], await readBody(request));
        response.end("{}");
      };
      void note();
    });
    await send(url, { request: { method: "POST", form: { token: new Secret("a&b=c d") } } });
    expect(seen).toEqual(["POST", "application/x-www-form-urlencoded", "token=a%26b%3Dc+d"]);
  });

  it("returns status, headers and body of any response", async () => {
    const url = await serve((_request, response) => {
      response.writeHead(429, { "Retry-After": "7" }).end('{"id":"too_many_requests"}');
    });
    const response = await send(url);
    expect(response.status).toBe(429);
    expect(response.body.toString()).toBe('{"id":"too_many_requests"}');
    expect(response.headers["retry-after"]).toBe("7");
  });

  it("joins the chunks of a body before it decodes them", async () => {
    const url = await serve((_request, response) => {
      const bytes = Buffer.from("é");
      response.write(bytes.subarray(0, 1), () => setImmediate(() => response.end(bytes.subarray(1))));
    });
    expect((await send(url)).body.toString()).toBe("é");
  });
});

describe("a trace", () => {
  it("records each exchange, without query, headers and body", async () => {
    const recorded = recordTrace();
    const url = await serve((_request, response) => {
      response.writeHead(200, { "x-request-id": "12345678-abcd", "x-hunter2": "hunter2" }).end("hunter2");
    });
    await send(`${url}/v2/registries?hunter2=hunter2`, { recorded });
    expect(recorded.events).toMatchObject([
      {
        event: "api",
        details: { method: "GET", path: "/v2/registries", status: 200, requestId: "12345678-abcd" },
      },
    ]);
    expect(JSON.stringify(recorded.events)).not.toContain("hunter2");
  });

  it("records a failed exchange with its code", async () => {
    const recorded = recordTrace();
    await failureFrom("https://nobody.invalid/v2/registries", { recorded });
    expect(recorded.events).toMatchObject([
      { event: "api", details: { method: "GET", path: "/v2/registries", code: "api-unknown-host" } },
    ]);
  });
});

describe("a redirect", () => {
  it.each([301, 302, 303, 307, 308])(
    "with status %i is not followed, because the token is for one host",
    async (status) => {
      let visits = 0;
      const elsewhere = await serve((_request, response) => {
        visits += 1;
        response.end("{}");
      });
      const url = await serve((_request, response) => {
        response.writeHead(status, { location: `${elsewhere}/steal` }).end();
      });
      expect((await send(url)).status).toBe(status);
      expect(visits).toBe(0);
    },
  );
});

const CUT_OFF = {
  code: "api-cut-off",
  message: "127.0.0.1 closed the connection before the response was complete",
};

describe("a response", () => {
  it("over the limit is not read to its end", async () => {
    const standIn = await startStandIn();
    standIn.faults.add({ kind: "huge", path: "*" });
    expect(await failureFrom(`${standIn.url}/v2/registries`)).toEqual({
      code: "api-malformed",
      message: "127.0.0.1 sent a response that is too large",
    });
  });

  it("may have exactly the allowed size", async () => {
    const url = await serve((request, response) => {
      response.end("x".repeat(1024 * 1024 + Number(request.url?.slice(1))));
    });
    expect((await send(`${url}/0`)).body).toHaveLength(1024 * 1024);
    expect((await failureFrom(`${url}/1`)).code).toBe("api-malformed");
  });

  it("that never ends fails at the limit", async () => {
    const url = await serve((_request, response) => {
      const pour = (): void => {
        if (!response.destroyed) response.write("x".repeat(64 * 1024), () => setImmediate(pour));
      };
      pour();
    });
    expect((await failureFrom(url)).code).toBe("api-malformed");
  });

  it.each(["cut-off", "reset"] as const)("that ends too early (%s) is cut off", async (kind) => {
    const standIn = await startStandIn();
    standIn.faults.add({ kind, path: "*" });
    expect(await failureFrom(`${standIn.url}/v2/registries`)).toEqual(CUT_OFF);
  });

  it("without any bytes is cut off", async () => {
    expect(await failureFrom(await serveBytes(""))).toEqual(CUT_OFF);
  });

  it.each(["hunter2 is no HTTP\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n"])(
    "that is not HTTP (%j) is cut off",
    async (bytes) => {
      expect(await failureFrom(await serveBytes(bytes))).toEqual(CUT_OFF);
    },
  );

  it("that is not HTTP is not shown in the message", async () => {
    const failure = await failureFrom(await serveBytes("hunter2 is no HTTP\r\n\r\n"));
    expect(failure.message).toMatch(/^127\.0\.0\.1 /);
    expect(failure.message).not.toContain("hunter2");
  });

  it("that does not arrive times out when the signal aborts", async () => {
    const standIn = await startStandIn();
    standIn.faults.add({ kind: "hang", path: "*" });
    expect(await failureFrom(`${standIn.url}/v2/registries`, { signal: AbortSignal.timeout(50) })).toEqual({
      code: "api-timeout",
      message: "127.0.0.1 did not respond in time",
    });
  });

  it("that stops half-way times out when the signal aborts", async () => {
    const url = await serve((_request, response) => {
      response.write("{");
    });
    expect((await failureFrom(url, { signal: AbortSignal.timeout(50) })).code).toBe("api-timeout");
  });

  it("is not requested after the signal has aborted", async () => {
    const standIn = await startStandIn();
    const failure = await failureFrom(`${standIn.url}/v2/registries`, { signal: AbortSignal.abort() });
    expect(failure.code).toBe("api-timeout");
    expect(standIn.calls).toEqual([]);
  });
});

/** A port of loopback that no program listens on. */
async function findFreePort(): Promise<number> {
  const server = createTcp();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("a host", () => {
  it("without a listening server refuses the connection", async () => {
    expect(await failureFrom(`http://127.0.0.1:${await findFreePort()}/`)).toEqual({
      code: "api-refused",
      message: "127.0.0.1 refused the connection",
    });
  });

  it("is named in the message as the request names it, with the family's code and the cause", async () => {
    const url = new URL(`http://127.0.0.1:${await findFreePort()}/`);
    const { trace } = recordTrace();
    const signal = AbortSignal.timeout(15_000);
    const sendToRegistry = createSend({
      family: "registry",
      env: {},
      userAgent: "the-agent/1",
      signal,
      trace,
      monotonicMs,
    });
    await expect(
      sendToRegistry({ method: "GET", url, server: "the registry", maxBytes: 1 }),
    ).rejects.toMatchObject({
      code: "registry-refused",
      message: "the registry refused the connection",
      cause: expect.objectContaining({ code: "ECONNREFUSED" }),
    });
  });

  it("that DNS does not know has no address", async () => {
    expect(await failureFrom("https://nobody.invalid/")).toEqual({
      code: "api-unknown-host",
      message: "nobody.invalid was not found in DNS",
    });
  });
});

describe("a file of certificate authorities", () => {
  it.each(["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"])(
    "that %s names and that does not exist is an error",
    async (name) => {
      const failure = await failureFrom("https://nobody.invalid/", { env: { [name]: "/nowhere/ca.pem" } });
      expect(failure).toEqual({
        code: "bad-trust",
        message: `the file in ${name} cannot be read (ENOENT)`,
      });
    },
  );

  it("is ignored if its variable is empty", async () => {
    const env = { SSL_CERT_FILE: "", NODE_EXTRA_CA_CERTS: "" };
    expect((await failureFrom("https://nobody.invalid/", { env })).code).toBe("api-unknown-host");
  });
});

describeUnless(explainMissing(["openssl"]), "TLS", () => {
  let folder: string;
  let pki: Pki;
  let server: Server;
  let port: number;
  const visits: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "docr-unit-"));
    pki = await createPki(join(folder, "pki"));
    const { key, certificate } = readServerTls(pki);
    server = createHttps({ key, cert: certificate }, (request, response) => {
      visits.push(`${request.headers.host}`);
      response.end("{}");
    });
    port = await listen(server, 0, "127.0.0.1");
  });

  afterAll(async () => {
    await closeServer(server);
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(() => {
    visits.length = 0;
  });

  const UNTRUSTED = {
    code: "api-tls",
    message: "127.0.0.1 sent a certificate that this machine does not trust, or does not speak TLS",
  };

  it("is refused if the authority is unknown", async () => {
    expect(await failureFrom(`https://127.0.0.1:${port}/`)).toEqual(UNTRUSTED);
    expect(visits).toEqual([]);
  });

  it("is refused if the authority is unknown, even if NODE_TLS_REJECT_UNAUTHORIZED is 0", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: "0" };
    expect(await failureFrom(`https://127.0.0.1:${port}/`, { env })).toEqual(UNTRUSTED);
    expect(visits).toEqual([]);
  });

  it.each(["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"])("is trusted if %s names the authority", async (name) => {
    expect(await send(`https://127.0.0.1:${port}/`, { env: { [name]: pki.ca } })).toMatchObject({
      status: 200,
    });
    expect(visits).toEqual([`127.0.0.1:${port}`]);
  });

  it("is trusted if NODE_EXTRA_CA_CERTS adds the authority to SSL_CERT_FILE's", async () => {
    const other = { SSL_CERT_FILE: pki.signerCertificate };
    expect(await failureFrom(`https://127.0.0.1:${port}/`, { env: other })).toEqual(UNTRUSTED);
    const both = { ...other, NODE_EXTRA_CA_CERTS: pki.ca };
    expect(await send(`https://127.0.0.1:${port}/`, { env: both })).toMatchObject({ status: 200 });
  });

  it("is refused if the certificate is for another host", async () => {
    const stranger = await createConnectProxy({ port });
    closers.push(() => stranger.close());
    const env = { SSL_CERT_FILE: pki.ca, HTTPS_PROXY: stranger.url };
    expect(await failureFrom("https://nobody.invalid/", { env })).toEqual({
      ...UNTRUSTED,
      message: UNTRUSTED.message.replace("127.0.0.1", "nobody.invalid"),
    });
    expect(visits).toEqual([]);
  });

  it("fails if the server speaks plain http", async () => {
    const url = await serve((_request, response) => response.end("{}"));
    const failure = await failureFrom(url.replace("http:", "https:"), { env: { SSL_CERT_FILE: pki.ca } });
    expect(failure).toEqual(UNTRUSTED);
  });

  it("fails without a crash if the file of authorities contains no certificate", async () => {
    const path = join(folder, "no.pem");
    writeFileSync(path, "no certificate");
    const failure = await failureFrom(`https://127.0.0.1:${port}/`, { env: { SSL_CERT_FILE: path } });
    expect(failure.code).toMatch(/^api-(?:tls|bad-trust)$/);
  });

  describe("through a proxy", () => {
    const API = "https://api.digitalocean.com/v2/registries";

    it.each(["HTTPS_PROXY", "https_proxy"])("that %s names, uses a tunnel to the API", async (name) => {
      const proxy = await startProxy({ port });
      const env = { [name]: proxy.url, SSL_CERT_FILE: pki.ca };
      expect(await send(API, { env })).toMatchObject({ status: 200 });
      expect([proxy.tunnels, proxy.plain, visits]).toEqual([
        ["api.digitalocean.com:443"],
        [],
        ["api.digitalocean.com"],
      ]);
    });

    it("is refused if the authority at the tunnel's end is unknown", async () => {
      const proxy = await startProxy({ port });
      vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
      const failure = await failureFrom(API, { env: { HTTPS_PROXY: proxy.url } });
      expect(failure.code).toBe("api-tls");
      expect([proxy.tunnels.length, visits]).toEqual([1, []]);
    });

    it.each(["nobody.invalid", ".invalid", "a.example,nobody.invalid", "*"])(
      "goes directly to a host that NO_PROXY=%s names",
      async (names) => {
        const proxy = await startProxy({ port });
        const env = { HTTPS_PROXY: proxy.url, NO_PROXY: names, SSL_CERT_FILE: pki.ca };
        expect((await failureFrom("https://nobody.invalid/", { env })).code).toBe("api-unknown-host");
        expect(proxy.tunnels).toEqual([]);
      },
    );

    it("is used for a host that NO_PROXY does not name", async () => {
      const proxy = await startProxy({ port });
      const env = { HTTPS_PROXY: proxy.url, NO_PROXY: "digitalocean.org,ocean.com", SSL_CERT_FILE: pki.ca };
      expect(await send(API, { env })).toMatchObject({ status: 200 });
      expect(proxy.tunnels).toEqual(["api.digitalocean.com:443"]);
    });

    it("is never used for loopback", async () => {
      const proxy = await startProxy({ port });
      const env = { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url, SSL_CERT_FILE: pki.ca };
      expect(await send(`https://127.0.0.1:${port}/`, { env })).toMatchObject({ status: 200 });
      const standIn = await startStandIn();
      expect(await send(`${standIn.url}/v2/registries`, { env })).toMatchObject({ status: 401 });
      expect([proxy.tunnels, proxy.plain]).toEqual([[], []]);
    });

    it.each(["socks5", "socks5h", "socks", "socks4", "ftp", "quic"])(
      "of the scheme %s is refused by name, and nothing connects to it",
      async (scheme) => {
        const proxy = await startProxy({ port });
        for (const name of ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY"]) {
          const env = { [name]: proxy.url.replace("http:", `${scheme}:`), SSL_CERT_FILE: pki.ca };
          expect(await failureFrom(API, { env })).toEqual({
            code: "bad-setting",
            message: `${name} names a proxy with the scheme ${scheme}, which docr does not support`,
          });
        }
        expect([proxy.tunnels, proxy.plain, visits]).toEqual([[], [], []]);
      },
    );

    it("of another scheme does not matter for a host that NO_PROXY names", async () => {
      const env = { HTTPS_PROXY: "socks5://127.0.0.1:9", NO_PROXY: ".invalid", SSL_CERT_FILE: pki.ca };
      expect((await failureFrom("https://nobody.invalid/", { env })).code).toBe("api-unknown-host");
    });

    it("that is not running refuses the connection", async () => {
      const env = { HTTPS_PROXY: "http://127.0.0.1:9", SSL_CERT_FILE: pki.ca };
      expect((await failureFrom(API, { env })).code).toBe("api-refused");
    });

    it.each([403, 407, 502])(
      "that refuses the tunnel with %i is a proxy error, not a timeout",
      async (status) => {
        const proxy = await startProxy({ status });
        const failure = await failureFrom(API, { env: { HTTPS_PROXY: proxy.url, SSL_CERT_FILE: pki.ca } });
        expect(failure.code).toBe("api-proxy");
      },
    );
  });
});
