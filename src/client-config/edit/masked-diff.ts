/** Creates a unified diff of a configuration. It cannot contain a secret, because only masked texts can be compared. */
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import { type Node, type ParseError, parseTree } from "jsonc-parser";
import { withoutMark } from "../client-file.ts";

declare const masked: unique symbol;

/** A text without secrets. Only `maskJson` and `ownText` make one. */
export type MaskedText = string & { readonly [masked]: true };

/** The root's keys whose values the diff shows: names of helpers, contexts and stores. */
const SHOWN: ReadonlySet<string> = new Set([
  "credsStore",
  "credHelpers",
  "currentContext",
  "context",
  "contexts",
  "fallback",
  "store",
]);
/** The format of these names. */
const NAME = /^[A-Za-z0-9._-]{1,64}$/;
const MASK = '"…"';

/**
 * Masks every string and number of a JSON configuration except the known names. Converts line breaks to LF and removes a byte order
 * mark. Returns "" if the text is not JSON.
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

/** Returns a diff like `diff -u`, with `name` as the file's name. Returns "" if the texts are equal. */
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

/** Returns the parts of one of the root's properties to mask, in the order of the text: values, and keys that contain a user name. */
function secretsOf(property: Node): readonly Node[] {
  const [key, value] = property.children ?? [];
  if (value === undefined) return [];
  const isKnown = SHOWN.has(String(key?.value));
  return scalarsIn(value).filter(
    (scalar) => !isKnown || !isDirectlyIn(value, scalar) || !NAME.test(String(scalar.value)),
  );
}

/** Whether it is the value itself, or a key or a value of that object. Known keys contain no deeper names. */
function isDirectlyIn(value: Node, scalar: Node): boolean {
  return scalar === value || (value.type === "object" && scalar.parent?.parent === value);
}

function scalarsIn(node: Node): readonly Node[] {
  if (node.type === "string" || node.type === "number") return [node];
  const [first, ...others] = node.children ?? [];
  if (first === undefined) return [];
  if (node.type !== "property") return [first, ...others].flatMap(scalarsIn);
  // A key is an address, and an address may contain a user name and a password.
  const isShown = !String(first.value).includes("@");
  return [...(isShown ? [] : [first]), ...others.flatMap(scalarsIn)];
}
