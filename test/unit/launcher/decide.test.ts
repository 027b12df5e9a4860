import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { sha256 } from "../../../src/app/startup/sha256.ts";
import { readConfigFile } from "../../../src/config/config-file.ts";
import { isKeychain, readGeneralSettings } from "../../../src/config/general.ts";
import { parseAddress, REGISTRY_HOST } from "../../../src/core/address.ts";
import { decide, type Decision, type Input } from "../../../src/launcher/decide.ts";
import { filesOf } from "../../../src/launcher/sources.ts";
import { parseServerUrl } from "../../../src/protocol/requests.ts";
import { readCachedResponse, responseNameOf } from "../../../src/response-cache/read.ts";
import { decodeAscii } from "../../../src/response-cache/shared/ascii.ts";
import { encodeCachedResponse } from "../../../src/response-cache/shared/format.ts";
import { BYPASS_VARIABLES, KEY_VARIABLES } from "../../../src/response-cache/shared/key.ts";
import { INPUT_LIMIT_BYTES } from "../../../src/response-cache/shared/limits.ts";
import {
  helperNote,
  isCertainlyOtherHost,
  KEYCHAIN_NOTE,
} from "../../../src/response-cache/shared/other-registry-note.ts";
import { createOtherRegistryNote } from "../../../src/response-cache/write-other-registry-note.ts";
import { noteNameFor, responseNameFor, responseWith, validAround } from "../../launcher/cached-response.ts";
import { stubLibc } from "../../launcher/fake-libc.ts";
import {
  arrange,
  environmentOf,
  removeShared,
  type Site,
  type Situation,
  situations,
} from "../../launcher/situation.ts";
import { createMemoryStore } from "../../support/fakes/memory-store.ts";
import type { Environment } from "../../support/lab/run.ts";
import { isRoot } from "../../support/lab/parts.ts";

const NOW = 1_800_000_000_000;
const UPTIME = 7_000_000;
const RESPONSE = responseWith("cached");
const LOGIN = '{"Username":"warm","Secret":"cached"}\n';
const TIMES = {
  notBefore: NOW - 1000,
  until: NOW + 1000,
  uptimeFrom: UPTIME - 1000,
  uptimeUntil: UPTIME + 1000,
};
const CACHED = encodeCachedResponse(TIMES, LOGIN);

/** A request and its surroundings. By default a `get` of DigitalOcean's registry with an empty response cache. */
interface Facts {
  readonly args: readonly string[];
  readonly env: Environment;
  readonly input: Input;
  readonly config: string | undefined;
  /** Texts of private files by name. */
  readonly files: Readonly<Record<string, string>>;
  readonly now: number;
  readonly uptime: number;
  /** What /proc/uptime shows. The same by default. */
  readonly shownUptime: number;
}

function decideFrom(facts: Partial<Facts>): Decision {
  const { args = ["get"], env = {}, files = {}, now = NOW, uptime = UPTIME } = facts;
  const config = "config" in facts ? facts.config : "";
  const input = facts.input ?? { status: "complete", text: REGISTRY_HOST };
  const read = { config: () => config, privateText: (name: string) => files[name] };
  return decide(
    args,
    (name) => env[name],
    () => input,
    read,
    { now: () => now, uptime: () => uptime, shownUptime: () => facts.shownUptime ?? uptime },
  );
}

const complete = (text: string): Input => ({ status: "complete", text });
const RUN_DOCR: Decision = { kind: "run-docr" };

describe("a get of DigitalOcean's registry", () => {
  const files = { [responseNameFor({})]: CACHED };

  it("gets its response also if a container shows docr the time since its own start", () => {
    const uptimes = { uptime: 900_000_000, shownUptime: UPTIME };
    expect(decideFrom({ files, ...uptimes })).toEqual({ kind: "respond", response: RESPONSE });
  });

  it("gets its response from the response cache", () => {
    expect(decideFrom({ files })).toEqual({ kind: "respond", response: RESPONSE });
    expect(decideFrom({ files, input: complete(`\n ${REGISTRY_HOST}\r\n`) }).kind).toBe("respond");
  });

  it("waits for another launcher's response if none is cached", () => {
    expect(decideFrom({})).toEqual({
      kind: "await-response",
      name: responseNameFor({}),
      address: REGISTRY_HOST,
    });
  });

  it.each([
    ["expired by the wall clock", { now: TIMES.until }],
    ["expired by the uptime", { uptime: TIMES.uptimeUntil }],
    ["not valid yet by the wall clock", { now: TIMES.notBefore - 1 }],
    ["of an earlier start of the machine", { uptime: 5 }],
    ["impossible to date, because the uptime is unknown", { uptime: Number.NaN }],
  ])("ignores a response that is %s", (_what, clocks) => {
    expect(decideFrom({ files, ...clocks }).kind).toBe("await-response");
  });

  it.each(KEY_VARIABLES)("ignores a response for another %s", (name) => {
    expect(decideFrom({ files, env: { [name]: "other" } }).kind).not.toBe("respond");
  });

  it("ignores a response for another config file", () => {
    expect(decideFrom({ files, config: "={}" })).toEqual({
      kind: "await-response",
      name: responseNameFor({}, "={}"),
      address: REGISTRY_HOST,
    });
  });

  it("runs docr immediately if the config file is unreadable", () => {
    expect(decideFrom({ files, config: undefined })).toEqual(RUN_DOCR);
  });

  it.each(["none", "keychain", "runtime"])("does not wait for a response with DOCR_CACHE=%s", (cache) => {
    expect(decideFrom({ env: { DOCR_CACHE: cache } })).toEqual(RUN_DOCR);
    expect(decideFrom({ env: { DOCR_CACHE: "" } }).kind).toBe("await-response");
  });

  it.each([
    `https://${REGISTRY_HOST}`,
    `HTTP://${REGISTRY_HOST}:443/`,
    `${REGISTRY_HOST}/v2/`,
    REGISTRY_HOST.toUpperCase(),
  ])("spelled %s gets the same response, with the address as the client sent it", (text) => {
    const response = responseWith("cached", text);
    expect(decideFrom({ files, input: complete(text) })).toEqual({ kind: "respond", response });
  });

  it("with a path gets the response for the registry in the path", () => {
    const address = `https://${REGISTRY_HOST}/acme/app`;
    const input = complete(address);
    const name = responseNameFor({}, "", "acme");
    expect(decideFrom({ files, input })).toEqual({ kind: "await-response", name, address });
    const response = responseWith("cached", address);
    expect(decideFrom({ files: { [name]: CACHED }, input })).toEqual({ kind: "respond", response });
    expect(decideFrom({ files: { [name]: CACHED } }).kind).toBe("await-response");
  });

  it.each([`${REGISTRY_HOST}/Acme`, `${REGISTRY_HOST}.`, `me@${REGISTRY_HOST}`, `${REGISTRY_HOST}//acme`])(
    "is left to docr in a spelling that is not plain: %s",
    (text) => {
      expect(decideFrom({ files, input: complete(text) })).toEqual(RUN_DOCR);
    },
  );

  it("is left to docr if the input is too long, so that docr rejects it", () => {
    expect(decideFrom({ files, input: { status: "too-long", text: REGISTRY_HOST } })).toEqual(RUN_DOCR);
  });
});

describe("a get of another host", () => {
  const input = complete("ghcr.io\n");
  const files = { [noteNameFor({})]: helperNote("osxkeychain") };
  const READ_KEYCHAIN: Decision = { kind: "read-keychain", address: "ghcr.io" };

  it("runs the fallback helper that docr noted", () => {
    expect(decideFrom({ input, files })).toEqual({ kind: "run-fallback", helper: "osxkeychain" });
  });

  it.each([
    ["a config file", {}, "={}"],
    ["a store in the environment", { DOCR_STORE: "keychain" }, ""],
    ["both", { DOCR_STORE: "auto" }, '={"context":"work"}'],
  ])("reads the keychain with %s, if docr noted that it does the same", (_what, env, config) => {
    const noted = { [noteNameFor(env, config)]: KEYCHAIN_NOTE };
    expect(decideFrom({ input, env, config, files: noted })).toEqual(READ_KEYCHAIN);
  });

  it.each([
    ["of no config file", { [noteNameFor({})]: KEYCHAIN_NOTE }],
    ["of another config file", { [noteNameFor({}, "={ }")]: KEYCHAIN_NOTE }],
    ["of another environment", { [noteNameFor({ DOCR_STORE: "auto" }, "={}")]: KEYCHAIN_NOTE }],
    ["that is cut off", { [noteNameFor({}, "={}")]: KEYCHAIN_NOTE.slice(0, -1) }],
    ["of an earlier version", { [noteNameFor({}, "={}")]: "osxkeychain" }],
  ])("runs docr if the only note is one %s", (_what, noted) => {
    expect(decideFrom({ input, config: "={}", files: noted })).toEqual(RUN_DOCR);
  });

  it.each([
    ["without a note", {}],
    ["with a note for another environment", { files, env: { XDG_CONFIG_HOME: "/x" } }],
    ["with a note that is not a helper's name", { files: { [noteNameFor({})]: helperNote("a/b") } }],
    ["with a note that names docr itself", { files: { [noteNameFor({})]: helperNote("docr") } }],
    [
      "with settings that are set to nothing",
      { env: { DOCR_STORE: "", DOCR_FALLBACK: "", DOCR_UNKNOWN: "" } },
    ],
  ])(
    "reads the keychain %s, because no setting can name another store or helper",
    (_what, facts: Partial<Facts>) => {
      expect(decideFrom({ ...facts, input })).toEqual(READ_KEYCHAIN);
    },
  );

  it.each([
    ["with a store in the environment", { env: { DOCR_STORE: "keychain" } }],
    ["with a fallback helper in the environment", { env: { DOCR_FALLBACK: "osxkeychain" } }],
    ["with an answer for unknown registries", { files, env: { DOCR_UNKNOWN: "anonymous" } }],
    ["with a config file", { files, config: "={}" }],
    ["with an empty config file", { config: "=" }],
    ["with an unreadable config file", { files, config: undefined }],
  ])("runs docr %s", (_what, facts: Partial<Facts>) => {
    expect(decideFrom({ ...facts, input })).toEqual(RUN_DOCR);
  });

  it("runs docr if the input is too long, so that docr rejects it", () => {
    expect(decideFrom({ files, input: { status: "too-long", text: "ghcr.io" } })).toEqual(RUN_DOCR);
  });
});

describe("an erase", () => {
  const args = ["erase"];
  const input = complete("ghcr.io");

  it("of another host erases in the keychain, where a get would read it", () => {
    const erase: Decision = { kind: "erase-in-keychain", address: "ghcr.io" };
    expect(decideFrom({ args, input })).toEqual(erase);
    const env = { DOCR_STORE: "keychain" };
    expect(decideFrom({ args, input, env })).toEqual(RUN_DOCR);
    expect(decideFrom({ args, input, env, files: { [noteNameFor(env)]: KEYCHAIN_NOTE } })).toEqual(erase);
  });

  it("runs docr with a fallback helper, because both may have the login", () => {
    const files = { [noteNameFor({})]: helperNote("osxkeychain") };
    expect(decideFrom({ args, input, files })).toEqual(RUN_DOCR);
  });

  it("of DigitalOcean's host runs docr", () => {
    const files = { [responseNameFor({})]: CACHED };
    expect(decideFrom({ args, input: complete(REGISTRY_HOST), files })).toEqual(RUN_DOCR);
  });
});

describe("a request that the launcher always passes to docr", () => {
  const files = { [responseNameFor({})]: CACHED, [noteNameFor({})]: helperNote("osxkeychain") };

  it.each([[[]], [["list"]], [["get", "get"]], [["GET"]], [["get "]]])(
    "with the arguments %j runs docr and leaves stdin unread",
    (args) => {
      let isRead = false;
      const readInput = (): Input => {
        isRead = true;
        return complete(REGISTRY_HOST);
      };
      const noFiles = { config: () => "", privateText: () => undefined };
      const clocks = { now: () => NOW, uptime: () => UPTIME, shownUptime: () => UPTIME };
      expect(decide(args, () => undefined, readInput, noFiles, clocks)).toEqual(RUN_DOCR);
      expect(isRead).toBe(false);
    },
  );

  it.each(["DIGITALOCEAN_ACCESS_TOKEN_FILE", "DOCR_LOG", "DOCR_BESIDE"])(
    "with %s set, even to nothing, runs docr",
    (name) => {
      for (const value of ["", "x"])
        for (const text of [REGISTRY_HOST, "ghcr.io"])
          expect(decideFrom({ files, env: { [name]: value }, input: complete(text) })).toEqual(RUN_DOCR);
    },
  );

  it("with stdin that cannot be read runs docr", () => {
    expect(decideFrom({ files, input: { status: "unreadable", text: "" } })).toEqual(RUN_DOCR);
  });

  it("with stdin that the client never closes fails with docr's message", () => {
    expect(decideFrom({ files, input: { status: "timed-out", text: "" } })).toEqual({
      kind: "fail",
      message: "stdin was not closed within 8 s; close stdin after the request",
    });
  });
});

describe("the launcher's decision and docr's own reading of the same files", () => {
  const SITUATIONS = 3000;
  const SEED = 20261121;
  const counts = new Map<Decision["kind"], number>();
  let folder: string;
  let site: Site;
  let uid: number;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "docr-decide-"));
    // A user id that no user has. Without root, the files belong to this user.
    const other = isRoot() ? randomInt(70_000, 99_999) : undefined;
    site = { folder: join(folder, "site"), uid: other, path: "/usr/bin", apiUrl: "http://127.0.0.1:1" };
    uid = other ?? process.getuid?.() ?? 0;
    stubLibc(uid);
  });
  afterAll(() => {
    vi.unstubAllGlobals();
    rmSync(folder, { recursive: true, force: true });
    removeShared(site.uid);
  });

  it(`agree in ${SITUATIONS} situations`, { timeout: 300_000 }, async () => {
    const now = Date.now();
    const at = { now, uptime: validAround(now).uptimeUntil - 3_600_000 };
    const property = fc.asyncProperty(situations(isRoot()), async (situation) => {
      arrange(situation, site, now);
      const env = environmentOf(situation, site);
      const variable = (name: string): string | undefined => env[name];
      const clocks = { now: () => at.now, uptime: () => at.uptime, shownUptime: () => at.uptime };
      const files = filesOf(variable);
      const decision = decide(situation.args, variable, () => inputOf(situation), files, clocks);
      counts.set(decision.kind, (counts.get(decision.kind) ?? 0) + 1);
      expect(findDisagreement(decision, situation, env, uid, at)).toBe(undefined);

      // Once docr has answered, the launcher does.
      if (!isPlainOther(situation, env)) return;
      const notes = await notesOf(env, uid);
      const withNote = {
        ...files,
        privateText: (name: string) => notes.get(name) ?? files.privateText(name),
      };
      const noted = decide(situation.args, variable, () => inputOf(situation), withNote, clocks);
      expect(findDisagreement(noted, situation, env, uid, at)).toBe(undefined);
      expect(notes.size > 0 && noted.kind === "run-docr").toBe(false);
    });
    await fc.assert(property, { numRuns: SITUATIONS, seed: SEED });
  });

  it.each([
    "respond",
    "await-response",
    "run-fallback",
    "read-keychain",
    "erase-in-keychain",
    "run-docr",
  ] as const)("include more than 50 situations with the decision %s", (kind) => {
    expect(counts.get(kind)).toBeGreaterThan(50);
  });
});

/** What the launcher reads from stdin. */
function inputOf({ input }: Situation): Input {
  const length = Math.min(input.length, INPUT_LIMIT_BYTES);
  const text = decodeAscii(input, length) ?? "";
  return { status: length < INPUT_LIMIT_BYTES ? "complete" : "too-long", text };
}

/** What docr would not do in this situation, or would do differently. Undefined if both agree. */
function findDisagreement(
  decision: Decision,
  situation: Situation,
  env: Environment,
  uid: number,
  at: { readonly now: number; readonly uptime: number },
): string | undefined {
  const isGet = situation.args.length === 1 && situation.args[0] === "get";
  const { text, status } = inputOf(situation);
  const address = isGet && status === "complete" ? text.trim() : "";
  const response = readCachedResponse(address, { env, sha256 }, uid, at);
  switch (decision.kind) {
    case "respond":
      return decision.response === response ? undefined : `docr reads ${response}`;
    case "run-fallback": {
      const helper = isGet ? fallbackFor(situation, env, uid) : undefined;
      return decision.helper === helper ? undefined : `docr's fallback helper is ${helper}`;
    }
    case "await-response":
      if (decision.name !== responseNameOf({ env, sha256 }, registryOf(situation) ?? "none"))
        return "docr stores no such response";
      return response === undefined || isBeyondLauncher(situation) ? undefined : `docr reads ${response}`;
    case "read-keychain":
      return isGet && usesKeychain(situation, env, uid) ? undefined : "docr does not read the keychain";
    case "erase-in-keychain":
      return situation.args[0] === "erase" && usesKeychain(situation, env, uid)
        ? undefined
        : "docr does not erase in the keychain";
    case "run-docr":
      return response === undefined || isBeyondLauncher(situation) ? undefined : `docr reads ${response}`;
    case "fail":
      return "stdin is closed in every situation";
  }
}

/**
 * Whether the launcher leaves a file to docr: it is not ASCII, too long or setuid, or it is a config file that docr treats as
 * missing (a symlink that leads nowhere, no permission to read it).
 */
function isBeyondLauncher({ config, response }: Situation): boolean {
  return (
    ["odd text", "no text", "a NUL", "at the limit", "huge", "dangling symlink", "unreadable"].includes(
      config,
    ) || ["not ASCII", "at the limit", "mode 4600"].includes(response)
  );
}

/** The registry that docr's own grammar finds in the address, or "". Undefined if the address is another host's. */
function registryOf(situation: Situation): string | undefined {
  const address = parseAddress(parseServerUrl(situation.input));
  return address.kind === "digitalocean" ? (address.registry ?? "") : undefined;
}

/** The note that docr writes in this environment, by its file name. Empty if docr rejects its settings or uses another store. */
async function notesOf(env: Environment, uid: number): Promise<ReadonlyMap<string, string>> {
  const files = createMemoryStore();
  await createOtherRegistryNote({
    files: () => files,
    key: { env, sha256 },
    settings: () => {
      const file = readConfigFile({ env, platform: "linux", uid });
      const general = readGeneralSettings(env, file);
      return { configText: file.text, fallback: general.fallback, isKeychain: isKeychain(general) };
    },
    hasOwnLogins: () => false,
  })();
  return files.items;
}

/** Whether this is a `get` of another registry that the launcher need not leave to docr. */
function isPlainOther(situation: Situation, env: Environment): boolean {
  const { text, status } = inputOf(situation);
  const isGet = situation.args.length === 1 && situation.args[0] === "get" && status === "complete";
  const isBypassing =
    BYPASS_VARIABLES.some((name) => env[name] !== undefined) || Boolean(env["DOCR_UNKNOWN"]);
  return isGet && isCertainlyOtherHost(text.trim()) && !isBypassing && !isBeyondLauncher(situation);
}

/** Whether docr would answer this `get` or `erase` with the keychain alone. */
function usesKeychain(situation: Situation, env: Environment, uid: number): boolean {
  if (env["DOCR_BESIDE"] !== undefined || env["DOCR_LOG"] !== undefined) return false;
  try {
    const address = parseAddress(parseServerUrl(situation.input));
    const settings = readGeneralSettings(env, readConfigFile({ env, platform: "linux", uid }));
    const isPlain = isKeychain(settings) && settings.fallback === undefined;
    return address.kind === "other" && isPlain && settings.unknown === "error";
  } catch {
    return false;
  }
}

/** The fallback helper that docr would run for this `get`. Undefined if it would do anything else. */
function fallbackFor(situation: Situation, env: Environment, uid: number): string | undefined {
  if (env["DOCR_BESIDE"] !== undefined) return undefined;
  try {
    const address = parseAddress(parseServerUrl(situation.input));
    const file = readConfigFile({ env, platform: "linux", uid });
    const { fallback, unknown } = readGeneralSettings(env, file);
    return address.kind === "other" && unknown === "error" ? fallback : undefined;
  } catch {
    return undefined;
  }
}
