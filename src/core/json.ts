/** A JSON object by its fields. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Undefined where the text is no JSON, or not an object. V8's own message is dropped: it quotes the text. */
export function parseJsonObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
