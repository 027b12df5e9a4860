import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createStandIn } from "../support/fakes/digitalocean-api.ts";
import { CLEAN_FAILURE, summarizeFailure } from "../support/failure.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoExecutable } from "../support/lab/executable.ts";
import { explainNoMounts, openMounts } from "../support/lab/mounts.ts";
import { explainMissing, SYSTEM_PATH } from "../support/lab/parts.ts";
import { createPki, hashOf, type Pki, readServerTls } from "../support/lab/pki.ts";
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
    inMounts: (command: readonly string[]) => readonly [string, ...string[]] = ([program = ""]) => [program],
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
      const [program, ...before] = inMounts([DOCR]);
      return {
        outcome: await run(program, [...before, "get"], { stdin: HOST, env }),
        calls: standIn.count(),
      };
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

  describeUnless(
    explainNoMounts() ?? explainMissing(["update-ca-certificates"]),
    "in a system's directory",
    () => {
      interface Certificates {
        /** Whether the test's authority has the name by which OpenSSL finds it. */
        readonly isHashed: boolean;
        readonly bundle: "none" | "with the authority" | "without it";
      }

      /** A `get` where /etc/ssl/certs has these certificates, in addition to an unrelated one with a hashed name. */
      const getWith = async ({ isHashed, bundle }: Certificates, added: Environment = {}) => {
        const certificates = mkdtempSync(join(folder, "certs-"));
        const other = await createPki(join(folder, "other"));
        copyFileSync(other.ca, join(certificates, `${await hashOf(other)}.0`));
        // Both authorities have the same subject, and therefore the same hash.
        if (isHashed) copyFileSync(pki.ca, join(certificates, `${await hashOf(pki)}.1`));
        const path = join(certificates, "ca-certificates.crt");
        if (bundle === "with the authority") copyFileSync(pki.ca, path);
        if (bundle === "without it") copyFileSync(other.ca, path);
        const mounts = await openMounts(`mount --bind ${certificates} /etc/ssl/certs`);
        try {
          return await get(added, "127.0.0.1", (command) => mounts.wrap(command));
        } finally {
          await mounts.close();
        }
      };

      it("are trusted with an authority that only the directory has", async () => {
        const { outcome, calls } = await getWith({ isHashed: true, bundle: "without it" });
        expect([outcome.code, outcome.stderr, calls]).toEqual([0, "", 2]);
      });

      it.each([{}, { SSL_CERT_DIR: "/nonexistent" }, { SSL_CERT_DIR: "" }])(
        "are trusted with an authority that only the bundle has, and the environment %j",
        async (added) => {
          const { outcome, calls } = await getWith({ isHashed: false, bundle: "with the authority" }, added);
          expect([outcome.code, outcome.stderr, calls]).toEqual([0, "", 2]);
        },
      );

      it("are not trusted if neither has the authority", async () => {
        const { outcome, calls } = await getWith({ isHashed: false, bundle: "without it" });
        expect([summarizeFailure(outcome), calls]).toEqual([CLEAN_FAILURE, 0]);
        expect(outcome.stderr).toMatch(/certificate that this machine does not trust/);
      });

      it("are trusted only with the authorities in SSL_CERT_FILE, if it is set", async () => {
        // With another subject than the test's authority: OpenSSL looks into no directory for a subject that it has.
        const file = pki.signerCertificate;
        const { outcome, calls } = await getWith(
          { isHashed: true, bundle: "with the authority" },
          { SSL_CERT_FILE: file },
        );
        expect([summarizeFailure(outcome), calls]).toEqual([CLEAN_FAILURE, 0]);
      });
    },
  );
});
