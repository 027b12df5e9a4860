import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createStandIn } from "../support/fakes/digitalocean-api.ts";
import { CLEAN_FAILURE, summarizeFailure } from "../support/failure.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoExecutable } from "../support/lab/executable.ts";
import { explainMissing, SYSTEM_PATH } from "../support/lab/parts.ts";
import { createPki, type Pki, readServerTls } from "../support/lab/pki.ts";
import { type Environment, type Outcome, run } from "../support/lab/run.ts";
import { HOST } from "../support/requests.ts";

describeUnless(explainNoExecutable() ?? explainMissing(["openssl"]), "certificates of the API", () => {
  let folder: string;
  let pki: Pki;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "docr-tls-"));
    pki = await createPki(join(folder, "pki"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** A `get` of an API at this address, and the number of calls that arrived there. */
  const get = async (
    added: Environment,
    host = "127.0.0.1",
  ): Promise<{ readonly outcome: Outcome; readonly calls: number }> => {
    const standIn = await createStandIn({ host, tls: readServerTls(pki) });
    try {
      const runtime = mkdtempSync(join(folder, "run-"));
      const env = {
        PATH: SYSTEM_PATH,
        HOME: folder,
        XDG_RUNTIME_DIR: runtime,
        DIGITALOCEAN_API_URL: standIn.url,
        DIGITALOCEAN_ACCESS_TOKEN: standIn.account.addToken(),
        ...added,
      };
      return { outcome: await run(DOCR, ["get"], { stdin: HOST, env }), calls: standIn.count() };
    } finally {
      await standIn.close();
    }
  };

  it.each(["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"])(
    "are trusted with their authority in %s",
    async (name) => {
      const { outcome, calls } = await get({ [name]: pki.ca });
      expect([outcome.code, outcome.stderr, calls]).toEqual([0, "", 2]);
    },
  );

  it.each([{}, { NODE_TLS_REJECT_UNAUTHORIZED: "0" }])(
    "are not trusted with an unknown authority, and the environment %j",
    async (added) => {
      const { outcome, calls } = await get(added);
      expect([summarizeFailure(outcome), calls]).toEqual([CLEAN_FAILURE, 0]);
      expect(outcome.stderr).toMatch(/certificate that this machine does not trust/);
    },
  );

  it("are not trusted for another name, with a known authority", async () => {
    const { outcome, calls } = await get({ SSL_CERT_FILE: pki.ca }, "127.0.0.9");
    expect([summarizeFailure(outcome), calls]).toEqual([CLEAN_FAILURE, 0]);
  });
});
