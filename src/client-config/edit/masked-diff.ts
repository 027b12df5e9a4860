/** A unified diff of a configuration, in which no secret can be: it is made of masked texts alone. */
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import { type Node, type ParseError, parseTree } from "jsonc-parser";
import { withoutMark } from "../client-file.ts";

/** The keys at the top whose values are shown: names of helpers, contexts and stores. */
const SHOWN: ReadonlySet<string> = new Set([
  "credsStore",
  "credHelpers",
  "currentContext",
  "context",
  "contexts",
  "fallback",
  "store",
]);
/** What such a name looks like. */
const NAME = /^[A-Za-z0-9._-]{1,64}$/;
const MASK = '"…"';

/** A text without the secrets that were in it. Only the functions here make one. */
export class MaskedText {
  readonly #text: string;

  constructor(mask: typeof maskJson | typeof unmasked, text: string) {
    this.#text = mask(text);
  }

  /** The unified diff to another text, as `diff -u` has it, of the file that `shown` names; empty where both are equal. */
  diffTo(other: MaskedText, shown: string): string {
    if (this.#text === other.#text) return "";
    return createTwoFilesPatch(shown, shown, this.#text, other.#text, undefined, undefined, {
      context: 3,
      headerOptions: FILE_HEADERS_ONLY,
    });
  }
}

/** JSON of a client's or ours: every string and number but the known names is a dot. What is no JSON is not shown at all. */
export function maskJson(text: string): string {
  const body = withoutMark(text).replaceAll("\r\n", "\n");
  const errors: ParseError[] = [];
  const root = parseTree(body, errors, { disallowComments: true });
  if (root === undefined || errors.length > 0) return "";
  let masked = "";
  let end = 0;
  for (const { offset, length } of (root.children ?? []).flatMap(secretsOf)) {
    masked += body.slice(end, offset) + MASK;
    end = offset + length;
  }
  return masked + body.slice(end);
}

/** What we write ourselves as a whole, in which no secret ever is. */
export function unmasked(text: string): string {
  return text;
}

/** Of a property at the top, in the order of the text. */
function secretsOf(property: Node): readonly Node[] {
  const [key, value] = property.children ?? [];
  const isKnown = SHOWN.has(String(key?.value));
  return (value === undefined ? [] : scalarsIn(value)).filter(
    (scalar) => !isKnown || !NAME.test(String(scalar.value)),
  );
}

function scalarsIn(node: Node): readonly Node[] {
  if (node.type === "string" || node.type === "number") return [node];
  const [first, ...others] = node.children ?? [];
  if (first === undefined) return [];
  if (node.type !== "property") return [first, ...others].flatMap(scalarsIn);
  // A key is an address, in which somebody may have put a user and a password.
  const isShown = !String(first.value).includes("@");
  return [...(isShown ? [] : [first]), ...others.flatMap(scalarsIn)];
}
