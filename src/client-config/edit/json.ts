/** Changes single keys of a JSON text and leaves every other byte unchanged. */
import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { HelperError } from "../../core/errors.ts";
import { lineOfJsonError } from "../../core/json-error.ts";
import { BOM, withoutMark } from "../client-file.ts";
import { layOut, layoutOf, type JsonValue, type Layout } from "./layout.ts";

/** The path of one key from the root, and its new value. An undefined value removes the key. */
export interface JsonChange {
  readonly path: readonly string[];
  readonly value: JsonValue | undefined;
}

/** The value at a path. Undefined if it is missing or null, because Go treats null as missing. */
export type FoundValue = JsonValue | readonly unknown[] | number | undefined;

/**
 * Returns the text with the changes. Preserves indentation, line breaks, a byte order mark and unknown keys. An object that loses its
 * last key stays as an empty object. Treats an empty text as an empty object, like docker. Fields of the root match in any case, as in
 * Go's decoder. Throws `client-config`, with `label` as the file's name, if the text is not one JSON object or contains a key twice:
 * programs would disagree on its value.
 */
export function editJson(text: string, changes: readonly JsonChange[], label: string): string {
  const mark = text.startsWith(BOM) ? BOM : "";
  let body = text.slice(mark.length);
  if (body.trim() === "") body = "{}";
  for (const change of changes) body = applyChange(body, change, label);
  return mark + body;
}

/** Returns the value at a path. Throws like `editJson`. */
export function findInJson(text: string, path: readonly string[], label: string): FoundValue {
  const body = withoutMark(text);
  let node: Node | undefined = body.trim() === "" ? undefined : parseObject(body, label);
  for (const [depth, name] of path.entries()) {
    if (node?.type !== "object") return undefined;
    node = propertyOf(node, name, depth === 0, label)?.value;
  }
  const value: unknown = node === undefined ? undefined : JSON.parse(textOf(body, node));
  return isFound(value) ? value : undefined;
}

function applyChange(body: string, { path, value }: JsonChange, label: string): string {
  const root = parseObject(body, label);
  return value === undefined ? removeAt(body, root, path, label) : setAt(body, root, path, value, label);
}

function setAt(body: string, root: Node, path: readonly string[], value: JsonValue, label: string): string {
  const layout = layoutOf(body, root);
  let object = root;
  for (const [depth, name] of path.entries()) {
    const rest = path.slice(depth + 1);
    const nested = rest.reduceRight<JsonValue>((inner, key) => ({ [key]: inner }), value);
    const found = propertyOf(object, name, depth === 0, label);
    if (found === undefined) return withProperty(body, object, name, nested, layout);
    if (rest.length === 0 || found.value.type === "null") {
      return withValue(body, object, found, nested, layout);
    }
    if (found.value.type !== "object") {
      throw new HelperError("client-config", `${name} in ${label} is not an object`);
    }
    object = found.value;
  }
  return body;
}

function removeAt(body: string, root: Node, path: readonly string[], label: string): string {
  let object = root;
  for (const [depth, name] of path.entries()) {
    const found = propertyOf(object, name, depth === 0, label);
    if (found === undefined) return body;
    if (depth === path.length - 1) return withoutProperty(body, object, found);
    object = found.value;
  }
  return body;
}

interface Property {
  readonly whole: Node;
  readonly value: Node;
}

function propertyOf(object: Node, name: string, isField: boolean, label: string): Property | undefined {
  const fold = (text: unknown): string => (isField ? String(text).toLowerCase() : String(text));
  const found = childrenOf(object).filter(({ children }) => fold(children?.[0]?.value) === fold(name));
  if (found.length > 1) throw new HelperError("client-config", `${label} has a duplicate key`);
  const [whole] = found;
  const value = whole?.children?.[1];
  return whole === undefined || value === undefined ? undefined : { whole, value };
}

function withoutProperty(body: string, object: Node, { whole }: Property): string {
  const all = childrenOf(object);
  const index = all.indexOf(whole);
  const before = all[index - 1];
  const after = all[index + 1];
  if (after !== undefined) return splice(body, whole.offset, after.offset, "");
  if (before !== undefined) return splice(body, endOf(before), endOf(whole), "");
  return splice(body, object.offset, endOf(object), "{}");
}

function withProperty(body: string, object: Node, name: string, value: JsonValue, layout: Layout): string {
  const last = childrenOf(object).at(-1);
  const isInline = layout.isInline(object);
  const indent = layout.indentIn(object);
  const property = `${JSON.stringify(name)}${layout.colon}${layOut(value, layout, isInline, indent)}`;
  if (last !== undefined) {
    const gap = isInline ? layout.gap : layout.lineBreak + indent;
    return splice(body, endOf(last), endOf(last), `,${gap}${property}`);
  }
  const inside = isInline ? property : `${layout.lineBreak}${indent}${property}${layout.lineBreak}`;
  const closing = isInline ? "" : layout.indentAt(object.offset);
  return splice(body, object.offset, endOf(object), `{${inside}${closing}}`);
}

function withValue(body: string, object: Node, found: Property, value: JsonValue, layout: Layout): string {
  const text = layOut(value, layout, layout.isInline(object), layout.indentIn(object));
  return splice(body, found.value.offset, endOf(found.value), text);
}

function parseObject(body: string, label: string): Node {
  const errors: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = parseTree(body, errors, { disallowComments: true });
  } catch (cause) {
    // The parser overflows its stack at about a thousand nested brackets.
    throw new HelperError("client-config", `${label} is nested too deeply`, { cause });
  }
  const [first] = errors;
  if (first !== undefined && printParseErrorCode(first.error) === "InvalidCommentToken") {
    throw new HelperError("client-config", `${label} has comments, which no client accepts`);
  }
  if (first !== undefined || root === undefined) {
    throw new HelperError("client-config", `${label} is not valid JSON (line ${lineOfJsonError(body) ?? 1})`);
  }
  if (root.type !== "object") throw new HelperError("client-config", `${label} is not a JSON object`);
  return root;
}

function isFound(value: unknown): value is FoundValue {
  return value !== null;
}

const childrenOf = (object: Node): readonly Node[] => object.children ?? [];
const endOf = ({ offset, length }: Node): number => offset + length;
const textOf = (body: string, node: Node): string => body.slice(node.offset, endOf(node));
const splice = (body: string, from: number, to: number, inserted: string): string =>
  body.slice(0, from) + inserted + body.slice(to);
