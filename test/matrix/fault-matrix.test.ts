import { closeSync, linkSync, mkdirSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createStandIn, type StandIn } from "../support/fakes/digitalocean-api.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoExecutable } from "../support/lab/executable.ts";
import { type Keyring, startKeyring } from "../support/lab/keyring.ts";
import { explainMissing, KEYRING } from "../support/lab/parts.ts";
import { createPki, type Pki, readServerTls } from "../support/lab/pki.ts";
import { type Environment, type Outcome, run } from "../support/lab/run.ts";
import { backdate, textOf } from "../system/kept-files.ts";
import {
  type Age,
  API_ROWS,
  KEYCHAIN_CASES,
  KEYCHAIN_CASES_ON_CI,
  MINUTES,
  type Row,
  type Verb,
} from "./matrix-table.ts";
import { ALWAYS, HELPER, HOST, loginTo, secretOf } from "../system/world.ts";

const LOGINS = ["one.test", "two.test"];
const reason = explainNoExecutable() ?? explainMissing([...KEYRING, "openssl"]);

/** The case's place: a runtime directory and a stand-in of its own, beside a keyring that others use too. */
interface Place {
  readonly folder: string;
  readonly env: Environment;
  readonly standIn: StandIn;
  /** Ends the API, at once or at the end. */
  close(): Promise<void>;
}

interface Setting {
  readonly keyring: Keyring;
  readonly folder: string;
  readonly pki: Pki;
}

/** Everything in one look, in the words of the table. */
function look(verb: Verb, outcome: Outcome, place: Place, before: number): string {
  const { standIn } = place;
  const kept = textOf(join(place.folder, "docr"), "minted-");
  const keptId = standIn.account.minted.find(({ secret }) => kept.includes(secret))?.id;
  const keptNow = keptId === undefined ? "none" : keptId === before ? "same" : "new";
  const lines = outcome.stderr.split("\n").filter((line) => line !== "");
  const isClean = lines.every((line) => line.startsWith("docr: "));
  const words = [stdoutClass(verb, outcome, standIn, before), isClean ? lines.length : "unclean stderr"];
  return [...words, outcome.code ?? outcome.signal, standIn.count(), keptNow].join(" ");
}

function stdoutClass(verb: Verb, outcome: Outcome, standIn: StandIn, before: number): string {
  const { code, stdout } = outcome;
  if (code !== 0)
    return /^[^\n]+\n$/.test(stdout) && !stdout.includes("not found") ? "failure" : "odd failure";
  if (stdout === "") return "nothing";
  if (verb === "list") return /^\{.*\}\n$/.test(stdout) ? "list" : "no list";
  const id = standIn.account.findMinted(secretOf(outcome))?.id;
  if (id === undefined) return "stranger";
  return id === before ? "kept" : "new";
}

/** Puts what was seen in the place of a range that it lies in, so that both read alike where all is well. */
function settle(expected: string, seen: string): string {
  const [stdout, lines, code, calls = "", kept] = expected.split(" ");
  const seenCalls = seen.split(" ")[3] ?? "";
  const [least = "", most = least] = calls.split("-");
  const isInside = calls === "*" || (Number(seenCalls) >= Number(least) && Number(seenCalls) <= Number(most));
  return [stdout, lines, code, isInside ? seenCalls : calls, kept].join(" ");
}

let count = 0;

const requestOf = (verb: Verb, token: string): readonly [verb: string, stdin: string] => {
  count += 1;
  switch (verb) {
    case "get":
      return ["get", HOST];
    case "list":
      return ["list", "unused"];
    case "store a login":
      return ["store", loginTo(`new${count}.test`)];
    case "store an API token":
      return ["store", loginTo(HOST, "me", token)];
    case "erase our host":
      return ["erase", HOST];
    case "erase a login":
      return ["erase", `nobody${count}.test`];
  }
};

/**
 * The cases have runtime directories of their own and one keyring: what one user's processes have in common, their turns at
 * it, is put into each. Else they would search while others erase, which libsecret does not survive.
 */
function shareTurns(setting: Setting, runtime: string): void {
  const turns = join(setting.folder, "turns");
  closeSync(openSync(turns, "a", 0o600));
  mkdirSync(join(runtime, "docr"), { mode: 0o700 });
  linkSync(turns, join(runtime, "docr", "turn-keychain"));
}

async function openPlace(setting: Setting, age: Age, api: Row["api"]): Promise<Place> {
  const folder = mkdtempSync(join(setting.folder, "r-"));
  shareTurns(setting, folder);
  const standIn = await createStandIn(api === "tls" ? { tls: readServerTls(setting.pki) } : {});
  const env = {
    ...setting.keyring.env,
    XDG_RUNTIME_DIR: folder,
    DIGITALOCEAN_API_URL: standIn.url,
    DIGITALOCEAN_OAUTH_URL: standIn.url,
    DIGITALOCEAN_ACCESS_TOKEN: standIn.account.addToken(),
  };
  let closed = false;
  const close = async (): Promise<void> => {
    if (!closed) await standIn.close();
    closed = true;
  };
  if (age !== "empty") {
    const trusted = api === "tls" ? { SSL_CERT_FILE: setting.pki.ca } : {};
    const prepared = await run(HELPER, ["get"], { stdin: HOST, env: { ...env, ...trusted } });
    if (prepared.code !== 0) throw new Error(prepared.stderr);
    backdate(join(folder, "docr"), MINUTES[age]);
    standIn.reset();
  }
  return { folder, env, standIn, close };
}

async function breakApi(place: Place, api: Row["api"]): Promise<void> {
  if (api === "refused") await place.close();
  else if (typeof api === "object") place.standIn.faults.add({ ...api, path: "/*", times: ALWAYS });
}

/** Runs one case and gives what was seen beside what the table has, both in its words. */
async function runCase(
  setting: Setting,
  name: string,
  expected: string,
  { api, change, program }: { readonly api: Row["api"]; readonly change?: Change; readonly program?: string },
): Promise<readonly [expected: string, seen: string]> {
  const [verb, age] = splitName(name);
  const place = await openPlace(setting, age, api);
  try {
    const [arg, stdin] = requestOf(verb, place.standIn.account.addToken());
    await breakApi(place, api);
    const env = change ? change(place.env) : place.env;
    const outcome = await run(program ?? HELPER, [arg], { stdin, env, timeoutSeconds: 60 });
    // A renewal in the background: given time to be done, or to fail.
    if (age === "ageing") await sleep(800);
    const seen = look(verb, outcome, place, age === "empty" ? 0 : 1);
    return [settle(expected, seen), seen];
  } finally {
    await place.close();
  }
}

type Change = (env: Environment) => Environment;

const withoutName: Change = (env) => ({ ...env, DIGITALOCEAN_API_URL: "https://api.docr.invalid" });

function splitName(name: string): readonly [Verb, Age] {
  const [verb, age] = name.split(": ");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table's keys are made of the two
  return [verb as Verb, age as Age];
}

/** All cases of a row at once, as two tables to hold against each other. */
async function runRow(
  setting: Setting,
  cases: Row["cases"],
  options: Parameters<typeof runCase>[3],
): Promise<{ readonly expected: unknown; readonly seen: unknown }> {
  const pairs = await Promise.all(
    Object.entries(cases).map(async ([name, expected]) => {
      const [settled, seen] = await runCase(setting, name, expected, options);
      return { name, settled, seen };
    }),
  );
  return {
    expected: Object.fromEntries(pairs.map(({ name, settled }) => [name, settled])),
    seen: Object.fromEntries(pairs.map(({ name, seen }) => [name, seen])),
  };
}

async function storedLogins({ keyring }: Setting): Promise<readonly unknown[]> {
  const answers = LOGINS.map((server) => run(HELPER, ["get"], { stdin: server, env: keyring.env }));
  return (await Promise.all(answers)).map((outcome) => secretOf(outcome));
}

const ALL_THERE = LOGINS.map((server) => `pw-of-${server}`);

async function openSetting(): Promise<Setting> {
  const folder = mkdtempSync(join(tmpdir(), "docr-m-"));
  const keyring = await startKeyring(join(folder, "k"));
  const pki = await createPki(join(folder, "pki"));
  for (const server of LOGINS) {
    const stored = await run(HELPER, ["store"], { stdin: loginTo(server), env: keyring.env });
    if (stored.code !== 0) throw new Error(stored.stderr);
  }
  return { folder, keyring, pki };
}

/** Runs the body in a setting of its own, and says in the end which of the stored logins are still there. */
async function withSetting<T>(
  body: (setting: Setting) => Promise<T>,
): Promise<T & { readonly logins: readonly unknown[] }> {
  const setting = await openSetting();
  try {
    const outcome = await body(setting);
    setting.keyring.resume();
    await setting.keyring.restart("unlocked");
    return { ...outcome, logins: await storedLogins(setting) };
  } finally {
    setting.keyring.resume();
    await closeSetting(setting);
  }
}

async function closeSetting({ keyring, folder }: Setting): Promise<void> {
  await keyring.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

describeUnless(reason, "fault x verb x what is kept, as the table has it", () => {
  // The slow one first, so that the others run beside it.
  const rows = API_ROWS.toSorted(
    (a, b) => Number(b.title.includes("never")) - Number(a.title.includes("never")),
  );
  it.concurrent.each(rows)("$title", async ({ api, cases }) => {
    const { expected, seen, logins } = await withSetting((setting) => runRow(setting, cases, { api }));
    expect(seen).toEqual(expected);
    expect(logins).toEqual(ALL_THERE);
  });

  it.concurrent("the same under the program's other name, for what each row says of a get", async () => {
    const quick = API_ROWS.filter(({ title }) => !title.includes("never"));
    // A few at a time: an answer that lives bridges 5 s, and two processors do not start dozens of programs in that.
    const { rows: both } = await withSetting(async (setting) => {
      const done: Awaited<ReturnType<typeof runRow>>[] = [];
      for (let start = 0; start < quick.length; start += 4) {
        const some = quick.slice(start, start + 4).map(({ api, cases }) => {
          const gets = Object.entries(cases).filter(([name]) => /^get: (?:young|old)$/.test(name));
          return runRow(setting, Object.fromEntries(gets), { api, program: DOCR });
        });
        done.push(...(await Promise.all(some)));
      }
      return { rows: done };
    });
    expect(both.map(({ seen }) => seen)).toEqual(both.map(({ expected }) => expected));
  });

  it.concurrent("a name that nobody has is a failure, and stored logins are no matter of it", async () => {
    const cases: Row["cases"] = { "get: empty": "failure 1 1 0 none", "list: young": "list 0 0 0 same" };
    const inRow = (setting: Setting) => runRow(setting, cases, { api: "works", change: withoutName });
    const { expected, seen, logins } = await withSetting(inRow);
    expect(seen).toEqual(expected);
    expect(logins).toEqual(ALL_THERE);
  });
});

interface KeychainFault {
  readonly title: string;
  /** Brings it about; the answer is what else to change in the environment. */
  readonly arrange: (setting: Setting, silentBus: string) => Promise<Environment> | Environment;
  /** gnome-keyring asks for one password at a time, and so lets callers wait for each other. */
  readonly oneByOne?: true;
  readonly onCi?: true;
}

const KEYCHAIN_FAULTS: readonly KeychainFault[] = [
  {
    title: "locked",
    arrange: async ({ keyring }) => {
      await keyring.lock();
      return {};
    },
    oneByOne: true,
  },
  {
    title: "stopped where it stands",
    arrange: ({ keyring }) => {
      keyring.pause();
      return {};
    },
  },
  {
    title: "gone",
    arrange: async ({ keyring }) => {
      await keyring.quit();
      return {};
    },
  },
  {
    title: "behind a bus that stays silent",
    arrange: (_setting, silentBus) => ({ DBUS_SESSION_BUS_ADDRESS: silentBus }),
  },
  {
    title: "locked, and the API token is in the environment",
    arrange: async ({ keyring }) => {
      await keyring.lock();
      return {};
    },
    onCi: true,
  },
  {
    title: "stopped, and the API token is in the environment",
    arrange: ({ keyring }) => {
      keyring.pause();
      return {};
    },
    onCi: true,
  },
];

describeUnless(reason, "the same while the keychain misbehaves", () => {
  let silent: Server;
  let folder: string;
  const sockets = new Set<Socket>();
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "docr-b-"));
    silent = createServer((socket) => {
      sockets.add(socket);
      socket.resume();
    });
    await new Promise<void>((resolve) => silent.listen(join(folder, "bus"), resolve));
  });
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.concurrent.each(KEYCHAIN_FAULTS)("the keychain is $title", async (fault) => {
    const cases = fault.onCi ? KEYCHAIN_CASES_ON_CI : KEYCHAIN_CASES;
    const bus = `unix:path=${join(folder, "bus")}`;
    const { expected, seen, logins } = await withSetting((setting) =>
      runKeychainRow(setting, cases, fault, bus),
    );
    expect(seen).toEqual(expected);
    expect(logins).toEqual(ALL_THERE);
  });
});

interface PreparedCase {
  readonly name: string;
  readonly place: Place;
  readonly env: Environment;
  readonly age: Age;
}

/** Each case's place is made while the keychain is well, with its API token in it where it belongs there. */
async function runKeychainRow(
  setting: Setting,
  cases: Row["cases"],
  fault: KeychainFault,
  silentBus: string,
): Promise<{ readonly expected: unknown; readonly seen: unknown }> {
  const names = Object.entries(cases);
  const places: PreparedCase[] = [];
  for (const [name] of names) {
    const age = splitName(name)[1];
    const place = await openPlace(setting, "empty", "works");
    const { DIGITALOCEAN_ACCESS_TOKEN: token = "", ...rest } = place.env;
    const env = fault.onCi ? place.env : rest;
    // Each stand-in knows its own token only, and the keychain holds one: what is kept is of the moment it was made.
    if (!fault.onCi) await run(HELPER, ["store"], { stdin: loginTo(HOST, "me", token), env });
    if (age !== "empty") {
      const prepared = await run(HELPER, ["get"], { stdin: HOST, env });
      if (prepared.code !== 0) throw new Error(prepared.stderr);
      backdate(join(place.folder, "docr"), MINUTES[age]);
    }
    place.standIn.reset();
    places.push({ name, place, env, age });
  }
  const added = await fault.arrange(setting, silentBus);
  const seen = new Map<string, string>();
  const runOne = async ({ name, place, env, age }: PreparedCase): Promise<void> => {
    const verb = splitName(name)[0];
    const [arg, stdin] = requestOf(verb, place.standIn.account.addToken());
    const outcome = await run(HELPER, [arg], { stdin, env: { ...env, ...added }, timeoutSeconds: 60 });
    if (age === "ageing") await sleep(800);
    seen.set(name, look(verb, outcome, place, age === "empty" ? 0 : 1));
  };
  if (fault.oneByOne) for (const one of places) await runOne(one);
  else await Promise.all(places.map(runOne));
  for (const { place } of places) await place.close();
  return {
    expected: Object.fromEntries(names.map(([name, text]) => [name, settle(text, seen.get(name) ?? "")])),
    seen: Object.fromEntries(names.map(([name]) => [name, seen.get(name)])),
  };
}

it("the table has every verb and every age", () => {
  const names = API_ROWS.flatMap(({ cases }) => Object.keys(cases)).map(splitName);
  expect(new Set(names.map(([verb]) => verb)).size).toBe(6);
  expect(new Set(names.map(([, age]) => age))).toEqual(new Set(["empty", ...Object.keys(MINUTES)]));
});
