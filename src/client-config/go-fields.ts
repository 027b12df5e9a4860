/**
 * JSON objects as Go's decoder takes them, which reads these files for docker and podman: a field's name counts in any
 * case, the last spelling wins, and null is as good as absent.
 */
export type Fields = ReadonlyMap<string, unknown>;

/** The fields of a JSON text that is an object; undefined where it is something else. */
export function parseFields(text: string): Fields | undefined {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The object's fields by their names in small letters; undefined where the value is no object. */
export function fieldsOf(value: unknown): Fields | undefined {
  if (!isObject(value)) return undefined;
  const present = Object.entries(value).filter(([, one]) => one !== null);
  return new Map(present.map(([name, one]) => [name.toLowerCase(), one]));
}

/** The object's entries by their names as they are, for objects that are maps; empty where it is absent, undefined where it is no object. */
export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] | undefined {
  if (value === undefined) return [];
  return isObject(value) ? Object.entries(value) : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
