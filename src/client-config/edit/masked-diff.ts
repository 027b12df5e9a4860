/** A unified diff of a configuration that cannot contain a secret: only masked texts can be compared. */
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import { type Node, type ParseError, parseTree } from "jsonc-parser";
import { withoutMark } from "../client-file.ts";

declare const masked: unique symbol;

/** A text without secrets. Only `maskJson` and `ownText` make one. */
export type MaskedText = string & { readonly [masked]: true };

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

/**
 * Masks every string and number of a JSON configuration except the known names. Line breaks become LF, a byte order mark is
 * dropped. Empty if the text is not JSON.
 */
export function maskJson(text: string): MaskedText {
  const body = withoutMark(text).replaceAll("\r\n", "\n");
  const errors: ParseError[] = [];
  const root = parseTree(body, errors, { disallowComments: true });
  if (root === undefined || errors.length > 0) return asMasked("");
  let result = "";
  let end = 0;
  for (const { offset, length } of (root.children ?? []).flatMap(secretsOf)) {
    result += body.slice(end, offset) + MASK;
    end = offset + length;
  }
  return asMasked(result + body.slice(end));
}

/** For a file that docr writes as a whole. docr never writes a secret into one. */
export function ownText(text: string): MaskedText {
  return asMasked(text);
}

/** The diff in the form of `diff -u`, with `name` for the file. Empty if the texts are equal. */
export function unifiedDiff(before: MaskedText, after: MaskedText, name: string): string {
  if (before === after) return "";
  return createTwoFilesPatch(name, name, before, after, undefined, undefined, {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
  });
}

function asMasked(text: string): MaskedText {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a brand exists in types only
  return text as MaskedText;
}

/** The values, and addresses with a user in them, that are masked in one property at the top, in the order of the text. */
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
  // A key is an address, and an address may hold a user and a password.
  const isShown = !String(first.value).includes("@");
  return [...(isShown ? [] : [first]), ...others.flatMap(scalarsIn)];
}
