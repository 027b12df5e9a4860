import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { onMachine, type TestMachine } from "../support/fakes/test-machine.ts";
import { NOT_FOUND } from "../../src/core/not-found.ts";
import { HOST, loginFor } from "../support/requests.ts";
import { type Case, type CaseOptions, type CaseResult, runCase, STORED_LOGIN, titleOf } from "./case.ts";
import { toObservation } from "./expectation.ts";
import {
  KEYCHAIN_FAULTS,
  MISSING_LOGIN,
  type KeychainFault,
  ON_A_RUNNER,
  TOKEN_IN_ENVIRONMENT,
  TOKEN_IN_KEYCHAIN,
} from "./keychain-faults.ts";

/** The keychain's own deadline is 5 s. */
const KEYCHAIN_DEADLINE_MS = 6_500;

const WITHOUT_TOKEN = { DIGITALOCEAN_ACCESS_TOKEN: undefined };

async function store(machine: TestMachine, stdin: string): Promise<void> {
  const stored = await machine.docr("store", { stdin, env: WITHOUT_TOKEN });
  if (stored.code !== 0) throw new Error(stored.stderr);
}

function optionsFor({ state, message }: KeychainFault, isTokenInKeychain: boolean): CaseOptions {
  return {
    failure: message,
    warning: message,
    deadlineMs: KEYCHAIN_DEADLINE_MS,
    async prepare(machine) {
      await store(machine, loginFor(STORED_LOGIN));
      if (isTokenInKeychain) await store(machine, loginFor(HOST, "sammy", machine.token));
    },
    ...(isTokenInKeychain ? { mintEnv: WITHOUT_TOKEN, env: WITHOUT_TOKEN } : {}),
    async breakMachine(machine) {
      if (state === "missing") await machine.removeKeychain();
      else if (state === "locked") machine.keychain.login.isLocked = true;
      else machine.keychain.state = state;
    },
  };
}

interface Row {
  readonly where: string;
  readonly fault: KeychainFault;
  readonly cases: readonly Case[];
  readonly isTokenInKeychain: boolean;
}

const ROWS: readonly Row[] = KEYCHAIN_FAULTS.flatMap((fault) => [
  {
    where: "the keychain",
    fault,
    cases: fault.state === "locked" ? TOKEN_IN_KEYCHAIN : [...TOKEN_IN_KEYCHAIN, ...MISSING_LOGIN],
    isTokenInKeychain: true,
  },
  {
    where: "the environment",
    fault,
    cases: fault.state === "missing" ? [...TOKEN_IN_ENVIRONMENT, ...ON_A_RUNNER] : TOKEN_IN_ENVIRONMENT,
    isTokenInKeychain: false,
  },
]);

const results = new Map<Row, ReadonlyMap<Case, CaseResult>>();

async function runRow(row: Row): Promise<void> {
  const options = optionsFor(row.fault, row.isTokenInKeychain);
  const pairs = row.cases.map(async (one) => [one, await runCase(one, options)] as const);
  results.set(row, new Map(await Promise.all(pairs)));
}

const isSilent = ({ fault }: Row): boolean => fault.state === "silent";

beforeAll(async () => {
  for (const row of ROWS.filter((one) => !isSilent(one))) await runRow(row);
  // Alone, because these are held to a deadline.
  await Promise.all(ROWS.filter(isSilent).map(runRow));
});

describe.each(ROWS)("with an API token in $where, a keychain that $fault.title", (row) => {
  it.each(row.cases.map((one) => [titleOf(one), one] as const))("%s", (_title, one) => {
    const result = results.get(row)?.get(one);
    if (!result) throw new Error("the run has no result");
    const { observation, keychain } = result;
    expect(observation).toEqual(toObservation(one.expected, observation));
    // A fault never costs a login.
    expect(keychain[1]).toEqual(keychain[0]);
  });
});

describe("a locked keychain whose items are known", () => {
  it("has no login for another registry: get finds none, and erase succeeds", async () => {
    await onMachine(async (machine) => {
      await store(machine, loginFor(STORED_LOGIN));
      machine.keychain.login.isLocked = true;
      const found = await machine.docr("get", { stdin: "missing.test" });
      expect(found).toMatchObject({ code: 1, stdout: `${NOT_FOUND}\n`, stderr: "" });
      expect(await machine.docr("erase", { stdin: "missing.test" })).toMatchObject({ code: 0, stderr: "" });
    })();
  });

  it("keeps docr from minting with another account's API token, which doctl has", async () => {
    await onMachine(async (machine) => {
      const work = machine.keychain.add("work");
      machine.keychain.store("api-token:default", machine.token, work);
      const config = join(machine.home, ".config", "doctl", "config.yaml");
      mkdirSync(dirname(config), { recursive: true });
      writeFileSync(config, `access-token: ${machine.standIn.account.addToken()}\n`);
      work.isLocked = true;
      machine.standIn.reset();
      const outcome = await machine.get(WITHOUT_TOKEN);
      expect([outcome.code, outcome.stderr]).toEqual([
        1,
        expect.stringContaining("the keychain is locked (collection work)"),
      ]);
      expect(machine.standIn.calls).toEqual([]);
    })();
  });
});
