/** Generates everything that a response can depend on, and creates it as real files. */
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { encodeCacheRecord } from "../../src/credentials/codec.ts";
import { Secret } from "../../src/core/secret.ts";
import { sha256 } from "../../src/app/startup/sha256.ts";
import {
  helperNote,
  isHelperName,
  KEYCHAIN_NOTE,
  NOTE_VARIABLES,
  noteKeyText,
} from "../../src/response-cache/shared/other-registry-note.ts";
import { RESPONSE_LIMIT, type ValidityTimes } from "../../src/response-cache/shared/format.ts";
import { KEY_VARIABLES, BYPASS_VARIABLES } from "../../src/response-cache/shared/key.ts";
import type { Environment } from "../support/lab/run.ts";
import { spellings } from "./spellings.ts";
import { cachedResponse, HOUR_MS, noteNameFor, validAround, responseNameFor } from "./cached-response.ts";

export const HOST = "registry.digitalocean.com";

/** A situation by the names of its parts, so that it can be printed. It contains no real secret. */
export interface Situation {
  readonly args: readonly string[];
  readonly input: Uint8Array;
  /** Variables besides HOME, PATH and the XDG directories. */
  readonly added: Environment;
  readonly home: string;
  readonly runtimeDir: string;
  readonly folder: string;
  readonly config: string;
  readonly response: string;
  readonly note: string;
  readonly minted: boolean;
  /** Whether another launcher holds the lock for a moment. */
  readonly isLocked: boolean;
}

/** Where the files of a situation are, and which user owns them. */
export interface Site {
  /** Used only by this site. The test that creates it removes it. */
  readonly folder: string;
  readonly uid: number | undefined;
  readonly path: string;
  /** An API that responds to every token with 401. */
  readonly apiUrl: string;
}

const VALID_TOKEN = `dop_v1_${"5e".repeat(32)}`;
const ODD = ["", " ", "x", "ü日本", "a\nb", "=", "0:=", "y".repeat(5000), "/nowhere/at/all"];

const OTHER_ARGUMENTS = [
  [],
  ["list"],
  ["get", "get"],
  ["GET"],
  ["version"],
  ["--help"],
  ["store"],
  ["get "],
  ["erase", "erase"],
  ["ü"],
];

/** Meaningful values, by variable. Every variable also gets the odd ones. */
const MEANINGFUL: Readonly<Record<string, readonly string[]>> = {
  DIGITALOCEAN_ACCESS_TOKEN: [VALID_TOKEN, "dop_v1_short"],
  DIGITALOCEAN_TOKEN: [VALID_TOKEN],
  DIGITALOCEAN_CONTEXT: ["work", "WORK"],
  DOCR_REGISTRY: ["acme"],
  DOCR_ACCESS: ["read-only", "auto"],
  DOCR_TTL: ["600", "60"],
  DOCR_CACHE: ["runtime", "keychain", "none"],
  DOCR_STORE: ["auto", "keychain", "file"],
  DBUS_SESSION_BUS_ADDRESS: ["unix:path=/nowhere/bus"],
  DOCR_FALLBACK: ["fake", "gone", "docr", "fa ke"],
  DOCR_UNKNOWN: ["anonymous", "error"],
};

const CONFIGS: Readonly<Record<string, Buffer | undefined>> = {
  absent: undefined,
  empty: Buffer.from("{}"),
  context: Buffer.from('{"context":"work"}\n'),
  fallback: Buffer.from('{"fallback":"fake"}'),
  "missing fallback": Buffer.from('{ "fallback": "gone" }'),
  keychain: Buffer.from('{"context":"work","store":"keychain"}'),
  vault: Buffer.from('{"store":"file"}'),
  tabs: Buffer.from('{\n\t"context": "work"\n}\n'),
  "carriage returns": Buffer.from('{"context":"work"}\r\n'),
  "a fallback after tabs": Buffer.from('{\t"fallback":"fake"}'),
  "odd text": Buffer.from('{"contexts":{"ü":"x"}}'),
  "no JSON": Buffer.from("context: work"),
  nothing: Buffer.from(""),
  "no text": Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
  "a NUL": Buffer.from("{}\0"),
  "just below the limit": Buffer.from(`{}${" ".repeat(RESPONSE_LIMIT - 3)}`),
  "at the limit": Buffer.from(`{}${" ".repeat(RESPONSE_LIMIT - 2)}`),
  huge: Buffer.from(`{}${" ".repeat(200_000)}`),
};
const CONFIG_KINDS = [
  ...Object.keys(CONFIGS),
  "symlink",
  "dangling symlink",
  "loop",
  "directory",
  "unreadable",
];

const RESPONSE_KINDS = [
  "valid",
  "absent",
  "expired by the wall clock",
  "expired by the uptime",
  "not yet by the wall clock",
  "not yet by the uptime",
  "truncated",
  "another magic word",
  "an older format",
  "mode 0640",
  "mode 0620",
  "mode 0610",
  "mode 0604",
  "mode 0602",
  "mode 0601",
  "mode 0400",
  "mode 0700",
  "mode 0000",
  "mode 4600",
  "symlink",
  "directory",
  "huge",
  "empty",
  "of another environment",
  "of no config",
  "of another config",
  "not ASCII",
  "just below the limit",
  "at the limit",
] as const;
const NOTE_KINDS = [
  "as stored",
  "absent",
  "mode 0640",
  "mode 0604",
  "symlink",
  "directory",
  "empty",
  "huge",
  "broken",
  "of no config",
  "of another config",
  "of an earlier version",
  "text of an earlier version",
];
const RUNTIME_DIRS = ["own", "not set", "empty", "relative", "open to others", "symlink", "not there"];
const FOLDERS = ["own", "open to the group", "open to others", "symlink", "a file", "absent"];
export const FOREIGN = "another user's";

const INPUTS: readonly (string | Buffer)[] = [
  `${HOST}\n`,
  ` \n ${HOST}\n\n`,
  `${HOST}\r\n`,
  `\t${HOST}`,
  `${HOST}\0`,
  `\ufeff${HOST}`,
  `https://${HOST}`,
  `https://${HOST}/`,
  `HTTPS://${HOST.toUpperCase()}`,
  `http://${HOST}/v2/`,
  `${HOST}:443`,
  `${HOST}/`,
  `${HOST}/acme`,
  `${HOST}/ACME/../x`,
  `${HOST}.`,
  `${HOST}.evil.example`,
  `x${HOST}`,
  `me@${HOST}`,
  "registry%2Edigitalocean.com",
  "registry。digitalocean。com",
  "ｒegistry.digitalocean.com",
  `${HOST}\\@evil.example`,
  `${HOST} ${HOST}`,
  `${HOST}\n${HOST}`,
  "ghcr.io\n",
  "GHCR.IO",
  "https://index.docker.io/v1/",
  "localhost:5000/v2/path",
  "my_host",
  "[::1]:5000",
  "me@ghcr.io",
  "ghcr.io\nx",
  "ghcr.io x",
  "ghcr.io\0",
  "münchen.example",
  "digitalocean",
  "",
  " \n\n ",
  "\n",
  "\0",
  Buffer.from([0xff, 0xfe]),
  Buffer.concat([Buffer.from(HOST), Buffer.from([0x80])]),
  Buffer.from([0xc3]),
  ...[-1, 0, 1].flatMap((more) => [
    "a".repeat(65_536 + more),
    HOST + " ".repeat(65_536 + more - HOST.length),
    `ghcr.io${"\n".repeat(65_536 + more - "ghcr.io".length)}`,
  ]),
  "a".repeat(200_000),
  `${HOST}/${"a".repeat(20_000)}`,
];

/** The registries that have a cached response; "" is the host alone. */
const CACHED_REGISTRIES = ["", "acme"];

const input: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 5, arbitrary: fc.constant(Buffer.from(HOST)) },
  { weight: 2, arbitrary: fc.constant(Buffer.from(`${HOST}/acme/app`)) },
  { weight: 6, arbitrary: spellings.map((text) => Buffer.from(text)) },
  { weight: 5, arbitrary: fc.constant(Buffer.from("ghcr.io")) },
  { weight: 8, arbitrary: fc.constantFrom(...INPUTS).map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 40 }).map((text) => Buffer.from(text)) },
);

function mostly<T>(usual: T, others: readonly T[], weight: number): fc.Arbitrary<T> {
  return fc.oneof(
    { weight, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
}

const VARIABLES = [...new Set([...KEY_VARIABLES, ...NOTE_VARIABLES])]
  .filter((name) => name !== "HOME" && name !== "XDG_CONFIG_HOME")
  // Not LANG or LC_ALL: a path in them crashes Node 26 itself.
  .concat("DOCR_UNKNOWN", "TZ", "SOMETHING");

/** Some variables with some values. `rareNames` are set in one of ten situations. */
function variables(rareNames: readonly string[]): fc.Arbitrary<Environment> {
  const one = fc.constantFrom(...VARIABLES).chain((name) => {
    const known = MEANINGFUL[name] ?? [];
    return fc.constantFrom(...known, ...known, ...ODD).map((value) => ({ [name]: value }));
  });
  const rare = fc
    .tuple(fc.constantFrom(...rareNames), fc.constantFrom("", "x", "/nowhere/file"))
    .map(([name, value]) => ({ [name]: value }));
  const some = fc.oneof({ weight: 9, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: rare });
  const fallback = fc.oneof(
    { weight: 1, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.constant({ DOCR_FALLBACK: "fake" }) },
  );
  return fc
    .tuple(fallback, fc.array(one, { maxLength: 3 }), some)
    .map(([first, more, last]) => Object.assign({}, first, ...more, last));
}

/** `withOthers`: also files of another user, and files in shared memory. Only root can arrange them. */
export function situations(withOthers: boolean): fc.Arbitrary<Situation> {
  const others = withOthers ? [FOREIGN] : [];
  const dirs = RUNTIME_DIRS.filter((kind) => withOthers || !["not set", "empty", "relative"].includes(kind));
  return fc.record({
    args: fc.oneof(
      { weight: 12, arbitrary: fc.constant(["get"]) },
      { weight: 9, arbitrary: fc.constant(["erase"]) },
      { weight: 1, arbitrary: fc.constantFrom<string[]>(...OTHER_ARGUMENTS) },
    ),
    input,
    added: variables(BYPASS_VARIABLES),
    home: mostly("own", ["not set", "empty", "relative", "XDG"], 8),
    runtimeDir: mostly("own", [...dirs.slice(1), ...others], 6),
    folder: mostly("own", [...FOLDERS.slice(1), ...others], 8),
    config: mostly("absent", CONFIG_KINDS, 1),
    response: mostly<string>("valid", [...RESPONSE_KINDS, ...others], 1),
    note: mostly("as stored", [...NOTE_KINDS.slice(1), ...others], 3),
    minted: fc.boolean(),
    isLocked: mostly(false, [true], 20),
  });
}

/** The program's whole environment in this situation. */
export function environmentOf(situation: Situation, site: Site): Environment {
  const home = homeOf(situation, site);
  const runtimeDir = runtimeDirOf(situation, site);
  const hasToken = Object.values(situation.added).includes(VALID_TOKEN);
  return {
    PATH: site.path,
    ...(home === undefined ? {} : { HOME: home }),
    ...(runtimeDir === undefined ? {} : { XDG_RUNTIME_DIR: runtimeDir }),
    ...(situation.home === "XDG" ? { XDG_CONFIG_HOME: join(site.folder, "xdg") } : {}),
    ...situation.added,
    // No request may reach the real API.
    ...(hasToken || "DIGITALOCEAN_API_URL" in situation.added ? { DIGITALOCEAN_API_URL: site.apiUrl } : {}),
  };
}

function homeOf({ home }: Situation, site: Site): string | undefined {
  if (home === "not set") return undefined;
  if (home === "empty") return "";
  return home === "relative" ? "home" : join(site.folder, "home");
}

function runtimeDirOf({ runtimeDir }: Situation, site: Site): string | undefined {
  if (runtimeDir === "not set") return undefined;
  if (runtimeDir === "empty") return "";
  return runtimeDir === "relative" ? "run" : join(site.folder, "run");
}

/** The private folder in shared memory, which all users share. */
const sharedFolder = (uid: number): string => `/dev/shm/docr-${uid}`;

/** The end of the name of a symlink's target. */
const ELSEWHERE = "-elsewhere";

/** Removes the user's private folders from the places that all users share. */
export function removeShared(uid: number | undefined): void {
  if (uid === undefined) return;
  // docr uses it if the folder in shared memory is another user's.
  rmSync(`/tmp/docr-${uid}`, { recursive: true, force: true });
  for (const end of ["", ELSEWHERE]) rmSync(sharedFolder(uid) + end, { recursive: true, force: true });
}

/** The folder that launchers lock in this situation. */
export function lockFolder(situation: Situation, site: Site): string {
  const runtimeDir = runtimeDirOf(situation, site);
  return runtimeDir?.startsWith("/") === true ? runtimeDir : sharedFolder(site.uid ?? 0);
}

/** Creates the situation's files again, so that each program finds them unchanged. `now` must be the same for all programs. */
export function arrange(situation: Situation, site: Site, now: number): void {
  const { uid } = site;
  rmSync(site.folder, { recursive: true, force: true });
  removeShared(uid);
  const own = (path: string): void => {
    if (uid !== undefined) lchownSync(path, uid, uid);
  };
  const makeFolder = (path: string, mode = 0o700): void => {
    mkdirSync(path, { recursive: true });
    chmodSync(path, mode);
    own(path);
  };
  const makeFile = (path: string, text: string | Uint8Array, mode = 0o600): void => {
    writeFileSync(path, text);
    own(path);
    chmodSync(path, mode);
  };
  const makeLink = (path: string, target: string): void => {
    symlinkSync(target, path);
    own(path);
  };
  makeFolder(site.folder, 0o755);
  makeFolder(join(site.folder, "home"));
  const config = arrangeConfig(situation, site, { makeFolder, makeFile, makeLink });

  const env = environmentOf(situation, site);
  const { runtimeDir, folder } = situation;
  const run = join(site.folder, "run");
  if (runtimeDir !== "not there") makeFolder(run, runtimeDir === "open to others" ? 0o755 : 0o700);
  const isShared = env["XDG_RUNTIME_DIR"]?.startsWith("/") !== true;
  const responses = isShared ? sharedFolder(uid ?? 0) : join(run, "docr");
  if (isShared && uid === undefined) throw new Error("the shared folder needs a user for each site");
  if (runtimeDir === "not there" || folder === "absent") return;
  if (folder === "a file") {
    makeFile(responses, "");
    return;
  }
  makeFolder(responses);
  for (const registry of CACHED_REGISTRIES)
    arrangeResponse(situation, registry, { responses, env, config, now, makeFile, makeFolder, makeLink });
  arrangeNote(situation, { responses, env, config, now, makeFile, makeFolder, makeLink });
  if (situation.minted) makeFile(join(responses, mintedName()), mintedRecord(now));
  if (uid !== undefined) {
    const responseNames = CACHED_REGISTRIES.map((registry) => responseNameFor(env, config, registry));
    for (const [kind, names] of [
      [situation.response, responseNames],
      [situation.note, [noteNameFor(env, config)]],
    ] as const) {
      for (const name of names) if (kind === FOREIGN) makeFileOf(join(responses, name), 0);
    }
    if (folder === FOREIGN) chownSync(responses, 0, 0);
    if (runtimeDir === FOREIGN) chownSync(run, 0, 0);
  }
  if (folder === "open to the group") chmodSync(responses, 0o710);
  if (folder === "open to others") chmodSync(responses, 0o701);
  if (folder === "symlink") moveBehindLink(responses, makeLink);
  if (runtimeDir === "symlink") moveBehindLink(run, makeLink);
}

function makeFileOf(path: string, uid: number): void {
  writeFileSync(path, cachedResponse("foreign"));
  chownSync(path, uid, uid);
  // Other users can read it, so its mode is wrong too. launcher.test.ts has a file with only a wrong owner.
  chmodSync(path, 0o644);
}

function moveBehindLink(path: string, makeLink: Makers["makeLink"]): void {
  const target = path + ELSEWHERE;
  renameSync(path, target);
  makeLink(path, target);
}

interface Makers {
  readonly makeFolder: (path: string, mode?: number) => void;
  readonly makeFile: (path: string, text: string | Uint8Array, mode?: number) => void;
  readonly makeLink: (path: string, target: string) => void;
}

/** Returns the config as the key of a response contains it: "=" and the text, or "". */
function arrangeConfig(situation: Situation, site: Site, makers: Makers): string {
  const { config, home } = situation;
  const base = home === "XDG" ? join(site.folder, "xdg") : join(site.folder, "home", ".config");
  const path = join(base, "docr", "config.json");
  const text = CONFIGS[config];
  for (const folder of [base, join(base, "docr")]) makers.makeFolder(folder);
  const isFound = home === "own" || home === "XDG";
  if (config === "directory") makers.makeFolder(path);
  else if (config === "loop") makers.makeLink(path, path);
  else if (config === "dangling symlink") makers.makeLink(path, join(base, "nothing"));
  else if (config === "unreadable") makers.makeFile(path, "{}", 0o000);
  else if (config === "symlink") {
    makers.makeFile(join(base, "real.json"), "{}");
    makers.makeLink(path, join(base, "real.json"));
    return isFound ? "={}" : "";
  } else if (text) {
    makers.makeFile(path, text);
    return isFound ? `=${text.toString("utf8")}` : "";
  }
  return "";
}

interface Place extends Makers {
  readonly responses: string;
  readonly env: Environment;
  readonly config: string;
  readonly now: number;
}

function arrangeResponse(
  { response }: Situation,
  registry: string,
  { responses, env, config, now, ...makers }: Place,
): void {
  const pathFor = (otherEnv: Environment, otherConfig: string): string =>
    join(responses, responseNameFor(otherEnv, otherConfig, registry));
  const right = pathFor(env, config);
  const times = validAround(now);
  const secret = `cached${registry}`;
  const valid = cachedResponse(secret, times);
  const withTimes = (other: Partial<ValidityTimes>): string => cachedResponse(secret, { ...times, ...other });
  const long = (length: number): string =>
    cachedResponse("f".repeat(length - cachedResponse("", times).length), times);
  const contents: Readonly<Record<string, string | Uint8Array>> = {
    valid,
    "expired by the wall clock": withTimes({ until: now - 1 }),
    "expired by the uptime": withTimes({ uptimeUntil: 1 }),
    "not yet by the wall clock": withTimes({ notBefore: now + HOUR_MS }),
    "not yet by the uptime": withTimes({ uptimeFrom: times.uptimeUntil - 1 }),
    truncated: valid.slice(0, -3),
    "another magic word": valid.replace("-2 ", "-3 "),
    "an older format": valid.replace("-2 ", "-1 "),
    huge: valid + "x".repeat(1_000_000),
    empty: "",
    "not ASCII": cachedResponse("ü", times),
    "just below the limit": long(RESPONSE_LIMIT - 1),
    "at the limit": long(RESPONSE_LIMIT),
  };
  const content = contents[response];
  const mode = /^mode (\d+)$/.exec(response)?.[1];
  if (content !== undefined) makers.makeFile(right, content);
  else if (mode !== undefined) makers.makeFile(right, valid, Number.parseInt(mode, 8));
  else if (response === "directory") makers.makeFolder(right);
  else if (response === "symlink") {
    const target = join(responses, `warm-elsewhere${registry}`);
    makers.makeFile(target, valid);
    makers.makeLink(right, target);
  } else if (response === "of another environment") {
    makers.makeFile(pathFor({ ...env, DOCR_TTL: "61" }, config), valid);
  } else if (response === "of no config") makers.makeFile(pathFor(env, ""), valid);
  else if (response === "of another config") makers.makeFile(pathFor(env, "={ }"), valid);
}

function arrangeNote({ note, config: kind }: Situation, { responses, env, config, ...makers }: Place): void {
  const path = join(responses, noteNameFor(env, config));
  const broken: Readonly<Record<string, string>> = {
    empty: "",
    huge: "x".repeat(100_000),
    broken: "helper no name\n",
    "text of an earlier version": "fake",
  };
  const wrongNames: Readonly<Record<string, string>> = {
    "of no config": noteNameFor(env, config === "" ? "={}" : ""),
    "of another config": noteNameFor(env, "={ }"),
    "of an earlier version": `fallback-${sha256(noteKeyText((name) => env[name], config))}`,
  };
  const stored = storedNote(kind, env, config);
  const bad = broken[note];
  const wrongName = wrongNames[note];
  if (bad !== undefined) makers.makeFile(path, bad);
  else if (wrongName !== undefined) makers.makeFile(join(responses, wrongName), helperNote("wrong"));
  else if (note === "directory") makers.makeFolder(path);
  else if (stored === undefined || note === "absent") return;
  else if (note === "as stored") makers.makeFile(path, stored);
  else if (note === "mode 0640") makers.makeFile(path, stored, 0o640);
  else if (note === "mode 0604") makers.makeFile(path, stored, 0o604);
  else if (note === "symlink") {
    makers.makeFile(join(responses, "other-elsewhere"), stored);
    makers.makeLink(path, join(responses, "other-elsewhere"));
  }
}

/** The note that docr stores. Its name contains the settings that it depends on, so it never contradicts them. */
function storedNote(kind: string, env: Environment, config: string): string | undefined {
  const fromConfig = new Map([
    ["fallback", "fake"],
    ["a fallback after tabs", "fake"],
    ["missing fallback", "gone"],
  ]);
  const isBad = [
    "odd text",
    "no JSON",
    "nothing",
    "no text",
    "a NUL",
    "loop",
    "directory",
    "unreadable",
  ].includes(kind);
  const store = env["DOCR_STORE"] ?? "";
  const isStore = ["", "auto", "keychain", "file", "pass"].includes(store);
  const set = env["DOCR_FALLBACK"] ?? "";
  if (isBad || !isStore || (set !== "" && !isHelperName(set))) return undefined;
  const helper = set === "" && config !== "" ? fromConfig.get(kind) : set;
  if (helper !== undefined && helper !== "") return helperNote(helper);
  const isVault = store === "" && config !== "" && kind === "vault";
  return isVault || store === "file" || store === "pass" ? undefined : KEYCHAIN_NOTE;
}

/** The file name of the credential that a `get` without any setting uses. */
function mintedName(): string {
  return `minted-${sha256(["https://api.digitalocean.com", "context ", "", "auto"].join("\n"))}`;
}

function mintedRecord(now: number): string {
  const { uptimeUntil } = validAround(now);
  const credential = {
    username: new Secret("minted"),
    secret: new Secret("minted"),
    mintedAt: { now: now - 1000, uptime: uptimeUntil - HOUR_MS - 1000 },
    lifetime: { kind: "limited", ms: HOUR_MS },
    access: "read-write",
    registry: "acme",
    origin: { kind: "keychain", account: "" },
    revokeAt: "https://cloud.digitalocean.com",
  } as const;
  return encodeCacheRecord({ credential, supersededAt: undefined }).reveal();
}

/** The situation in one line, for a failed test. */
export function describeSituation({ input: bytes, added, ...kinds }: Situation): string {
  const shown =
    bytes.length > 60 ? `${bytes.length} bytes` : JSON.stringify(Buffer.from(bytes).toString("latin1"));
  const values = Object.entries(added).map(([name, value]) =>
    value === VALID_TOKEN ? `${name}=a token` : `${name}=${JSON.stringify(value.slice(0, 20))}`,
  );
  return `${JSON.stringify(kinds)} input ${shown} with ${values.join(" ") || "nothing more"}`;
}
