import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainMissing } from "../support/lab/parts.ts";
import { createPki, type Pki, readServerTls } from "../support/lab/pki.ts";
import { API_FAULTS, API_STATES, type ApiCase, type ApiFault, warningOf } from "./api-faults.ts";
import { ALWAYS } from "../support/requests.ts";
import { type CaseOptions, type CaseResult, runCase, titleOf } from "./case.ts";
import { toObservation } from "./expectation.ts";

/** The slowest first. */
const FAULTS = [...API_FAULTS.toReversed(), ...API_STATES];
/** As many faults at the same time, so that each run has enough of two processors. */
const PARALLEL = 4;

const results = new Map<ApiCase, CaseResult>();
const reasonToSkip = ({ fault }: ApiFault): string | undefined =>
  fault === "untrusted" ? explainMissing(["openssl"]) : undefined;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "docr-pki-"));
  const waiting = FAULTS.filter((one) => reasonToSkip(one) === undefined);
  const pki = waiting.some(({ fault }) => fault === "untrusted") ? await createPki(folder) : undefined;
  const runNext = async (): Promise<void> => {
    const next = waiting.shift();
    if (!next) return;
    const runs = next.cases.map(
      async (one) => [one, await runCase(one, optionsFor(next, one, pki))] as const,
    );
    for (const [one, result] of await Promise.all(runs)) results.set(one, result);
    await runNext();
  };
  await Promise.all(Array.from({ length: PARALLEL }, runNext));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function optionsFor(
  { fault, message, machine, url }: ApiFault,
  { action, path = "/*" }: ApiCase,
  pki?: Pki,
): CaseOptions {
  const untrusted = fault === "untrusted" && pki;
  return {
    failure: message,
    warning: warningOf(action),
    machine: untrusted ? { tls: readServerTls(pki) } : { ...machine },
    mintEnv: untrusted ? { SSL_CERT_FILE: pki.ca } : {},
    env: url === undefined ? {} : { DIGITALOCEAN_API_URL: url },
    async breakMachine({ standIn }) {
      if (fault === "refuses") await standIn.close();
      else if (typeof fault === "object") standIn.faults.add({ ...fault, path, times: ALWAYS });
    },
  };
}

for (const one of FAULTS) {
  const { title, cases } = one;
  describeUnless(reasonToSkip(one), `docr on an API that ${title}`, () => {
    it.each(cases.map((test) => [titleOf(test), test] as const))("%s", (_title, test) => {
      const result = results.get(test);
      if (!result) throw new Error("the run has no result");
      expect(result.observation).toEqual(toObservation(test.expected, result.observation));
    });
  });
}
