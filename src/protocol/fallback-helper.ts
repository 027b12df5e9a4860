import { HelperError, isHelperError } from "../core/errors.ts";
import type { Helper } from "../credentials/helper.ts";
import { encodeGoJson } from "./go-json.ts";
import { parseServerUrl, parseStoreRequest } from "./requests.ts";
import { serve, type Action } from "./serve.ts";
import { parseAddress, REGISTRY_HOST } from "../core/address.ts";

export interface BesideOptions {
  readonly action: Action;
  /** The other helper, as the last part of its name. */
  readonly fallback: string;
  readonly readInput: () => Promise<Uint8Array>;
  /** Puts our own work under the deadline; the other helper has none, as it would without us. */
  readonly within: <T>(work: Promise<T>) => Promise<T>;
  readonly helper: Helper;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Beside another helper: our host is ours, and every other one is handed to it, with its answers and errors passed
 * through unchanged. `list` is its list with our host put in.
 */
export async function answerBeside(options: BesideOptions): Promise<{ stdout: string; exitCode: number }> {
  const { action, fallback, readInput, within, helper, env } = options;
  const { runOtherHelper } = await import("./other-helper.ts");
  if (action === "list") {
    const theirs = await runOtherHelper(fallback, action, Buffer.from("unused"), "capture", env);
    if (theirs.exitCode !== 0) return theirs;
    const names = new Map(parseList(theirs.stdout, fallback));
    // What it may keep for our host from earlier days, nobody asks it for any more.
    names.delete(REGISTRY_HOST);
    const label = (await within(oursOrNone(helper))).get(REGISTRY_HOST);
    if (label !== undefined) names.set(REGISTRY_HOST, label);
    return { stdout: `${encodeGoJson([...names].toSorted(byName))}\n`, exitCode: 0 };
  }
  const input = await within(readInput());
  const serverUrl = action === "store" ? parseStoreRequest(input).serverUrl : parseServerUrl(input);
  if (parseAddress(serverUrl).kind === "other") {
    return runOtherHelper(fallback, action, input, "passThrough", env);
  }
  return { stdout: await within(serve(action, async () => input, helper)), exitCode: 0 };
}

/** Without a keychain of our own there is nothing to list for our host; beside another helper that is no failure. */
async function oursOrNone(helper: Helper): Promise<ReadonlyMap<string, string>> {
  try {
    return await helper.list();
  } catch (error) {
    if (isHelperError(error) && error.code === "keychain-missing") return new Map();
    throw error;
  }
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function parseList(text: string, fallback: string): [string, string][] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const pairs = Object.entries(value);
    if (pairs.every((pair): pair is [string, string] => typeof pair[1] === "string")) return pairs;
  }
  throw new HelperError(
    "bad-setting",
    `the fallback docker-credential-${fallback} answers list with no list`,
  );
}
