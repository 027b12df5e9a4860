import { HelperError } from "../core/errors.ts";
import type { Helper } from "../credentials/helper.ts";
import { HELPER_NAME } from "./messages.ts";
import { parseServerUrl, parseStoreRequest } from "./requests.ts";
import { encodeGetResponse } from "./responses.ts";

/** The requests of the credential-helper protocol. */
export type Action = "get" | "store" | "erase" | "list";

const ACTIONS: readonly string[] = ["get", "store", "erase", "list"] satisfies readonly Action[];

function isAction(word: string): word is Action {
  return ACTIONS.includes(word);
}

/** What the arguments ask for. Throws `usage` for a protocol request with more arguments than docker sends, or none. */
export function parseAction([first, ...rest]: readonly string[]): Action | "version" | "help" | "command" {
  if (first === undefined) throw new HelperError("usage", "no arguments; see docr --help");
  const isVersion = first === "version" || first === "--version" || first === "-v";
  if (isVersion && rest.length === 0) return "version";
  if (!isAction(first)) return "command";
  if (rest.some((word) => word === "--help" || word === "-h")) return "help";
  if (rest.length > 0) throw new HelperError("usage", "too many arguments; docker sends exactly one");
  return first;
}

export interface Response {
  readonly stdout: string;
  readonly exitCode: number;
}

/** The response of docr itself. Empty for `store` and `erase`. */
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

/** The line of `version`: name, package, version (docker/docker-credential-helpers, `PrintVersion`). */
export function versionLine(packageName: string, version: string): string {
  return `${HELPER_NAME} (${packageName}) ${version}\n`;
}
