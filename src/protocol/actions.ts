import { HelperError } from "../core/errors.ts";
import type { Helper } from "../credentials/helper.ts";
import { type Action, HELPER_NAME, isAction } from "./messages.ts";
import { parseServerUrl, parseStoreRequest } from "./requests.ts";
import { encodeGetResponse } from "./responses.ts";

const VERSION_WORDS = new Set(["version", "--version", "-v", "-V"]);

/**
 * Returns what the arguments ask for. Called as docker-credential-docr (`isHelper`), throws `usage` if there are none, or more
 * than docker sends with a protocol request.
 */
export function parseAction(
  [first, ...rest]: readonly string[],
  isHelper: boolean,
): Action | "version" | "help" | "command" {
  if (first === undefined) {
    if (!isHelper) return "command";
    throw new HelperError("usage", "no arguments; see docr --help");
  }
  const isVersion = VERSION_WORDS.has(first);
  if (isVersion && rest.length === 0) return "version";
  if (!isVersion && !isAction(first)) return "command";
  if (rest.some((word) => word === "--help" || word === "-h")) return "help";
  if (rest.length === 0 && isAction(first)) return first;
  if (!isHelper || isVersion) return "command";
  throw new HelperError("usage", "too many arguments; docker sends exactly one");
}

export interface Response {
  readonly stdout: string;
  readonly exitCode: number;
}

/** Returns docr's own response. It is empty for `store` and `erase`. */
export async function respondTo(
  action: Exclude<Action, "list">,
  input: Uint8Array,
  helper: Helper,
): Promise<string> {
  switch (action) {
    case "get": {
      const serverUrl = parseServerUrl(input);
      const { username, secret } = await helper.get(serverUrl);
      return encodeGetResponse(serverUrl, username, secret);
    }
    case "store": {
      const { serverUrl, username, secret } = parseStoreRequest(input);
      await helper.store(serverUrl, username, secret);
      return "";
    }
    case "erase":
      await helper.erase(parseServerUrl(input));
      return "";
  }
}

/** The output of `version`: name, package, version (docker/docker-credential-helpers, `PrintVersion`). */
export function versionLine(packageName: string, version: string): string {
  return `${HELPER_NAME} (${packageName}) ${version}\n`;
}
