/** How the OS keychain can fail, and what docr then does. */
import type { TestMachine } from "../support/fakes/test-machine.ts";
import { HOST, loginFor } from "../support/requests.ts";
import { type Case, STORED_LOGIN } from "./case.ts";
import { answersCached, bridges, fails, mints, refreshes, succeeds } from "./expectation.ts";

export interface KeychainFault {
  /** Ends the sentence "a keychain that …". */
  readonly title: string;
  readonly state: TestMachine["keytar"]["state"] | "missing";
  /** What the user reads. */
  readonly message: RegExp;
}

export const KEYCHAIN_FAULTS: readonly KeychainFault[] = [
  { title: "is locked", state: "locked", message: /the keychain is locked/ },
  {
    title: "does not respond",
    state: "silent",
    message: /the keychain did not respond within 5 s/,
  },
  {
    title: "has left the session bus",
    state: new Error("The name org.freedesktop.secrets was not provided by any .service files"),
    message: /no keychain in this session/,
  },
  {
    title: "is on a session bus that does not exist",
    state: new Error("Could not connect: No such file or directory"),
    message: /no keychain in this session/,
  },
  { title: "is missing with the session bus", state: "missing", message: /no keychain in this session/ },
  { title: "fails in another way", state: new Error("disk full"), message: /the keychain failed/ },
];

const host = () => HOST;
const newToken = ({ standIn }: TestMachine): string => loginFor(HOST, "sammy", standIn.account.addToken());

/** The API token is in the keychain: what does not need it goes on. */
export const TOKEN_IN_KEYCHAIN: readonly Case[] = [
  { title: "get", action: "get", cached: "nothing", input: host, expected: fails(0) },
  { title: "get", action: "get", cached: "fresh", input: host, expected: answersCached(0) },
  { title: "get", action: "get", cached: "refresh-due", input: host, expected: answersCached(0) },
  { title: "get", action: "get", cached: "expiring", input: host, expected: bridges(0) },
  { title: "get", action: "get", cached: "expired", input: host, expected: fails(0) },
  {
    title: "get of a login",
    action: "get",
    cached: "nothing",
    input: () => STORED_LOGIN,
    expected: fails(0),
  },
  {
    title: "get of a login that does not exist",
    action: "get",
    cached: "nothing",
    input: () => "missing.test",
    expected: fails(0),
  },
  { title: "list", action: "list", cached: "fresh", input: host, expected: succeeds(0) },
  {
    title: "store of a login",
    action: "store",
    cached: "fresh",
    input: () => loginFor("two.test"),
    expected: fails(0),
  },
  // docr asks DigitalOcean whether it is an API token.
  { title: "store of an API token", action: "store", cached: "fresh", input: newToken, expected: fails(1) },
  {
    title: "erase of a login",
    action: "erase",
    cached: "fresh",
    input: () => STORED_LOGIN,
    expected: fails(0),
  },
  {
    title: "erase of a login that does not exist",
    action: "erase",
    cached: "fresh",
    input: () => "missing.test",
    expected: fails(0),
  },
  // docr revokes the cached credential. The error says that the keychain may still hold the API token.
  {
    title: "erase of DigitalOcean's registry",
    action: "erase",
    cached: "fresh",
    input: host,
    expected: fails(1, "nothing"),
  },
  {
    title: "erase of DigitalOcean's registry",
    action: "erase",
    cached: "nothing",
    input: host,
    expected: fails(0),
  },
];

/** The API token is in the environment: no `get` of DigitalOcean's registry needs the keychain. */
export const TOKEN_IN_ENVIRONMENT: readonly Case[] = [
  { title: "get", action: "get", cached: "nothing", input: host, expected: mints(2) },
  { title: "get", action: "get", cached: "fresh", input: host, expected: answersCached(0) },
  { title: "get", action: "get", cached: "refresh-due", input: host, expected: refreshes(1) },
  { title: "get", action: "get", cached: "expiring", input: host, expected: mints(1) },
  { title: "get", action: "get", cached: "expired", input: host, expected: mints(1) },
];

/** The same without any keychain on the machine, as on a CI runner. */
export const ON_A_RUNNER: readonly Case[] = [
  { title: "list", action: "list", cached: "fresh", input: host, expected: succeeds(0) },
  {
    title: "erase of DigitalOcean's registry",
    action: "erase",
    cached: "fresh",
    input: host,
    expected: succeeds(1, "nothing"),
  },
];
