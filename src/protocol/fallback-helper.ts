import { parseAddress, REGISTRY_HOST } from "../core/address.ts";
import { isHelperError } from "../core/errors.ts";
import { parseJsonObject } from "../core/json.ts";
import { NOT_FOUND } from "../core/not-found.ts";
import type { Helper } from "../credentials/helper.ts";
import { respondTo, type Response } from "./actions.ts";
import type { Action } from "./messages.ts";
import { parseServerUrl, parseStoreRequest } from "./requests.ts";
import { runFallbackHelper, type Surroundings } from "./run-fallback-helper.ts";

export interface FallbackPorts extends Surroundings {
  readonly helper: Helper;
  /** The fallback helper, by the last part of its name. */
  readonly fallback: string;
  /** Whether docr's own store may hold logins of other registries. */
  readonly hasOwnLogins: () => boolean;
  /** Whether docr answers a `get` for which there is no login at all. */
  readonly areUnknownAnswered: boolean;
  readonly readInput: () => Promise<Uint8Array>;
  /** Applies the time limit to docr's own work. The fallback helper has no limit, as without docr. */
  readonly within: <T>(work: Promise<T>) => Promise<T>;
}

/**
 * docr answers requests for DigitalOcean's registry. Every other request goes to the fallback helper, whose output and exit
 * code reach the client unchanged. If the fallback helper has no login, docr looks in its own store.
 */
export async function serveWithFallback(
  action: Exclude<Action, "list">,
  ports: FallbackPorts,
): Promise<Response> {
  const { helper, readInput, within } = ports;
  const input = await within(readInput());
  const serverUrl = action === "store" ? parseStoreRequest(input).serverUrl : parseServerUrl(input);
  if (parseAddress(serverUrl).kind === "other") return serveOther(action, input, ports);
  return { stdout: await within(respondTo(action, input, helper)), exitCode: 0 };
}

async function serveOther(
  action: Exclude<Action, "list">,
  input: Uint8Array,
  ports: FallbackPorts,
): Promise<Response> {
  const { helper, fallback, hasOwnLogins, areUnknownAnswered, within } = ports;
  const mayAnswer = hasOwnLogins() || (action === "get" && areUnknownAnswered);
  if (action === "store" || !mayAnswer) {
    return runFallbackHelper(fallback, action, input, "passThrough", ports);
  }
  if (action === "erase") {
    const erased = await runFallbackHelper(fallback, "erase", input, "passThrough", ports);
    await undefinedWithoutKeychain(within(respondTo("erase", input, helper)));
    return erased;
  }
  const response = await runFallbackHelper(fallback, "get", input, "capture", ports);
  if (!isNotFound(response)) return response;
  const own = await undefinedWithoutKeychain(within(findOwn(input, helper)));
  return own === undefined ? response : { stdout: own, exitCode: 0 };
}

/** Whether the response means that the helper has no login. docker-credential-pass then returns an empty login, and clients accept both. */
function isNotFound({ stdout, exitCode }: Response): boolean {
  if (exitCode !== 0) return stdout.trim() === NOT_FOUND;
  const { Username, Secret } = parseJsonObject(stdout) ?? {};
  return Username === "" && Secret === "";
}

/** Returns docr's own response to a `get`, or undefined if docr has no login either. */
async function findOwn(input: Uint8Array, helper: Helper): Promise<string | undefined> {
  try {
    return await respondTo("get", input, helper);
  } catch (error) {
    if (isHelperError(error, "not-found")) return undefined;
    throw error;
  }
}

/**
 * Lists the logins of the fallback helper and docr's own. If the fallback helper fails, returns only the login of DigitalOcean's
 * registry, because a `get` for another registry would fail too.
 */
export async function listWithFallback(
  ports: Omit<FallbackPorts, "areUnknownAnswered" | "readInput">,
): Promise<ReadonlyMap<string, string>> {
  const { helper, fallback, hasOwnLogins, within } = ports;
  const [theirs, own] = await Promise.all([
    listOf(fallback, ports).catch(() => undefined),
    within(helper.list()).catch(() => new Map<string, string>()),
  ]);
  // The fallback helper may still have a login for DigitalOcean's registry. Clients now get that from docr.
  const names = new Map([...(theirs ?? [])].filter(([serverUrl]) => keyOf(serverUrl) !== REGISTRY_HOST));
  const keys = new Set([...names.keys()].map(keyOf));
  const areOthersAnswered = theirs !== undefined && hasOwnLogins();
  for (const [serverUrl, username] of own) {
    const isAnswered = areOthersAnswered || keyOf(serverUrl) === REGISTRY_HOST;
    if (isAnswered && !keys.has(keyOf(serverUrl))) names.set(serverUrl, username);
  }
  return names;
}

/** Returns undefined if the helper fails or does not print a list. Throws `bad-setting` if it cannot be run. */
async function listOf(
  fallback: string,
  surroundings: Surroundings,
): Promise<ReadonlyMap<string, string> | undefined> {
  const { stdout, exitCode } = await runFallbackHelper(
    fallback,
    "list",
    Buffer.from("unused"),
    "captureSilently",
    surroundings,
  );
  const object = exitCode === 0 ? parseJsonObject(stdout) : undefined;
  const pairs = object && Object.entries(object);
  return pairs?.every((pair): pair is [string, string] => typeof pair[1] === "string")
    ? new Map(pairs)
    : undefined;
}

/** Returns the same key for all addresses that have the same login. */
function keyOf(serverUrl: string): string {
  const address = parseAddress(serverUrl);
  return address.kind === "digitalocean" ? REGISTRY_HOST : address.key;
}

/** Returns undefined if there is no keychain: docr then has no logins besides the fallback helper's. */
async function undefinedWithoutKeychain<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isHelperError(error, "keychain-missing")) return undefined;
    throw error;
  }
}
