/** Requests of docr on a session bus, with their results in one word. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NOT_FOUND } from "../../src/core/not-found.ts";
import { DOCR } from "../support/lab/executable.ts";
import { type Environment, type Outcome, run } from "../support/lab/run.ts";
import { loginFor } from "../support/requests.ts";

/** `done`: a store or erase that succeeded. The others are what the user reads. */
export type Result = "found" | "none" | "done" | "locked" | "silent" | "missing" | "failed";

const MESSAGES: readonly (readonly [pattern: RegExp, result: Result])[] = [
  [/^the keychain (?:is locked|has no open keyring)/, "locked"],
  [/^the keychain did not respond within \d+ s/, "silent"],
  [/^there is no keychain in this session/, "missing"],
  [/^the keychain failed/, "failed"],
];

/** Throws if docr crashed, or printed something else than one line. */
export function resultOf({ code, signal, stdout, stderr }: Outcome): Result {
  if (code === 0 && stderr === "") return stdout === "" ? "done" : "found";
  if (code === 1 && stdout === `${NOT_FOUND}\n` && stderr === "") return "none";
  const result = MESSAGES.find(([pattern]) => pattern.test(stdout))?.[1];
  const isOneLine = stderr === `docr: ${stdout}` && /^[^\n]+\n$/.test(stdout);
  if (code === 1 && result !== undefined && isOneLine) return result;
  throw new Error(`docr ended with ${code ?? signal}: ${stdout}${stderr}`);
}

export interface Requests {
  readonly get: (host: string) => Promise<Result>;
  readonly store: (host: string) => Promise<Result>;
  readonly erase: (host: string) => Promise<Result>;
  /** The hosts that list names. Throws if list fails. */
  readonly list: () => Promise<readonly string[]>;
}

/** `program`: docr, or the launcher in front of it. */
export function requestsOn(env: Environment, program: string = DOCR): Requests {
  const ask = (action: string, stdin: string): Promise<Outcome> => run(program, [action], { env, stdin });
  return {
    get: async (host) => resultOf(await ask("get", host)),
    store: async (host) => resultOf(await ask("store", loginFor(host))),
    erase: async (host) => resultOf(await ask("erase", host)),
    async list() {
      const { code, stdout, stderr } = await ask("list", "unused");
      if (code !== 0 || stderr !== "") throw new Error(`list ended with ${code}: ${stderr}`);
      return Object.keys(JSON.parse(stdout));
    },
  };
}

/** One request of each kind at once: get of a stored and of a missing login, store, erase and list. */
export function askEverything(docr: Requests): Promise<readonly (Result | readonly string[])[]> {
  return Promise.all([
    docr.get("one.test"),
    docr.get("missing.test"),
    docr.store("two.test"),
    docr.erase("one.test"),
    docr.list(),
  ]);
}

/** Runs the body with a new folder, whose path is short. Ends what the body started, the last first. */
export async function inFolder(
  body: (folder: string, atEnd: (stop: () => Promise<void>) => void) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "docr-d-"));
  const stops: (() => Promise<void>)[] = [];
  try {
    await body(folder, (stop) => void stops.push(stop));
  } finally {
    for (const stop of stops.toReversed()) await stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
