import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createNetwork } from "../../../src/http/reach.ts";
import { closeServer, listen } from "../../support/fakes/digitalocean-api.ts";
import { failureOf, failureOfSync } from "../../support/fakes/failure-of.ts";

const network = createNetwork({}, "the-agent/1", 5_000);

describe("reaching a server", () => {
  it("returns its status and clock, and sends no login", async () => {
    const seen: unknown[] = [];
    const server = createServer((request, response) => {
      const { host: _, connection: __, ...headers } = request.headers;
      seen.push(request.url, headers);
      response.writeHead(401, { date: "Sat, 21 Nov 2026 12:00:00 GMT" }).end();
    });
    const port = await listen(server, 0, "127.0.0.1");
    const reached = await network.reach(`http://127.0.0.1:${port}/v2/`);
    await closeServer(server);
    expect(reached).toEqual({ status: 401, serverTime: Date.UTC(2026, 10, 21, 12) });
    expect(seen).toEqual(["/v2/", { "user-agent": "the-agent/1" }]);
  });

  it.each(["some day", ""])("ignores the invalid date %j", async (date) => {
    const server = createServer((_request, response) => {
      response.sendDate = false;
      response.writeHead(200, { date }).end();
    });
    const port = await listen(server, 0, "127.0.0.1");
    const reached = await network.reach(`http://127.0.0.1:${port}/`);
    await closeServer(server);
    expect(reached).toEqual({ status: 200, serverTime: undefined });
  });

  it.each([
    ["http://127.0.0.1:9/", "refused the connection"],
    ["https://nobody.invalid/", "was not found in DNS"],
  ])("returns why there is no response from %s", async (url, problem) => {
    expect(await network.reach(url)).toEqual({ problem });
  });

  it("fails if the proxy setting is invalid", async () => {
    const broken = createNetwork({ HTTPS_PROXY: "http://[" }, "the-agent/1", 5_000);
    expect((await failureOf(() => broken.reach("https://nobody.invalid/"))).code).toBe("bad-setting");
  });
});

describe("the authorities", () => {
  it("are counted by source", () => {
    const folder = mkdtempSync(join(tmpdir(), "docr-network-"));
    const file = join(folder, "two.pem");
    const certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    writeFileSync(file, certificate + certificate);
    const env = { SSL_CERT_FILE: file, NODE_EXTRA_CA_CERTS: file };
    const words = createNetwork(env, "the-agent/1", 5_000).describeAuthorities();
    rmSync(folder, { recursive: true });
    expect(words).toBe("2 from the file in SSL_CERT_FILE, 2 from the file in NODE_EXTRA_CA_CERTS");
  });

  it("are the system's if no variable names a file", () => {
    expect(network.describeAuthorities()).toMatch(/^[1-9]\d* from \S/);
  });

  it("fail if a named file cannot be read", () => {
    const broken = createNetwork({ SSL_CERT_FILE: "/nowhere" }, "the-agent/1", 5_000);
    expect(failureOfSync(() => broken.describeAuthorities())).toEqual({
      code: "bad-trust",
      message: "the file in SSL_CERT_FILE cannot be read (ENOENT)",
    });
  });
});
