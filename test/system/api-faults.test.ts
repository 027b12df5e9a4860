import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createStandIn, type StandIn } from "../support/fakes/digitalocean-api.ts";
import type { Fault } from "../support/fakes/digitalocean-faults.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoExecutable } from "../support/lab/executable.ts";
import { explainMissing, SYSTEM_PATH } from "../support/lab/parts.ts";
import { createPki, type Pki, readServerTls } from "../support/lab/pki.ts";
import { type Environment, type Outcome, run } from "../support/lab/run.ts";
import { CLEAN_FAILURE, lookAt } from "../support/failure.ts";

const HOST = "registry.digitalocean.com";
const LIST = "/v2/registries";
const MINT = "/v2/registries/acme/docker-credentials";
const ALWAYS = 99;

/** What the API does, and a word that the person must then read. */
const FAULTS: readonly { readonly title: string; readonly fault: Fault; readonly says: RegExp }[] = [
  { title: "401", fault: { kind: "answer", path: LIST, status: 401 }, says: /token/ },
  { title: "403 for everything", fault: { kind: "answer", path: "/v2/*", status: 403 }, says: /registry:/ },
  { title: "404 for the registry", fault: { kind: "answer", path: MINT, status: 404 }, says: /registry/ },
  { title: "412", fault: { kind: "answer", path: "/v2/*", status: 412 }, says: /DOCR_REGISTRY/ },
  { title: "429", fault: { kind: "answer", path: MINT, status: 429 }, says: /rate|requests/ },
  { title: "500", fault: { kind: "answer", path: MINT, status: 500 }, says: /DigitalOcean/ },
  {
    title: "503 from something in between",
    fault: { kind: "wrong-content", path: "/v2/*", status: 503 },
    says: /DigitalOcean/,
  },
  { title: "JSON that is none", fault: { kind: "malformed", path: MINT }, says: /answer/ },
  { title: "an answer cut off in the middle", fault: { kind: "cut-off", path: MINT }, says: /./ },
  { title: "a page for people", fault: { kind: "wrong-content", path: LIST }, says: /answer/ },
  { title: "no entry for our host", fault: { kind: "no-auths", path: MINT }, says: /answer|credential/ },
  { title: "an answer without end", fault: { kind: "huge", path: MINT }, says: /./ },
  { title: "a redirect", fault: { kind: "redirect", path: LIST }, says: /./ },
  { title: "a connection that is reset", fault: { kind: "reset", path: MINT }, says: /./ },
  { title: "no answer at all", fault: { kind: "hang", path: LIST }, says: /./ },
];

describeUnless(explainNoExecutable() ?? explainMissing(["openssl"]), "get while the API misbehaves", () => {
  let folder: string;
  let env: Environment;
  let standIn: StandIn;
  let pki: Pki;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "docr-api-"));
    pki = await createPki(join(folder, "pki"));
    standIn = await createStandIn();
    const token = standIn.account.addToken();
    env = {
      PATH: SYSTEM_PATH,
      HOME: folder,
      DIGITALOCEAN_ACCESS_TOKEN: token,
      DIGITALOCEAN_API_URL: standIn.url,
    };
  });
  afterAll(async () => {
    await standIn.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => standIn.reset());

  const get = (added: Environment = {}): Promise<Outcome> => {
    // A runtime directory of its own for each, so that nothing is kept from one to the next.
    const runtime = mkdtempSync(join(folder, "r"));
    return run(DOCR, ["get"], {
      stdin: HOST,
      env: { ...env, XDG_RUNTIME_DIR: runtime, ...added },
      timeoutSeconds: 60,
    });
  };

  it("answers while it behaves, or none of the following means anything", async () => {
    expect((await get()).code).toBe(0);
  });

  it.each(FAULTS)("says so, on both streams and in time: $title", async ({ fault, says }) => {
    standIn.faults.add({ ...fault, times: ALWAYS });
    const outcome = await get();
    expect(lookAt(outcome)).toEqual(CLEAN_FAILURE);
    expect(outcome.stderr).toMatch(says);
    // What came in is not repeated, nor is the token that went out.
    expect(outcome.stderr).not.toMatch(/<html|dop_v1_[0-9a-f]/);
  });

  it("names the registries where there are several and none was chosen", async () => {
    const several = await createStandIn({ registries: ["acme", "acme-staging"] });
    try {
      const token = several.account.addToken();
      const outcome = await get({ DIGITALOCEAN_API_URL: several.url, DIGITALOCEAN_ACCESS_TOKEN: token });
      expect(lookAt(outcome)).toEqual(CLEAN_FAILURE);
      expect(outcome.stderr).toMatch(/acme.*acme-staging.*DOCR_REGISTRY/);
    } finally {
      await several.close();
    }
  });

  it("gets by with the deprecated endpoint where the token may not list, or the API cannot", async () => {
    for (const status of [403, 404]) {
      standIn.faults.add({ kind: "answer", path: LIST, status });
      expect(await get()).toMatchObject({ code: 0, stderr: "" });
    }
  });

  it.each([
    { title: "nobody listens", url: "http://127.0.0.1:9", says: /refused the connection/ },
    { title: "the name is nobody's", url: "https://api.digitalocean.invalid", says: /DNS/ },
    { title: "plain http leads elsewhere", url: "http://api.digitalocean.com", says: /DIGITALOCEAN_API_URL/ },
    { title: "the address is none", url: "api.digitalocean.com", says: /DIGITALOCEAN_API_URL/ },
  ])("says so where $title", async ({ url, says }) => {
    const outcome = await get({ DIGITALOCEAN_API_URL: url });
    expect(lookAt(outcome)).toEqual(CLEAN_FAILURE);
    expect(outcome.stderr).toMatch(says);
  });

  it("trusts SSL_CERT_FILE and NODE_EXTRA_CA_CERTS, and nobody whom it has no reason to", async () => {
    const secure = await createStandIn({ tls: readServerTls(pki) });
    try {
      const token = secure.account.addToken();
      const here = { DIGITALOCEAN_ACCESS_TOKEN: token, DIGITALOCEAN_API_URL: secure.url };
      expect((await get({ ...here, SSL_CERT_FILE: pki.ca })).code).toBe(0);
      expect((await get({ ...here, NODE_EXTRA_CA_CERTS: pki.ca })).code).toBe(0);
      expect(lookAt(await get(here))).toEqual(CLEAN_FAILURE);
      expect(lookAt(await get({ ...here, NODE_TLS_REJECT_UNAUTHORIZED: "0" }))).toEqual(CLEAN_FAILURE);
      expect(secure.count()).toBe(4);
    } finally {
      await secure.close();
    }
  });

  it("refuses a certificate for another name, whoever signed it", async () => {
    const misnamed = await createStandIn({ host: "127.0.0.9", tls: readServerTls(pki) });
    try {
      const outcome = await get({ DIGITALOCEAN_API_URL: misnamed.url, SSL_CERT_FILE: pki.ca });
      expect(lookAt(outcome)).toEqual(CLEAN_FAILURE);
      expect(misnamed.count()).toBe(0);
    } finally {
      await misnamed.close();
    }
  });

  it("leaves list and erase alone: they need no API", async () => {
    standIn.faults.add({ kind: "answer", path: "/*", status: 500, times: ALWAYS });
    const runtime = join(folder, "run");
    mkdirSync(runtime, { recursive: true, mode: 0o700 });
    const outside = { ...env, XDG_RUNTIME_DIR: runtime };
    expect(await run(DOCR, ["list"], { env: outside })).toMatchObject({
      code: 0,
      stdout: `{"${HOST}":"docr"}\n`,
      stderr: "",
    });
    expect(await run(DOCR, ["erase"], { env: outside, stdin: HOST })).toMatchObject({ code: 0, stdout: "" });
  });
});
