import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type ConnectProxy, createConnectProxy } from "../support/fakes/connect-proxy.ts";
import { createStandIn, type StandIn } from "../support/fakes/digitalocean-api.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoExecutable, PATH_WITH_DOCR } from "../support/lab/executable.ts";
import { explainMissing } from "../support/lab/parts.ts";
import { createPki, readServerTls } from "../support/lab/pki.ts";
import { type Environment, type Outcome, run } from "../support/lab/run.ts";

const HOST = "registry.digitalocean.com";
const reason = explainNoExecutable() ?? explainMissing(["openssl"]);

// Against the executable: its bundle holds a part of undici only, and proxies are at the edge of that part.
describeUnless(reason, "the packed executable behind a proxy", () => {
  let folder: string;
  let standIn: StandIn;
  let proxy: ConnectProxy;
  let wall: ConnectProxy;
  let ca: string;
  let token: string;
  let round = 0;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "docr-p-"));
    const pki = await createPki(join(folder, "pki"));
    ({ ca } = pki);
    standIn = await createStandIn({ tls: readServerTls(pki) });
    token = standIn.account.addToken();
    proxy = await createConnectProxy({ port: Number(new URL(standIn.url).port) });
    wall = await createConnectProxy({ status: 407 });
  });
  afterAll(async () => {
    await proxy.close();
    await wall.close();
    await standIn.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => standIn.reset());

  const get = (added: Environment): Promise<Outcome> => {
    round += 1;
    const runtime = join(folder, `run-${round}`);
    mkdirSync(runtime, { mode: 0o700 });
    const env = {
      PATH: PATH_WITH_DOCR,
      XDG_RUNTIME_DIR: runtime,
      SSL_CERT_FILE: ca,
      DIGITALOCEAN_ACCESS_TOKEN: token,
      ...added,
    };
    return run(DOCR, ["get"], { stdin: HOST, env });
  };

  it("mints through a tunnel to the real name, which it verifies itself", async () => {
    const { code, stderr } = await get({ HTTPS_PROXY: proxy.url });
    expect([code, stderr]).toEqual([0, ""]);
    expect(proxy.tunnels).toContain("api.digitalocean.com:443");
    expect(standIn.count("mint")).toBe(1);
  });

  it("trusts no certificate but what it was told to, tunnel or not", async () => {
    const { code, stderr } = await get({
      HTTPS_PROXY: proxy.url,
      SSL_CERT_FILE: "/etc/ssl/certs/ca-certificates.crt",
      NODE_TLS_REJECT_UNAUTHORIZED: "0",
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^docr: api\.digitalocean\.com sent a certificate .*\n$/);
    expect(standIn.calls).toEqual([]);
  });

  it("goes around it for hosts in NO_PROXY", async () => {
    const { code } = await get({
      HTTPS_PROXY: wall.url,
      NO_PROXY: "localhost,127.0.0.1",
      DIGITALOCEAN_API_URL: standIn.url,
    });
    expect(code).toBe(0);
    expect(wall.tunnels).toEqual([]);
  });

  it("says in one line, at once, that the proxy refused", async () => {
    const { code, stdout, stderr, ms } = await get({ HTTPS_PROXY: wall.url });
    expect([code, stdout.split("\n").length, stderr.split("\n").length]).toEqual([1, 2, 2]);
    expect(stderr).toContain("the proxy refused");
    expect(ms).toBeLessThan(3000);
  });
});
