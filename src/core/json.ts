/** A JSON object by its fields. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Returns undefined if the text is not JSON. Discards V8's error message, because it quotes the text, which may contain a secret. */
export function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Returns undefined if the text is not a JSON object. */
export function parseJsonObject(text: string): JsonObject | undefined {
  const value = parseJson(text)?.value;
  return isJsonObject(value) ? value : undefined;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
