/** One run of docr in this process, on a separate test machine. */
import type { StandInOptions } from "../support/fakes/digitalocean-api.ts";
import {
  createTestMachine,
  type EnvironmentChanges,
  type TestMachine,
} from "../support/fakes/test-machine.ts";
import { HOST, loginFor } from "../support/requests.ts";
import {
  describeExpectation,
  type Expectation,
  observe,
  type Observation,
  type ObserveOptions,
} from "./expectation.ts";

/** A registry whose login is in the keychain before the run. */
export const STORED_LOGIN = "one.test";

/** Minutes since the mint of a credential that lives for an hour. */
export const MINUTES = { fresh: 5, "refresh-due": 31, expiring: 50, expired: 61 } as const;

/** The cache's content before the run. */
export type Cached = "nothing" | keyof typeof MINUTES;

export interface Case {
  readonly title: string;
  readonly action: "get" | "list" | "store" | "erase";
  readonly cached: Cached;
  /** What docr reads on stdin. */
  readonly input: (machine: TestMachine) => string;
  readonly expected: Expectation;
}

type CreateCase = (cached: Cached, expected: Expectation) => Case;

/** Returns a function that creates cases of this request. */
function request(title: string, action: Case["action"], input: string | Case["input"]): CreateCase {
  const read = typeof input === "string" ? () => input : input;
  return (cached, expected) => ({ title, action, cached, input: read, expected });
}

export const get = request("get", "get", HOST);
export const list = request("list", "list", "unused");
export const erase = request("erase of DigitalOcean's registry", "erase", HOST);
export const storeApiToken = request("store of an API token", "store", ({ standIn }) =>
  loginFor(HOST, "sammy", standIn.account.addToken()),
);
export const storeLogin = request("store of a login", "store", loginFor("two.test"));
export const getLogin = request("get of a login", "get", STORED_LOGIN);
export const getMissingLogin = request("get of a login that does not exist", "get", "missing.test");
export const eraseLogin = request("erase of a login", "erase", STORED_LOGIN);
export const eraseMissingLogin = request("erase of a login that does not exist", "erase", "missing.test");

/** The case in words, for a test's title. */
export function titleOf({ title, cached, expected }: Case): string {
  const article = cached.startsWith("exp") ? "an" : "a";
  const state = cached === "nothing" ? "nothing" : `${article} ${cached} credential`;
  return `${title} with ${state} cached ${describeExpectation(expected)}`;
}

export interface CaseOptions extends Omit<ObserveOptions, "cachedBefore"> {
  readonly machine?: StandInOptions;
  /** Before the cache is filled. */
  readonly prepare?: (machine: TestMachine) => Promise<void>;
  /** For the mint that fills the cache. */
  readonly mintEnv?: EnvironmentChanges;
  /** After that. */
  readonly breakMachine?: (machine: TestMachine) => Promise<void> | void;
  /** For the run. */
  readonly env?: EnvironmentChanges;
}

export interface CaseResult {
  readonly observation: Observation;
  /** What was in the keychain before and after, by name. */
  readonly keychain: readonly [before: KeychainItems, after: KeychainItems];
}

type KeychainItems = Readonly<Record<string, string>>;

export async function runCase(
  { action, cached, input }: Case,
  { machine: machineOptions, prepare, mintEnv = {}, breakMachine, env = {}, ...wanted }: CaseOptions,
): Promise<CaseResult> {
  const machine = await createTestMachine(machineOptions);
  try {
    await prepare?.(machine);
    if (cached !== "nothing") {
      const minted = await machine.get(mintEnv);
      if (minted.code !== 0) throw new Error(minted.stderr);
      machine.pass(MINUTES[cached] * 60_000);
    }
    machine.standIn.reset();
    const stdin = input(machine);
    const before = keychainItems(machine);
    await breakMachine?.(machine);
    const outcome = await machine.docr(action, { stdin, env });
    await machine.settle();
    const cachedBefore = cached === "nothing" ? undefined : 1;
    const observation = observe(machine, action, outcome, { ...wanted, cachedBefore });
    return { observation, keychain: [before, keychainItems(machine)] };
  } finally {
    await machine.close();
  }
}

function keychainItems({ keychain }: TestMachine): KeychainItems {
  return Object.fromEntries(keychain.values());
}
