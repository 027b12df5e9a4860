import { HelperError } from "../core/errors.ts";
import { lineOfJsonError } from "../core/json-error.ts";
import { parseJson } from "../core/json.ts";
import { type AuthEntry, parseAuthEntry } from "./auth-entry.ts";
import type { FileSnapshot } from "./edit/snapshot.ts";
import { entriesOf, fieldsOf } from "./go-fields.ts";
import { type ClientTexts, ON_DISK } from "./texts.ts";

/** The settings about logins in docker's config.json or podman's auth.json. */
export interface ClientFile {
  /** Entries by their keys, unchanged. */
  readonly auths: ReadonlyMap<string, AuthEntry>;
  /** The last part of the helper's name, by host. Empty for a host that must not have a helper. */
  readonly credHelpers: ReadonlyMap<string, string>;
  /** docker's helper for every other host. podman ignores it. */
  readonly credsStore: string | undefined;
}

/** The last part of a helper's name. Other text could start a program that is not a helper. */
export const HELPER_SUFFIX = /^[A-Za-z0-9][A-Za-z0-9._+-]*$/;

/** A byte order mark, which some editors write. docker and podman reject a file that starts with one. */
export const BOM = "\uFEFF";

export function withoutMark(text: string): string {
  return text.startsWith(BOM) ? text.slice(BOM.length) : text;
}

/**
 * Reads the file at the path. Returns undefined if it is missing. `label` names the file in errors. Throws `client-config` if the
 * file cannot be read or the clients would reject it. The error never quotes the file.
 */
export function readClientFile(
  path: string,
  label: string,
  texts: ClientTexts = ON_DISK,
): ClientFile | undefined {
  const text = texts.read(path, label);
  return text === undefined ? undefined : parseClientFile(text, label);
}

/** Parses the snapshot's text without a byte order mark. A missing file has no settings. Throws `client-config`. */
export function parseSnapshot({ text = "", label }: FileSnapshot): ClientFile {
  return parseClientFile(withoutMark(text), label);
}

const bad = (message: string): HelperError => new HelperError("client-config", message);

/** Throws `client-config` for a text that the clients would reject. */
export function parseClientFile(text: string, label: string): ClientFile {
  // docker treats an empty file as one without settings.
  const parsed = text.trim() === "" ? { value: {} } : parseJson(text);
  if (!parsed) throw bad(`${label} is not valid JSON (line ${lineOfJsonError(text)})`);
  const fields = fieldsOf(parsed.value);
  if (!fields) throw bad(`${label} is not a JSON object`);
  const auths = entriesOf(fields.get("auths"));
  if (!auths) throw bad(`auths in ${label} is not an object`);
  const helpers = entriesOf(fields.get("credhelpers"));
  if (!helpers) throw bad(`credHelpers in ${label} is not an object`);
  const store = fields.get("credsstore") ?? "";
  if (!isNameOrEmpty(store)) throw bad(`credsStore in ${label} is not a helper's name`);
  return {
    auths: new Map(
      auths.map(([key, value]) => {
        const entry = parseAuthEntry(value);
        if (!entry) throw bad(`auths in ${label} has an entry that is not a login`);
        return [key, entry];
      }),
    ),
    credHelpers: new Map(
      helpers.map(([host, name]) => {
        if (!isNameOrEmpty(name))
          throw bad(`credHelpers in ${label} has an entry that is not a helper's name`);
        return [host, name];
      }),
    ),
    credsStore: store === "" ? undefined : store,
  };
}

function isNameOrEmpty(value: unknown): value is string {
  return value === "" || (typeof value === "string" && HELPER_SUFFIX.test(value));
}
