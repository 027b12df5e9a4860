/** The faults of the OS keychain, and docr's behaviour with each. */
import type { TestMachine } from "../support/fakes/test-machine.ts";
import {
  type Case,
  erase,
  eraseLogin,
  eraseMissingLogin,
  get,
  getLogin,
  getMissingLogin,
  list,
  storeApiToken,
  storeLogin,
} from "./case.ts";
import { returnsCached, returnsCachedWithWarning, fails, mints, refreshes, succeeds } from "./expectation.ts";

export interface KeychainFault {
  /** Ends the sentence "a keychain that …". */
  readonly title: string;
  readonly state: TestMachine["keychain"]["state"] | "locked" | "missing";
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
    state: {
      error: "org.freedesktop.DBus.Error.ServiceUnknown",
      text: "Der Name org.freedesktop.secrets wurde nicht gefunden",
    },
    message: /there is no keychain in this session \(no Secret Service on the session bus\);/,
  },
  {
    title: "cannot be started by the session bus",
    state: { error: "org.freedesktop.DBus.Error.Spawn.ChildExited", text: "exited with status 1" },
    message: /no keychain in this session \(the session bus cannot start it: exited with status 1\);/,
  },
  { title: "is missing with the session bus", state: "missing", message: /no keychain in this session/ },
  {
    title: "fails in another way, with a text in another language",
    state: { error: "org.freedesktop.DBus.Error.Failed", text: "der Schlüsselbund ist gesperrt" },
    message: /the keychain failed \(org\.freedesktop\.DBus\.Error\.Failed\): der Schlüsselbund ist gesperrt;/,
  },
];

/** The API token is in the keychain. Requests that do not need the keychain succeed. */
export const TOKEN_IN_KEYCHAIN: readonly Case[] = [
  get("nothing", fails(0)),
  get("fresh", returnsCached(0)),
  get("refresh-due", returnsCached(0)),
  get("expiring", returnsCachedWithWarning(0)),
  get("expired", fails(0)),
  getLogin("nothing", fails(0)),
  list("fresh", succeeds(0)),
  storeLogin("fresh", fails(0)),
  // docr asks DigitalOcean whether it is an API token.
  storeApiToken("fresh", fails(1)),
  eraseLogin("fresh", fails(0)),
  // docr revokes the cached credential. It fails, because the keychain may still contain the API token.
  erase("fresh", fails(1, "nothing")),
  erase("nothing", fails(0)),
];

/** A name that is not in the keychain. If the keychain is only locked, docr knows that. */
export const MISSING_LOGIN: readonly Case[] = [
  getMissingLogin("nothing", fails(0)),
  eraseMissingLogin("fresh", fails(0)),
];

/** The API token is in the environment: no `get` of DigitalOcean's registry needs the keychain. */
export const TOKEN_IN_ENVIRONMENT: readonly Case[] = [
  get("nothing", mints(2)),
  get("fresh", returnsCached(0)),
  get("refresh-due", refreshes(1)),
  get("expiring", mints(1)),
  get("expired", mints(1)),
];

/** The same without any keychain on the machine, as on a CI runner. */
export const ON_A_RUNNER: readonly Case[] = [
  list("fresh", succeeds(0)),
  erase("fresh", succeeds(1, "nothing")),
];
