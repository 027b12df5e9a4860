import type { JsonObject } from "../core/json.ts";

export interface ConfigProblem {
  /** `error`: the kubelet does not start. `warning`: it starts, and a pull has no login. */
  readonly severity: "error" | "warning";
  readonly what: string;
  readonly next: string;
}

export function configError(what: string, next: string): ConfigProblem {
  return { severity: "error", what, next };
}

/** The fields that the kubelet, which decodes strictly, does not know. `place` is the object, with a full stop at its end. */
export function unknownFields(
  object: JsonObject,
  known: readonly string[],
  place: string,
): readonly ConfigProblem[] {
  return Object.keys(object)
    .filter((field) => !known.includes(field))
    .map((field) =>
      configError(`the kubelet does not know the field ${place}${shown(field)}`, "correct or remove it"),
    );
}

/** Returns undefined if the value is not a list of strings. */
export function stringsIn(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const strings = value.filter((one): one is string => typeof one === "string");
  return strings.length === value.length ? strings : undefined;
}

/** Text of the file, for display. */
export function shown(text: string): string {
  return JSON.stringify(text.replace(/[^\x20-\x7e]/g, "?").slice(0, 80));
}
