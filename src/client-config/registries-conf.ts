import { existsSync, readdirSync } from "node:fs";
import { parse } from "smol-toml";
import type { Machine } from "../core/machine.ts";
import { HelperError } from "../core/errors.ts";
import { readText } from "./client-file.ts";
import { registriesConfPlaces, shownPath } from "./paths.ts";

/** What stands in `credential-helpers` for the auth.json files themselves (containers/image). */
export const AUTH_FILES = "containers-auth.json";

/** Whom podman asks, in its order, and the file that says so. */
export interface CredentialHelpers {
  readonly names: readonly string[];
  /** Undefined where no file says anything. */
  readonly source: string | undefined;
}

/**
 * `credential-helpers` of registries.conf and its drop-ins; the auth.json files alone where none is set. Throws
 * `client-config`, naming the file.
 */
export function readCredentialHelpers(machine: Machine): CredentialHelpers {
  const places = registriesConfPlaces(machine);
  const place = places.find(({ file }) => existsSync(file)) ?? places.at(-1);
  let found: CredentialHelpers | undefined;
  for (const path of place ? [place.file, ...place.folders.flatMap(listDropIns)] : []) {
    const source = shownPath(path, machine);
    const text = readText(path, source);
    const names = text === undefined ? undefined : parseCredentialHelpers(text, source);
    if (names) found = { names, source };
  }
  return found && found.names.length > 0 ? found : { names: [AUTH_FILES], source: found?.source };
}

/** The setting in one file, undefined where it is not there. `label` names the file. Throws `client-config`. */
export function parseCredentialHelpers(text: string, label: string): readonly string[] | undefined {
  let names: unknown;
  try {
    names = parse(text)["credential-helpers"];
  } catch {
    // No cause: the parser quotes the lines around the mistake.
    throw new HelperError("client-config", `${label} is not TOML`);
  }
  if (names === undefined) return undefined;
  if (Array.isArray(names) && names.every((name) => typeof name === "string" && HELPER_NAME.test(name))) {
    return names.map(String);
  }
  throw new HelperError(
    "client-config",
    `${label} has credential-helpers that are no list of helpers' names`,
  );
}

const HELPER_NAME = /^[A-Za-z0-9][A-Za-z0-9._+-]*$/;

function listDropIns(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(".conf"));
    return names.toSorted().map((name) => `${folder}/${name}`);
  } catch {
    return [];
  }
}
