import type { Helper } from "../../../src/credentials/helper.ts";
import { Secret } from "../../../src/core/secret.ts";

/** A helper with fixed responses that records its requests, with secrets as plain text. */
export interface ScriptedHelper extends Helper {
  readonly asked: (readonly string[])[];
}

export interface Script {
  readonly username?: string;
  readonly secret?: string;
  readonly names?: readonly (readonly [string, string])[];
  /** Every request fails with this. */
  readonly failure?: unknown;
  /** Every request waits for this first. */
  readonly after?: Promise<unknown>;
}

export function createScriptedHelper(script: Script = {}): ScriptedHelper {
  const asked: (readonly string[])[] = [];
  const ask = async <T>(request: readonly string[], answer: T): Promise<T> => {
    asked.push(request);
    await script.after;
    if (script.failure !== undefined) throw script.failure;
    return answer;
  };
  const credential = {
    username: new Secret(script.username ?? "sammy"),
    secret: new Secret(script.secret ?? "hunter2"),
  };
  return {
    asked,
    get: (serverUrl) => ask(["get", serverUrl], credential),
    store: (serverUrl, username, secret) => ask(["store", serverUrl, username, secret.reveal()], undefined),
    erase: (serverUrl) => ask(["erase", serverUrl], undefined),
    list: () => ask(["list"], new Map(script.names ?? [])),
  };
}
