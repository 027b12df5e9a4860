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

// The executable has only a part of undici. Proxies are at the edge of that part.
describeUnless(reason, "the executable behind a proxy", () => {
  let folder: string;
  let standIn: StandIn;
  let proxy: ConnectProxy;
  let refusingProxy: ConnectProxy;
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
    refusingProxy = await createConnectProxy({ status: 407 });
  });
  afterAll(async () => {
    await proxy.close();
    await refusingProxy.close();
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

  it("refuses a socks5 proxy in one line that names it", async () => {
    const { code, stderr } = await get({ HTTPS_PROXY: proxy.url.replace("http:", "socks5:") });
    expect([code, stderr.split("\n").length]).toEqual([1, 2]);
    expect(stderr).toContain("HTTPS_PROXY names a proxy with the scheme socks5, which docr does not support");
  });

  it("mints through a tunnel, and verifies the API's name itself", async () => {
    const { code, stderr } = await get({ HTTPS_PROXY: proxy.url });
    expect([code, stderr]).toEqual([0, ""]);
    expect(proxy.tunnels).toContain("api.digitalocean.com:443");
    expect(standIn.count("mint")).toBe(1);
  });

  it("verifies certificates through a tunnel, too", async () => {
    const { code, stderr } = await get({
      HTTPS_PROXY: proxy.url,
      SSL_CERT_FILE: "/etc/ssl/certs/ca-certificates.crt",
      NODE_TLS_REJECT_UNAUTHORIZED: "0",
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^docr: api\.digitalocean\.com sent a certificate .*\n$/);
    expect(standIn.calls).toEqual([]);
  });

  it("connects directly to hosts in NO_PROXY", async () => {
    const { code } = await get({
      HTTPS_PROXY: refusingProxy.url,
      NO_PROXY: "localhost,127.0.0.1",
      DIGITALOCEAN_API_URL: standIn.url,
    });
    expect(code).toBe(0);
    expect(refusingProxy.tunnels).toEqual([]);
  });

  it("fails within 3 s in one line if the proxy refuses", async () => {
    const { code, stdout, stderr, ms } = await get({ HTTPS_PROXY: refusingProxy.url });
    expect([code, stdout.split("\n").length, stderr.split("\n").length]).toEqual([1, 2, 2]);
    expect(stderr).toContain("the proxy refused");
    expect(ms).toBeLessThan(3000);
  });
});
