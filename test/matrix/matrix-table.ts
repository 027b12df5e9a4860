/**
 * The matrix: fault x verb x age of what is kept. Each field says, in this order,
 *   what is on stdout: `kept` (credential 1), `new` (credential 2), `list`, `nothing`, or `failure` (one line, exit 1);
 *   how many lines are on stderr; the exit code;
 *   calls that came in at DigitalOcean, while and shortly after: a number, a range, or `*`;
 *   what is kept afterwards: `same`, `new` or `none`.
 */
import type { Fault } from "../support/fakes/digitalocean-faults.ts";

export type Age = "empty" | "young" | "ageing" | "old" | "dead";

/** A verb and, for `store`, what is stored. */
export type Verb =
  | "get"
  | "list"
  | "store a login"
  | "store an API token"
  | "erase our host"
  | "erase a login";

/** `empty`, `young` …: minutes since the mint of a credential that lives for 60. */
export const MINUTES: Readonly<Record<Exclude<Age, "empty">, number>> = {
  young: 5,
  ageing: 31,
  old: 50,
  dead: 61,
};

export interface Row {
  readonly title: string;
  /** What every call of the API meets; `refused` and `tls` are of the connection. */
  readonly api: Omit<Fault, "path"> | "works" | "refused" | "tls";
  readonly cases: Readonly<Partial<Record<`${Verb}: ${Age}`, string>>>;
}

/** Whatever DigitalOcean does, these need no answer from it. */
const WITHOUT_API = {
  "get: young": "kept 0 0 0 same",
  "list: empty": "list 0 0 0 none",
  "list: young": "list 0 0 0 same",
  "store a login: young": "nothing 0 0 0 same",
  "erase a login: young": "nothing 0 0 0 same",
  "erase our host: empty": "nothing 0 0 0 none",
  "erase our host: dead": "nothing 0 0 0 none",
} as const;

/** DigitalOcean's word: it ends the request, also where a credential still lives. */
const word = (empty: string, kept: string, token: string, revoke: string): Row["cases"] => ({
  ...WITHOUT_API,
  "get: empty": `failure 1 1 ${empty} none`,
  "get: ageing": "kept 0 0 * same",
  "get: old": `failure 1 1 ${kept} same`,
  "get: dead": `failure 1 1 ${kept} same`,
  "store an API token: young": token,
  "erase our host: young": revoke,
  "erase our host: old": revoke,
});

/** Trouble on the way to it: what still lives is answered, with one line. `calls` of a `get` that may take 20 s, and 5 s. */
const outage = (calls: string, kept: string, revoke: string): Row["cases"] => ({
  ...WITHOUT_API,
  "get: empty": `failure 1 1 ${calls} none`,
  "get: ageing": "kept 0 0 * same",
  "get: old": `kept 1 0 ${kept} same`,
  "get: dead": `failure 1 1 ${calls} same`,
  "store an API token: young": `failure 1 1 ${calls} same`,
  "erase our host: young": revoke,
  "erase our host: old": revoke,
});

/** A status at which the token is none, or at least none that is refused: it is stored, as a login or as what mints. */
const STORED = "nothing 0 0 1 same";
const REVOKED = "nothing 0 0 1 none";
/** Forgotten here, and said that it lives there. */
const LEFT = (calls: string): string => `nothing 1 0 ${calls} none`;

const status = (code: number, headers: Readonly<Record<string, string>> = {}): Row["api"] => ({
  kind: "answer",
  status: code,
  headers,
});

export const API_ROWS: readonly Row[] = [
  {
    title: "nothing is wrong",
    api: "works",
    cases: {
      ...WITHOUT_API,
      "get: empty": "new 0 0 2 new",
      "get: ageing": "kept 0 0 1 new",
      "get: old": "new 0 0 1 new",
      "get: dead": "new 0 0 1 new",
      "store an API token: young": STORED,
      "erase our host: young": REVOKED,
      "erase our host: ageing": REVOKED,
      "erase our host: old": REVOKED,
    },
  },
  // A dead token's own revocation is answered 401 too, which counts as done.
  { title: "the API answers 401", api: status(401), cases: word("1", "1", STORED, REVOKED) },
  // The list, the deprecated endpoint for read-write, and for read-only; or both accesses of the known registry.
  { title: "the API answers 403", api: status(403), cases: word("3", "2", STORED, LEFT("1")) },
  // The known registry may have been renamed: then it is looked up anew.
  { title: "the API answers 404", api: status(404), cases: word("2", "3", STORED, LEFT("1")) },
  {
    title: "the API answers 412",
    api: status(412),
    cases: word("1", "1", "failure 1 1 1 same", LEFT("1")),
  },
  {
    title: "the API limits the rate for a quarter of an hour",
    api: status(429, { "retry-after": "900" }),
    cases: outage("1", "1", LEFT("1")),
  },
  { title: "the API answers 500", api: status(500), cases: outage("3-5", "2-5", LEFT("3-5")) },
  {
    title: "something in between answers 503 with a page",
    api: { kind: "wrong-content", status: 503 },
    cases: outage("3-5", "2-5", LEFT("3-5")),
  },
  // A revocation is done when the status says so.
  {
    title: "the API answers JSON that is none",
    api: { kind: "malformed" },
    cases: outage("1", "1", REVOKED),
  },
  { title: "the API answers half of it", api: { kind: "cut-off" }, cases: outage("3-5", "2-5", LEFT("3-5")) },
  { title: "the API answers for another host", api: { kind: "no-auths" }, cases: outage("1", "1", REVOKED) },
  { title: "the API redirects", api: { kind: "redirect" }, cases: outage("1", "1", LEFT("1")) },
  { title: "the API answers without end", api: { kind: "huge" }, cases: outage("1", "1", LEFT("1")) },
  { title: "connections are reset", api: { kind: "reset" }, cases: outage("3-5", "2-5", LEFT("3-5")) },
  { title: "connections are refused", api: "refused", cases: outage("0", "0", LEFT("0")) },
  { title: "the API never answers", api: { kind: "hang" }, cases: outage("1-4", "1-2", LEFT("1-2")) },
  { title: "the API's certificate is not trusted", api: "tls", cases: outage("0", "0", LEFT("0")) },
];

/** With the API token in a keychain that fails: what it is not needed for goes on. */
export const KEYCHAIN_CASES: Row["cases"] = {
  "get: empty": "failure 1 1 0 none",
  "get: young": "kept 0 0 0 same",
  "get: ageing": "kept 0 0 0 same",
  "get: old": "kept 1 0 0 same",
  "get: dead": "failure 1 1 0 same",
  "list: young": "failure 1 1 0 same",
  "store a login: young": "failure 1 1 0 same",
  "store an API token: young": "failure 1 1 1 same",
  "erase a login: young": "failure 1 1 0 same",
  // What can be forgotten is, and revoked; that the token may still be there is said.
  "erase our host: young": "failure 1 1 1 none",
  "erase our host: empty": "failure 1 1 0 none",
};

/** With the API token in the environment, the keychain has a part in logins alone. */
export const KEYCHAIN_CASES_ON_CI: Row["cases"] = {
  "get: empty": "new 0 0 2 new",
  "get: young": "kept 0 0 0 same",
  "get: ageing": "kept 0 0 1 new",
  "get: old": "new 0 0 1 new",
  "get: dead": "new 0 0 1 new",
};
