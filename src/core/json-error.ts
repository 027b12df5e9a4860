/** Finds the first error in a JSON text. V8's message does not always contain the position, and quotes the text. */

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"/y;
const OTHER_SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Returns the line number of the first error, from 1. Returns undefined if the text is valid JSON. */
export function lineOfJsonError(text: string): number | undefined {
  const offset = offsetOfJsonError(text);
  return offset === undefined ? undefined : lineAt(text, offset);
}

/** Returns the line number of a position, from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

/** Returns the position of the first token that is not allowed. */
function offsetOfJsonError(text: string): number | undefined {
  /** The closing bracket of each open object and array, the innermost last. */
  const open: ("}" | "]")[] = [];
  let at = 0;
  const skip = (token: RegExp): boolean => {
    token.lastIndex = at;
    const [found] = token.exec(text) ?? [];
    at += found?.length ?? 0;
    return found !== undefined;
  };
  const takes = (character: string): boolean => {
    skip(SPACE);
    if (text[at] !== character) return false;
    at += 1;
    return true;
  };
  const takesName = (): boolean => {
    skip(SPACE);
    return skip(STRING) && takes(":");
  };
  for (;;) {
    skip(SPACE);
    if (takes("{")) {
      if (!takes("}")) {
        open.push("}");
        if (!takesName()) return at;
        continue;
      }
    } else if (takes("[")) {
      if (!takes("]")) {
        open.push("]");
        continue;
      }
    } else if (!skip(STRING) && !skip(OTHER_SCALAR)) {
      return at;
    }
    // A value has ended.
    for (let end = open.at(-1); end !== undefined && takes(end); end = open.at(-1)) open.pop();
    const end = open.at(-1);
    if (end === undefined) {
      skip(SPACE);
      return at === text.length ? undefined : at;
    }
    if (!takes(",") || (end === "}" && !takesName())) return at;
  }
}
