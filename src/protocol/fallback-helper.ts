import { parseAddress, REGISTRY_HOST } from "../core/address.ts";
import { HelperError, isHelperError } from "../core/errors.ts";
import { parseJsonObject } from "../core/json.ts";
import type { Environment } from "../core/machine.ts";
import { NOT_FOUND } from "../core/not-found.ts";
import type { Helper } from "../credentials/helper.ts";
import { type Action, respondTo, type Response } from "./actions.ts";
import { parseServerUrl, parseStoreRequest } from "./requests.ts";
import { encodeListResponse } from "./responses.ts";

export interface FallbackPorts {
  readonly helper: Helper;
  /** The fallback helper, by the last part of its name. */
  readonly fallback: string;
  /** Whether docr's own store may hold logins of other registries. */
  readonly hasOwnLogins: () => boolean;
  readonly readInput: () => Promise<Uint8Array>;
  /** Puts docr's own work under the deadline. The fallback helper has none, as without docr. */
  readonly within: <T>(work: Promise<T>) => Promise<T>;
  readonly env: Environment;
}

/**
 * docr answers for DigitalOcean's registry. Every other request goes to the fallback helper, whose output and exit code
 * reach the client unchanged. A login that the fallback helper does not have can still be in docr's own store. `list` is the
 * fallback helper's list plus docr's.
 */
export async function serveWithFallback(action: Action, ports: FallbackPorts): Promise<Response> {
  const { helper, readInput, within } = ports;
  if (action === "list") return listWithFallback(ports);
  const input = await within(readInput());
  const serverUrl = action === "store" ? parseStoreRequest(input).serverUrl : parseServerUrl(input);
  if (parseAddress(serverUrl).kind === "other") return serveOther(action, input, ports);
  return { stdout: await within(respondTo(action, input, helper)), exitCode: 0 };
}

async function serveOther(
  action: Exclude<Action, "list">,
  input: Uint8Array,
  { helper, fallback, hasOwnLogins, within, env }: FallbackPorts,
): Promise<Response> {
  const { runOtherHelper } = await import("./other-helper.ts");
  if (action === "store" || !hasOwnLogins()) {
    return runOtherHelper(fallback, action, input, "passThrough", env);
  }
  if (action === "erase") {
    const erased = await runOtherHelper(fallback, "erase", input, "passThrough", env);
    await undefinedWithoutKeychain(within(respondTo("erase", input, helper)));
    return erased;
  }
  const response = await runOtherHelper(fallback, "get", input, "capture", env);
  if (response.exitCode === 0 || response.stdout.trim() !== NOT_FOUND) return response;
  const own = await undefinedWithoutKeychain(within(findOwn(input, helper)));
  return own === undefined ? response : { stdout: own, exitCode: 0 };
}

/** The response of docr's own store. Undefined if it has no login either. */
async function findOwn(input: Uint8Array, helper: Helper): Promise<string | undefined> {
  try {
    return await respondTo("get", input, helper);
  } catch (error) {
    if (isHelperError(error, "not-found")) return undefined;
    throw error;
  }
}

async function listWithFallback({ helper, fallback, within, env }: FallbackPorts): Promise<Response> {
  const { runOtherHelper } = await import("./other-helper.ts");
  const listed = await runOtherHelper(fallback, "list", Buffer.from("unused"), "capture", env);
  if (listed.exitCode !== 0) return listed;
  const names = parseList(listed.stdout, fallback);
  // The fallback helper may have an old login for DigitalOcean's registry. No client asks it for that any more.
  for (const serverUrl of names.keys()) if (keyOf(serverUrl) === REGISTRY_HOST) names.delete(serverUrl);
  const keys = new Set([...names.keys()].map(keyOf));
  const own = (await undefinedWithoutKeychain(within(helper.list()))) ?? [];
  for (const [serverUrl, username] of own) if (!keys.has(keyOf(serverUrl))) names.set(serverUrl, username);
  return { stdout: encodeListResponse(names), exitCode: 0 };
}

/** Equal for addresses that docr answers with the same login. */
function keyOf(serverUrl: string): string {
  const address = parseAddress(serverUrl);
  return address.kind === "digitalocean" ? REGISTRY_HOST : address.key;
}

/** Undefined without a keychain: docr has nothing to add to what the fallback helper has. */
async function undefinedWithoutKeychain<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isHelperError(error, "keychain-missing")) return undefined;
    throw error;
  }
}

function parseList(text: string, fallback: string): Map<string, string> {
  const pairs = Object.entries(parseJsonObject(text) ?? { "": undefined });
  if (pairs.every((pair): pair is [string, string] => typeof pair[1] === "string")) return new Map(pairs);
  throw new HelperError("bad-setting", `the fallback helper docker-credential-${fallback} printed no list`);
}
