/**
 * JSON objects as Go's decoder reads these files for docker and podman: field names match in any case, the last spelling
 * wins, and null counts as absent.
 */
import { isJsonObject, parseJsonObject } from "../core/json.ts";

export type Fields = ReadonlyMap<string, unknown>;

/** The fields of a JSON text. Undefined if it is not an object. */
export function parseFields(text: string): Fields | undefined {
  return fieldsOf(parseJsonObject(text));
}

/** The object's fields by their names in lower case. Undefined if the value is not an object. */
export function fieldsOf(value: unknown): Fields | undefined {
  if (!isJsonObject(value)) return undefined;
  const present = Object.entries(value).filter(([, one]) => one !== null);
  return new Map(present.map(([name, one]) => [name.toLowerCase(), one]));
}

/** The entries of an object that is a map, with their names unchanged. Empty if absent, undefined if not an object. */
export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] | undefined {
  if (value === undefined) return [];
  return isJsonObject(value) ? Object.entries(value) : undefined;
}
