/**
 * Encodes a JSON object of strings like Go's encoder, so that docr's responses equal other helpers' byte for byte. Fields stay in
 * the given order. `<`, `>`, `&` and the line separators are escaped, and \b and \f are written as \u escapes (encoding/json
 * before Go 1.22, which builds Debian's helpers).
 */
export function encodeGoJson(fields: Iterable<readonly [string, string]>): string {
  // Encode field by field: in an object, JavaScript would move a name such as "5000" to the front.
  const pairs = Array.from(fields, ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return `{${pairs.join(",")}}`.replace(NOT_AS_IN_GO, (found) => {
    if (found === BACKSLASH) return found;
    const character = SHORT_ESCAPES[found] ?? found;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

const BACKSLASH = "\\\\";
// Match an escaped backslash too, so that the letter after it is not read as an escape.
const NOT_AS_IN_GO = /\\\\|\\b|\\f|[<>&\u2028\u2029]/g;
const SHORT_ESCAPES: Readonly<Record<string, string>> = { "\\b": "\b", "\\f": "\f" };
