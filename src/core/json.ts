/** A JSON object by its fields. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Undefined where the text is not JSON. V8's own message is dropped: it quotes the text, which may hold a secret. */
export function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Undefined where the text is not JSON, or not an object. */
export function parseJsonObject(text: string): JsonObject | undefined {
  const value = parseJson(text)?.value;
  return isJsonObject(value) ? value : undefined;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
