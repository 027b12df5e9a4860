/** Determines the layout of a JSON text, so that docr inserts text in the same style. */
import type { Node } from "jsonc-parser";

export type JsonValue = string | boolean | { readonly [name: string]: JsonValue };

export interface Layout {
  /** One level of indentation. If the text has none, a tab, like docker. */
  readonly unit: string;
  readonly lineBreak: string;
  /** Between a key and its value. */
  readonly colon: string;
  /** After a comma within a line. */
  readonly gap: string;
  /** Whether the object is written on one line, or would be if it were not empty. */
  isInline(object: Node): boolean;
  /** The indentation of the line that contains this offset. */
  indentAt(offset: number): string;
  /** The indentation of the object's properties, or of the first one if it is empty. */
  indentIn(object: Node): string;
}

export function layoutOf(text: string, root: Node): Layout {
  const indentAt = (offset: number): string => {
    const start = text.lastIndexOf("\n", offset - 1) + 1;
    return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? "";
  };
  const isInline = (object: Node): boolean => {
    const first = object.children?.[0];
    if (first !== undefined) return !text.slice(object.offset, first.offset).includes("\n");
    return object !== root && isInline(object.parent?.parent ?? root);
  };
  const first = root.children?.[0];
  const colonOffset = first?.colonOffset;
  const isTight = colonOffset !== undefined && !/\s/.test(text.charAt(colonOffset + 1));
  const unit = first === undefined || isInline(root) ? "\t" : indentAt(first.offset);
  return {
    unit,
    lineBreak: /\r?\n/.exec(text)?.[0] ?? "\n",
    colon: isTight ? ":" : ": ",
    gap: isTight ? "" : " ",
    isInline,
    indentAt,
    indentIn(object) {
      const last = object.children?.at(-1);
      return last === undefined ? indentAt(object.offset) + unit : indentAt(last.offset);
    },
  };
}

/** Formats the value, for a property whose line has this indentation. */
export function layOut(value: JsonValue, layout: Layout, isInline: boolean, indent: string): string {
  if (typeof value !== "object") return JSON.stringify(value);
  const inner = indent + layout.unit;
  const properties = Object.entries(value).map(
    ([name, one]) => `${JSON.stringify(name)}${layout.colon}${layOut(one, layout, isInline, inner)}`,
  );
  if (properties.length === 0) return "{}";
  if (isInline) return `{${properties.join(`,${layout.gap}`)}}`;
  const { lineBreak } = layout;
  return `{${lineBreak}${inner}${properties.join(`,${lineBreak}${inner}`)}${lineBreak}${indent}}`;
}
