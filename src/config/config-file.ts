import { readFileSync, statSync } from "node:fs";
import { type ErrorCode, HelperError } from "../core/errors.ts";
import { isRegistryName } from "../core/address.ts";
import { isMissingOrForbidden } from "../system/errno.ts";
import { configHome, type Machine } from "../core/machine.ts";

/** Our own config file, every field optional. */
export interface ConfigFile {
  /** The account to use where the registry's name decides nothing. */
  readonly context?: string;
  /** Accounts by the names of their registries. */
  readonly contexts?: Readonly<Record<string, string>>;
  /** The helper that answers for every host but ours, by the last part of its name. */
  readonly fallback?: string;
  /** What DOCR_STORE would say. */
  readonly store?: string;
}

/** An account's name, as doctl has them. */
const CONTEXT_NAME = /^[A-Za-z0-9._-]{1,64}$/;

/** Where it is looked for; undefined without a home. */
export function configFilePath(machine: Machine): string | undefined {
  const home = configHome(machine);
  return home === undefined ? undefined : `${home}/docr/config.json`;
}

/**
 * `docr/config.json` in the user's configuration directory; empty where there is none. Throws `bad-setting` where
 * it cannot be read or holds something else than documented: a typing error must not mint for another account.
 */
export function readConfigFile(machine: Machine): ConfigFile {
  const path = configFilePath(machine);
  if (path === undefined) return {};
  let text: string;
  try {
    // Mostly it is not there, and an error takes longer to make than a question.
    if (!statSync(path, { throwIfNoEntry: false })) return {};
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (isMissingOrForbidden(error)) return {};
    throw bad("cannot be read", error);
  }
  return parseConfigFile(text);
}

export function parseConfigFile(text: string): ConfigFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw bad("is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw bad("is not a JSON object");
  const fields: Record<string, unknown> = { ...value };
  const { context, contexts, fallback, store, ...unknown } = fields;
  const [stranger] = Object.keys(unknown);
  if (stranger !== undefined) throw bad("has a field other than context, contexts, fallback and store");
  if (!isOptionalString(context) || !isOptionalString(fallback) || !isOptionalString(store)) {
    throw bad("has a context, fallback or store that is not a string");
  }
  return {
    ...(context !== undefined && { context: contextName(context) }),
    ...(contexts !== undefined && { contexts: parseContexts(contexts) }),
    ...(fallback !== undefined && { fallback }),
    ...(store !== undefined && { store }),
  };
}

/** The name in lower case, as doctl keeps them. Throws `bad-setting`, or what `code` says. */
export function contextName(
  text: string,
  where = "docr/config.json",
  code: ErrorCode = "bad-setting",
): string {
  if (CONTEXT_NAME.test(text)) return text.toLowerCase();
  throw new HelperError(
    code,
    `${where} names a context that is not 1 to 64 letters, digits, dots, dashes and underscores`,
  );
}

function parseContexts(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw bad("has contexts that are not an object of registry names and context names");
  }
  const pairs = Object.entries(value).map(([registry, context]): [string, string] => {
    if (!isRegistryName(registry) || typeof context !== "string") {
      throw bad("has contexts that are not an object of registry names and context names");
    }
    return [registry, contextName(context)];
  });
  return Object.fromEntries(pairs);
}

function isOptionalString(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}

function bad(what: string, cause?: unknown): HelperError {
  return new HelperError("bad-setting", `the config file docr/config.json ${what}`, { cause });
}
