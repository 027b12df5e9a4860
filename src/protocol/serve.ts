import { HelperError } from "../core/errors.ts";
import type { Helper } from "../credentials/helper.ts";
import { encodeGetAnswer } from "./responses.ts";
import { encodeGoJson } from "./go-json.ts";
import { HELPER_NAME } from "./messages.ts";
import { parseServerUrl, parseStoreRequest } from "./requests.ts";

/** The verbs of the credential-helper protocol that ask the helper something. */
export type Action = "get" | "store" | "erase" | "list";

const ACTIONS: readonly string[] = ["get", "store", "erase", "list"] satisfies readonly Action[];

export function isAction(verb: string): verb is Action {
  return ACTIONS.includes(verb);
}

/**
 * Answers one request: the text for stdout, which is empty for `store` and `erase`. `readInput` reads all of
 * stdin (at most a little over the limit); `list` never calls it, because testcontainers never closes it.
 */
export async function serve(
  action: Action,
  readInput: () => Promise<Uint8Array>,
  helper: Helper,
): Promise<string> {
  switch (action) {
    case "get": {
      const serverUrl = parseServerUrl(await readInput());
      const { username, secret } = await helper.get(serverUrl);
      return encodeGetAnswer(serverUrl, username, secret);
    }
    case "store": {
      const { serverUrl, username, secret } = parseStoreRequest(await readInput());
      await helper.store(serverUrl, username, secret);
      return "";
    }
    case "erase":
      await helper.erase(parseServerUrl(await readInput()));
      return "";
    case "list":
      return line(sorted(await helper.list()));
  }
}

/** The line of `version`: name, package, version (docker/docker-credential-helpers, `PrintVersion`). */
export function versionLine(packageName: string, version: string): string {
  return `${HELPER_NAME} (${packageName}) ${version}\n`;
}

const LONGEST_SHOWN = 24;

/** What is as long as no verb is not shown: it may be a token. `hint` is what to do next, where more is known than that. */
export function unknownAction(verb: string, hint?: string): HelperError {
  const shown = verb.length > LONGEST_SHOWN ? "..." : verb.replace(/[^\x20-\x7e]/g, "?");
  const options = hint === undefined ? {} : { hint };
  return new HelperError("unknown-action", `${HELPER_NAME}: unknown action: ${shown}`, options);
}

function line(fields: Iterable<readonly [string, string]>): string {
  return `${encodeGoJson(fields)}\n`;
}

/** In the order of UTF-8 bytes, as Go writes a map's keys. */
function sorted(names: ReadonlyMap<string, string>): [string, string][] {
  return [...names].toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
