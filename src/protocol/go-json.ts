/**
 * A JSON object of strings as Go's encoder writes it, so that docr's responses equal other helpers' byte for byte: fields in
 * the given order, `<`, `>`, `&` and the line separators escaped, without the short escapes \b and \f (encoding/json before
 * Go 1.22, which builds Debian's helpers).
 */
export function encodeGoJson(fields: Iterable<readonly [string, string]>): string {
  // Not as one object: JavaScript would move a name such as "5000" to the front.
  const pairs = Array.from(fields, ([name, value]) => `${encodeString(name)}:${encodeString(value)}`);
  return `{${pairs.join(",")}}`;
}

function encodeString(text: string): string {
  return JSON.stringify(text).replace(NOT_AS_IN_GO, (found) => {
    if (found === BACKSLASH) return found;
    const character = SHORT_ESCAPES[found] ?? found;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

const BACKSLASH = "\\\\";
// An escaped backslash is matched too, so that the letter after it is never taken for an escape.
const NOT_AS_IN_GO = /\\\\|\\b|\\f|[<>&\u2028\u2029]/g;
const SHORT_ESCAPES: Readonly<Record<string, string>> = { "\\b": "\b", "\\f": "\f" };
