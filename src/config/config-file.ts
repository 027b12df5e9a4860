import { readFileSync, statSync } from "node:fs";
import { isRegistryName } from "../core/address.ts";
import { type ErrorCode, HelperError } from "../core/errors.ts";
import { isJsonObject, parseJson } from "../core/json.ts";
import { configHome, type Machine } from "../core/machine.ts";
import { isMissingOrForbidden } from "../system/errno.ts";

/** docr's own config file. Every field is optional. */
export interface ConfigFile {
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
  let text: string;
  try {
    // Usually the file does not exist, and a stat is faster than a thrown error.
    if (!statSync(path, { throwIfNoEntry: false })) return {};
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (isMissingOrForbidden(error)) return {};
    throw bad("cannot be read", error);
  }
  return parseConfigFile(text);
}

export function parseConfigFile(text: string): ConfigFile {
  const json = parseJson(text);
  if (!json) throw bad("is not valid JSON");
  if (!isJsonObject(json.value)) throw bad("is not a JSON object");
  const { context, contexts, fallback, store, ...unknown } = json.value;
  if (Object.keys(unknown).length > 0) {
    throw bad("has a field other than context, contexts, fallback and store");
  }
  if (!isOptionalString(context) || !isOptionalString(fallback) || !isOptionalString(store)) {
    throw bad("has a context, fallback or store that is not a string");
  }
  return {
    ...(context !== undefined && { context: parseContextName(context) }),
    ...(contexts !== undefined && { contexts: parseContexts(contexts) }),
    ...(fallback !== undefined && { fallback }),
    ...(store !== undefined && { store }),
  };
}

/** Returns the name in lower case, as doctl stores it. Throws `code` with a message that says `where` the name was found. */
export function parseContextName(
  text: string,
  where = "docr/config.json",
  code: ErrorCode = "bad-setting",
): string {
  if (CONTEXT_NAME.test(text)) return text.toLowerCase();
  throw new HelperError(
    code,
    `the context in ${where} must be 1 to 64 letters, digits, dots, hyphens and underscores`,
  );
}

function parseContexts(value: unknown): Record<string, string> {
  const wrong = "has contexts that do not map registry names to context names";
  if (!isJsonObject(value)) throw bad(wrong);
  const pairs = Object.entries(value).map(([registry, context]): [string, string] => {
    if (!isRegistryName(registry) || typeof context !== "string") throw bad(wrong);
    return [registry, parseContextName(context)];
  });
  return Object.fromEntries(pairs);
}

function isOptionalString(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}

function bad(what: string, cause?: unknown): HelperError {
  return new HelperError("bad-setting", `the configuration file docr/config.json ${what}`, { cause });
}
