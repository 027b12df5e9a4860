import { readFileSync } from "node:fs";
import { HelperError } from "../core/errors.ts";
import { type AuthEntry, parseAuthEntry } from "./auth-entry.ts";
import { entriesOf, fieldsOf } from "./go-fields.ts";

/** docker's config.json or podman's auth.json, as far as logins go. */
export interface ClientFile {
  /** By the keys as they are written. */
  readonly auths: ReadonlyMap<string, AuthEntry>;
  /** Helpers by host, by the last part of their names; empty for a host that is to have none. */
  readonly credHelpers: ReadonlyMap<string, string>;
  /** docker's helper for every other host; podman passes over it. */
  readonly credsStore: string | undefined;
}

const HELPER_NAME = /^[A-Za-z0-9][A-Za-z0-9._+-]*$/;

/**
 * The file at the path, undefined where there is none. `shown` names it for people. Throws `client-config`, naming the
 * file and never what is in it, where it cannot be read or is not what the clients take.
 */
export function readClientFile(path: string, shown: string): ClientFile | undefined {
  const text = readText(path, shown);
  return text === undefined ? undefined : parseClientFile(text, shown);
}

/** The file's text, undefined where there is none. Throws `client-config`. */
export function readText(path: string, shown: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new HelperError("client-config", `${shown} cannot be read (${code})`, { cause: error });
  }
}

export function parseClientFile(text: string, shown: string): ClientFile {
  const bad = (what: string): HelperError => new HelperError("client-config", `${shown} ${what}`);
  // docker takes an empty file for one without settings.
  const fields = fieldsOf(text.trim() === "" ? {} : parseJson(text, bad));
  if (!fields) throw bad("is not a JSON object");
  const auths = entriesOf(fields.get("auths"));
  if (!auths) throw bad("has auths that are no object");
  const helpers = entriesOf(fields.get("credhelpers"));
  if (!helpers) throw bad("has credHelpers that are no object");
  const store = fields.get("credsstore") ?? "";
  if (!isHelperName(store)) throw bad("has a credsStore that is no helper's name");
  return {
    auths: new Map(
      auths.map(([key, value]) => {
        const entry = parseAuthEntry(value);
        if (!entry) throw bad("has an entry in auths that is no login");
        return [key, entry];
      }),
    ),
    credHelpers: new Map(
      helpers.map(([host, name]) => {
        if (!isHelperName(name)) throw bad("has an entry in credHelpers that is no helper's name");
        return [host, name];
      }),
    ),
    credsStore: store === "" ? undefined : store,
  };
}

/** The last part of a helper's name, or nothing. Anything else would start another program than a helper. */
function isHelperName(value: unknown): value is string {
  return value === "" || (typeof value === "string" && HELPER_NAME.test(value));
}

function parseJson(text: string, bad: (what: string) => HelperError): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No cause: V8's message quotes the text around the mistake, and that can be a secret.
    throw bad("is not JSON");
  }
}
