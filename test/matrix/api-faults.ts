/** The faults of DigitalOcean's API, and docr's behaviour with each. */
import type { StandInOptions } from "../support/fakes/digitalocean-api.ts";
import type { Fault } from "../support/fakes/digitalocean-faults.ts";
import { LIST, MINT } from "../support/requests.ts";
import { type Case, erase, eraseMissingLogin, get, list, storeApiToken, storeLogin } from "./case.ts";
import {
  returnsCached,
  returnsCachedWithWarning,
  type Expectation,
  fails,
  mints,
  refreshes,
  succeeds,
  warns,
} from "./expectation.ts";

export interface ApiFault {
  /** Ends the sentence "the API …". */
  readonly title: string;
  /** What the API calls meet. "refuses" and "untrusted" are about the connection. */
  readonly fault: Omit<Fault, "path"> | "none" | "refuses" | "untrusted";
  /** What the user reads when a `get` fails. */
  readonly message: RegExp;
  readonly cases: readonly ApiCase[];
  readonly machine?: StandInOptions;
  /** Default: the stand-in's URL. */
  readonly url?: string;
}

export interface ApiCase extends Case {
  /** The calls that meet the fault. All by default. */
  readonly path?: string;
}

/** The warning does not contain the fault's message, because the last attempt of a short budget may end in a timeout. */
export const warningOf = (action: Case["action"]): RegExp =>
  action === "erase"
    ? /(?:could not revoke|still revoking) one credential .* valid until 20/
    : /using the cached credential, which is valid until 20/;

/** docr revokes a valid credential in any state. */
const erases = (expected: Expectation): readonly ApiCase[] => [
  erase("fresh", expected),
  erase("refresh-due", expected),
  erase("expiring", expected),
];

/** With nothing cached, docr lists the registries first. */
const getAfterList = (expected: Expectation): ApiCase => ({
  ...get("nothing", expected),
  title: "get that may list the registries",
  path: MINT,
});

type Calls = number | readonly [least: number, most: number];

/** If docr cannot mint, `list` omits DigitalOcean's registry. */
const listsWithout = (calls: Calls): ApiCase => list("nothing", succeeds(calls));

/** DigitalOcean's response is final: the request fails even if a valid credential is cached. */
function rejects(calls: {
  readonly getEmpty: number;
  readonly getAfterList: number;
  readonly getCached: number;
  readonly storeApiToken: Expectation;
  readonly erase: Expectation;
}): readonly ApiCase[] {
  return [
    get("nothing", fails(calls.getEmpty)),
    listsWithout(calls.getEmpty),
    getAfterList(fails(calls.getAfterList)),
    get("refresh-due", returnsCached()),
    get("expiring", fails(calls.getCached)),
    get("expired", fails(calls.getCached)),
    storeApiToken("fresh", calls.storeApiToken),
    ...erases(calls.erase),
  ];
}

/** The API is unavailable: docr returns a cached credential that is still valid, with a warning. */
function isUnavailable(calls: {
  /** In the 18 s that a client waits for a mint. */
  readonly long: Calls;
  /** The same, after the list of registries. Undefined for a fault that the list meets, too. */
  readonly longAfterList?: Calls;
  /** In the 5 s for the replacement of a valid credential. */
  readonly short: Calls;
  readonly erase: Expectation;
}): readonly ApiCase[] {
  return [
    get("nothing", fails(calls.long)),
    listsWithout(calls.short),
    ...(calls.longAfterList === undefined ? [] : [getAfterList(fails(calls.longAfterList))]),
    get("refresh-due", returnsCached()),
    get("expiring", returnsCachedWithWarning(calls.short)),
    get("expired", fails(calls.long)),
    storeApiToken("fresh", fails(calls.long)),
    ...erases(calls.erase),
  ];
}

const REVOKES = succeeds(1, "nothing");
/** docr removes the credential and warns that it is still valid. */
const dropsCredential = (calls: Calls): Expectation => warns(calls, "nothing");
/** Each attempt waits longer than the one before, up to five. */
const RETRIED = {
  long: [3, 5],
  longAfterList: [4, 6],
  short: [2, 5],
  erase: dropsCredential([2, 10]),
} as const;
const STORES = succeeds(1);

const status = (code: number, headers: Readonly<Record<string, string>> = {}): ApiFault["fault"] => ({
  kind: "answer",
  status: code,
  headers,
});

const WORKS: ApiFault = {
  title: "works",
  fault: "none",
  message: /^$/,
  cases: [
    get("nothing", mints(2)),
    list("nothing", succeeds(2, "a new credential")),
    get("refresh-due", refreshes(1)),
    get("expiring", mints(1)),
    get("expired", mints(1)),
    storeApiToken("fresh", STORES),
    ...erases(REVOKES),
  ],
};

/** These runs make no API request, so that no fault changes them. */
const UNUSED: ApiFault = {
  title: "would fail every call",
  fault: status(500),
  message: /^$/,
  cases: [
    get("fresh", returnsCached(0)),
    list("fresh", succeeds(0)),
    storeLogin("fresh", succeeds(0)),
    eraseMissingLogin("fresh", succeeds(0)),
    erase("nothing", succeeds(0)),
    erase("expired", succeeds(0, "nothing")),
  ],
};

const misaddressed = (title: string, url: string, message: RegExp): ApiFault => ({
  title,
  fault: "none",
  url,
  message,
  cases: [get("nothing", fails(0))],
});

/** Faults of the API and of the way to it. */
export const API_FAULTS: readonly ApiFault[] = [
  {
    // A 401 to a revocation means that the credential is revoked already. A token that it rejects is stored as a login,
    // after docr has asked when that expires.
    title: "answers 401",
    fault: status(401),
    message: /rejected the API token from DIGITALOCEAN_ACCESS_TOKEN \(HTTP 401/,
    cases: rejects({
      getEmpty: 1,
      getAfterList: 2,
      getCached: 1,
      storeApiToken: succeeds(2),
      erase: REVOKES,
    }),
  },
  {
    // The list, then the deprecated endpoint for read-write and for read-only; or both accesses of the known registry.
    title: "answers 403",
    fault: status(403),
    message: /lacks the scope registry:(?:read|update) \(HTTP 403/,
    cases: rejects({
      getEmpty: 3,
      getAfterList: 3,
      getCached: 2,
      storeApiToken: STORES,
      erase: dropsCredential(1),
    }),
  },
  {
    // The known registry may have a new name: docr looks it up.
    title: "answers 404",
    fault: status(404),
    message: /no such registry \(HTTP 404/,
    cases: rejects({
      getEmpty: 2,
      getAfterList: 2,
      getCached: 3,
      storeApiToken: STORES,
      erase: dropsCredential(1),
    }),
  },
  {
    title: "answers 412",
    fault: status(412),
    message: /no registry, or more than one \(HTTP 412.*DOCR_REGISTRY/,
    cases: rejects({
      getEmpty: 1,
      getAfterList: 2,
      getCached: 1,
      storeApiToken: fails(1),
      erase: dropsCredential(1),
    }),
  },
  {
    title: "limits the rate for a quarter of an hour",
    fault: status(429, { "retry-after": "900" }),
    message: /rate limit \(HTTP 429, try again in 900 s/,
    cases: isUnavailable({ long: 1, longAfterList: 2, short: 1, erase: dropsCredential(1) }),
  },
  {
    title: "answers 500",
    fault: status(500),
    message: /DigitalOcean's API failed \(HTTP 500/,
    cases: isUnavailable(RETRIED),
  },
  {
    title: "answers 503 with a page of a proxy",
    fault: { kind: "wrong-content", status: 503 },
    message: /DigitalOcean's API failed \(HTTP 503/,
    cases: isUnavailable(RETRIED),
  },
  {
    // For a revocation, the status is enough.
    title: "answers malformed JSON",
    fault: { kind: "malformed" },
    message: /invalid response: not valid JSON/,
    cases: isUnavailable({ long: 1, longAfterList: 2, short: 1, erase: REVOKES }),
  },
  {
    title: "answers 200 with a web page",
    fault: { kind: "wrong-content" },
    message: /invalid response: not valid JSON/,
    cases: isUnavailable({ long: 1, longAfterList: 2, short: 1, erase: REVOKES }),
  },
  {
    title: "answers without an entry for its registry",
    fault: { kind: "no-auths" },
    message: /invalid response: no (?:list of registries|credential for registry\.digitalocean\.com)/,
    cases: isUnavailable({ long: 1, longAfterList: 2, short: 1, erase: REVOKES }),
  },
  {
    title: "cuts its answers off",
    fault: { kind: "cut-off" },
    message: /127\.0\.0\.1 closed the connection before the response was complete/,
    cases: isUnavailable(RETRIED),
  },
  {
    title: "redirects",
    fault: { kind: "redirect" },
    message: /unexpected response \(HTTP 302/,
    cases: isUnavailable({ long: 1, longAfterList: 2, short: 1, erase: dropsCredential(1) }),
  },
  {
    title: "answers without end",
    fault: { kind: "huge" },
    message: /127\.0\.0\.1 sent a response that is too large/,
    cases: isUnavailable({ long: 1, longAfterList: 2, short: 1, erase: dropsCredential(1) }),
  },
  {
    title: "resets connections",
    fault: { kind: "reset" },
    message: /127\.0\.0\.1 closed the connection before the response was complete/,
    cases: isUnavailable(RETRIED),
  },
  {
    title: "refuses connections",
    fault: "refuses",
    message: /127\.0\.0\.1 refused the connection/,
    cases: isUnavailable({ long: 0, short: 0, erase: dropsCredential(0) }),
  },
  {
    title: "shows a certificate that this machine does not trust",
    fault: "untrusted",
    message: /127\.0\.0\.1 sent a certificate that this machine does not trust/,
    cases: isUnavailable({ long: 0, short: 0, erase: dropsCredential(0) }),
  },
  {
    title: "never answers",
    fault: { kind: "hang" },
    // On a busy machine, the deadline of the whole request may end first.
    message: /did not respond in time|within 20 s/,
    cases: isUnavailable({
      long: [1, 4],
      longAfterList: [2, 5],
      short: [1, 2],
      erase: dropsCredential([2, 4]),
    }),
  },
];

/** Everything else that the API can be. */
export const API_STATES: readonly ApiFault[] = [
  WORKS,
  UNUSED,
  {
    title: "lists several registries",
    fault: "none",
    machine: { registries: ["acme", "acme-staging"] },
    message: /acme, acme-staging.*DOCR_REGISTRY/,
    cases: [get("nothing", fails(1))],
  },
  // The deprecated endpoint needs no name.
  ...[403, 404].map((code) => ({
    title: `answers ${code} to the list of registries alone`,
    fault: status(code),
    message: /^$/,
    cases: [{ ...get("nothing", mints(2)), path: LIST }],
  })),
  {
    ...misaddressed("has no DNS entry", "https://api.docr.invalid", /DNS/),
    cases: [get("nothing", fails(0)), list("nothing", succeeds(0))],
  },
  misaddressed("is on http elsewhere", "http://api.digitalocean.com", /DIGITALOCEAN_API_URL/),
  misaddressed("is not at a URL", "api.digitalocean.com", /DIGITALOCEAN_API_URL/),
];
