import { parseAddress, REGISTRY_HOST } from "../core/address.ts";
import { HelperError, isHelperError } from "../core/errors.ts";
import { parseJsonObject } from "../core/json.ts";
import type { Environment } from "../core/machine.ts";
import type { Helper } from "../credentials/helper.ts";
import { type Action, respondTo, type Response } from "./actions.ts";
import { runOtherHelper } from "./other-helper.ts";
import { parseServerUrl, parseStoreRequest } from "./requests.ts";
import { encodeListResponse } from "./responses.ts";

export interface FallbackPorts {
  readonly helper: Helper;
  /** The fallback helper, by the last part of its name. */
  readonly fallback: string;
  readonly readInput: () => Promise<Uint8Array>;
  /** Puts docr's own work under the deadline. The fallback helper has none, as without docr. */
  readonly within: <T>(work: Promise<T>) => Promise<T>;
  readonly env: Environment;
}

/**
 * docr answers for DigitalOcean's registry. Every other request goes to the fallback helper, whose output and exit code
 * reach the client unchanged. `list` is the fallback helper's list plus DigitalOcean's registry.
 */
export async function serveWithFallback(action: Action, ports: FallbackPorts): Promise<Response> {
  const { helper, fallback, readInput, within, env } = ports;
  if (action === "list") return listWithFallback(ports);
  const input = await within(readInput());
  const serverUrl = action === "store" ? parseStoreRequest(input).serverUrl : parseServerUrl(input);
  if (parseAddress(serverUrl).kind === "other")
    return runOtherHelper(fallback, action, input, "passThrough", env);
  return { stdout: await within(respondTo(action, input, helper)), exitCode: 0 };
}

async function listWithFallback({ helper, fallback, within, env }: FallbackPorts): Promise<Response> {
  const listed = await runOtherHelper(fallback, "list", Buffer.from("unused"), "capture", env);
  if (listed.exitCode !== 0) return listed;
  const names = parseList(listed.stdout, fallback);
  // The fallback helper may have an old login for DigitalOcean's registry. No client asks it for that any more.
  names.delete(REGISTRY_HOST);
  const username = (await within(listOwn(helper))).get(REGISTRY_HOST);
  if (username !== undefined) names.set(REGISTRY_HOST, username);
  return { stdout: encodeListResponse(names), exitCode: 0 };
}

/** Empty without a keychain: docr has nothing to add to the fallback helper's list. */
async function listOwn(helper: Helper): Promise<ReadonlyMap<string, string>> {
  try {
    return await helper.list();
  } catch (error) {
    if (isHelperError(error, "keychain-missing")) return new Map();
    throw error;
  }
}

function parseList(text: string, fallback: string): Map<string, string> {
  const pairs = Object.entries(parseJsonObject(text) ?? { "": undefined });
  if (pairs.every((pair): pair is [string, string] => typeof pair[1] === "string")) return new Map(pairs);
  throw new HelperError("bad-setting", `the fallback helper docker-credential-${fallback} printed no list`);
}
