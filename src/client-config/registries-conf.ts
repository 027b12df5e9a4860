import { existsSync } from "node:fs";
import { parse, TomlError } from "smol-toml";
import type { Machine } from "../core/machine.ts";
import { HelperError } from "../core/errors.ts";
import { HELPER_SUFFIX } from "./client-file.ts";
import { registriesConfPlaces, pathLabel } from "./paths.ts";
import { type ClientTexts, ON_DISK } from "./texts.ts";

/** The name in `credential-helpers` that stands for the auth.json files (containers/image). */
export const AUTH_FILES = "containers-auth.json";

/** The helpers that podman asks, in order, and the file that names them. */
export interface CredentialHelpers {
  readonly names: readonly string[];
  /** Undefined if no file has the setting. */
  readonly source: string | undefined;
}

/**
 * Reads `credential-helpers` from registries.conf and its drop-ins. If it is not set, returns only the auth.json files. Throws
 * `client-config`, naming the file.
 */
export function readCredentialHelpers(machine: Machine, texts: ClientTexts = ON_DISK): CredentialHelpers {
  const places = registriesConfPlaces(machine);
  const place = places.find(({ file }) => existsSync(file)) ?? places.at(-1);
  let found: CredentialHelpers | undefined;
  for (const path of place ? [place.file, ...place.folders.flatMap((folder) => texts.dropIns(folder))] : []) {
    const source = pathLabel(path, machine);
    const text = texts.read(path, source);
    const names = text === undefined ? undefined : parseCredentialHelpers(text, source);
    if (names) found = { names, source };
  }
  return found && found.names.length > 0 ? found : { names: [AUTH_FILES], source: found?.source };
}

/** Returns the setting in one file, or undefined if it is missing. `label` names the file in errors. Throws `client-config`. */
export function parseCredentialHelpers(text: string, label: string): readonly string[] | undefined {
  let names: unknown;
  try {
    names = parse(text)["credential-helpers"];
  } catch (error) {
    // Do not set `cause`: the parser's message quotes lines of the file.
    const line = error instanceof TomlError ? ` (line ${error.line})` : "";
    throw new HelperError("client-config", `${label} is not valid TOML${line}`);
  }
  if (names === undefined) return undefined;
  if (Array.isArray(names) && names.every((name) => typeof name === "string" && HELPER_SUFFIX.test(name))) {
    return names.map(String);
  }
  throw new HelperError("client-config", `credential-helpers in ${label} is not a list of helpers' names`);
}
