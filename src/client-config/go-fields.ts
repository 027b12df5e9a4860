/**
 * Reads JSON objects like Go's decoder, which docker and podman use: field names match in any case, the last of several spellings
 * counts, and null counts as missing.
 */
import { isJsonObject, parseJsonObject } from "../core/json.ts";

export type Fields = ReadonlyMap<string, unknown>;

/** Returns the fields of a JSON text, or undefined if it is not an object. */
export function parseFields(text: string): Fields | undefined {
  return fieldsOf(parseJsonObject(text));
}

/** Returns the object's fields by their names in lower case, or undefined if the value is not an object. */
export function fieldsOf(value: unknown): Fields | undefined {
  if (!isJsonObject(value)) return undefined;
  const present = Object.entries(value).filter(([, one]) => one !== null);
  return new Map(present.map(([name, one]) => [name.toLowerCase(), one]));
}

/** Returns the entries of an object that is a map, with unchanged names. Empty if the value is missing, undefined if it is not an object. */
export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] | undefined {
  if (value === undefined) return [];
  return isJsonObject(value) ? Object.entries(value) : undefined;
}
