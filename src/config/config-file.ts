import { isRegistryName } from "../core/address.ts";
import { type ErrorCode, HelperError } from "../core/errors.ts";
import { lineAt, lineOfJsonError } from "../core/json-error.ts";
import { isJsonObject, parseJson } from "../core/json.ts";
import { configHome, type Machine } from "../core/machine.ts";
import { suggest } from "../core/suggestion.ts";
import { readUserFile } from "./user-file.ts";

/** docr's own config file. Every field is optional. */
export interface ConfigFile {
  /** The file's path, for errors. */
  readonly path?: string;
  /** The file's whole text. Undefined if the file is missing. */
  readonly text?: string;
  /** The account to use, unless `contexts` names one for the registry. */
  readonly context?: string;
  /** Account names by registry name. */
  readonly contexts?: Readonly<Record<string, string>>;
  /** As DOCR_FALLBACK. */
  readonly fallback?: string;
  /** As DOCR_STORE. */
  readonly store?: string;
}

/** An account's name follows the rules of doctl's context names. */
const CONTEXT_NAME = /^[A-Za-z0-9._-]{1,64}$/;

/** Returns undefined without a home directory. */
export function configFilePath(machine: Machine): string | undefined {
  const home = configHome(machine);
  return home === undefined ? undefined : `${home}/docr/config.json`;
}

/**
 * Reads `docr/config.json` in the user's configuration directory. Returns an empty configuration if the file is missing. Throws
 * `bad-setting` if it cannot be read or has an unknown field: with a misspelt field, docr could mint for another account.
 */
export function readConfigFile(machine: Machine): ConfigFile {
  const path = configFilePath(machine);
  if (path === undefined) return {};
  const text = readUserFile(
    path,
    machine,
    (reason, cause) =>
      new HelperError("bad-setting", `${path} cannot be read (${reason})`, {
        cause,
        hint: "make it a readable file of your own, or remove it",
      }),
  );
  return text === undefined ? {} : { ...parseConfigFile(text, path), text };
}

/** The names of the fields. */
export const CONFIG_FIELDS = ["context", "contexts", "fallback", "store"] as const;

/** Throws `bad-setting`, naming the path, the line and the field. */
export function parseConfigFile(text: string, path: string): ConfigFile {
  const json = parseJson(text);
  if (!json) {
    throw new HelperError("bad-setting", `${path} line ${lineOfJsonError(text)}: not valid JSON`, {
      hint: "correct the line",
    });
  }
  if (!isJsonObject(json.value)) throw new HelperError("bad-setting", `${path} is not a JSON object`);
  const { context, contexts, fallback, store, ...unknown } = json.value;
  const place: Place = { text, path };
  for (const name of Object.keys(unknown)) throw unknownField(name, place);
  return {
    path,
    ...(context !== undefined && { context: parseFileContext(context, "context", place) }),
    ...(contexts !== undefined && { contexts: parseContexts(contexts, place) }),
    ...(fallback !== undefined && { fallback: requireString(fallback, "fallback", place) }),
    ...(store !== undefined && { store: requireString(store, "store", place) }),
  };
}

const CONTEXT_RULE = "1 to 64 letters, digits, dots, hyphens and underscores";

/** Returns the name in lower case, as doctl stores it. Throws `code` with a message that says `where` the name was found. */
export function parseContextName(text: string, where: string, code: ErrorCode = "bad-setting"): string {
  if (CONTEXT_NAME.test(text)) return text.toLowerCase();
  throw new HelperError(code, `the context in ${where} must be ${CONTEXT_RULE}`);
}

/** A file, for its errors. */
interface Place {
  readonly text: string;
  readonly path: string;
}

function parseContexts(value: unknown, place: Place): Record<string, string> {
  if (!isJsonObject(value)) throw wrongField("contexts", "an object with a context for each registry", place);
  const pairs = Object.entries(value).map(([registry, context]): [string, string] => {
    if (!isRegistryName(registry)) {
      throw wrongField("contexts", "an object whose keys are registry names (a-z, 0-9 and -)", place);
    }
    return [registry, parseFileContext(context, registry, place)];
  });
  return Object.fromEntries(pairs);
}

function parseFileContext(value: unknown, field: string, place: Place): string {
  const text = requireString(value, field, place);
  if (CONTEXT_NAME.test(text)) return text.toLowerCase();
  throw wrongField(field, CONTEXT_RULE, place);
}

function requireString(value: unknown, field: string, place: Place): string {
  if (typeof value === "string") return value;
  throw wrongField(field, "a string", place);
}

function wrongField(field: string, rule: string, place: Place): HelperError {
  return new HelperError("bad-setting", `${lineOf(field, place)}: "${field}" must be ${rule}`);
}

/** Shows only what looks like a name. */
const SHOWN_FIELD = /^[\w.-]{1,40}$/;

function unknownField(field: string, place: Place): HelperError {
  const shown = SHOWN_FIELD.test(field) ? ` "${field}"` : "";
  const suggestion = suggest(field, CONFIG_FIELDS);
  const hint =
    suggestion === undefined
      ? `the fields are ${CONFIG_FIELDS.slice(0, -1).join(", ")} and ${CONFIG_FIELDS.at(-1)}`
      : `did you mean "${suggestion}"?`;
  return new HelperError("bad-setting", `${lineOf(field, place)}: unknown field${shown}`, { hint });
}

/** Returns `PATH line N`, with the line where the field first appears as a key. */
function lineOf(field: string, { text, path }: Place): string {
  const name = JSON.stringify(field);
  let at = text.indexOf(name);
  while (at >= 0 && !/^\s*:/.test(text.slice(at + name.length))) at = text.indexOf(name, at + 1);
  return at < 0 ? path : `${path} line ${lineAt(text, at)}`;
}
