import { existsSync } from "node:fs";
import { parse } from "smol-toml";
import type { Machine } from "../core/machine.ts";
import { HelperError } from "../core/errors.ts";
import { HELPER_SUFFIX } from "./client-file.ts";
import { registriesConfPlaces, pathLabel } from "./paths.ts";
import { type ClientTexts, ON_DISK } from "./texts.ts";

/** The name in `credential-helpers` that means the auth.json files (containers/image). */
export const AUTH_FILES = "containers-auth.json";

/** The helpers that podman asks, in order, and the file that names them. */
export interface CredentialHelpers {
  readonly names: readonly string[];
  /** Undefined if no file has the setting. */
  readonly source: string | undefined;
}

/**
 * Reads `credential-helpers` of registries.conf and its drop-ins; only the auth.json files if it is not set. Throws
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

/** The setting in one file; undefined if it is absent. `label` names the file in errors. Throws `client-config`. */
export function parseCredentialHelpers(text: string, label: string): readonly string[] | undefined {
  let names: unknown;
  try {
    names = parse(text)["credential-helpers"];
  } catch {
    // No cause: the parser's message quotes the lines around the mistake.
    throw new HelperError("client-config", `${label} is not valid TOML`);
  }
  if (names === undefined) return undefined;
  if (Array.isArray(names) && names.every((name) => typeof name === "string" && HELPER_SUFFIX.test(name))) {
    return names.map(String);
  }
  throw new HelperError("client-config", `credential-helpers in ${label} is not a list of helpers' names`);
}
