import * as fc from "fast-check";

const spot = fc.nat({ max: 400 });
/** Pieces that parsers treat in a special way. */
const piece = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.constantFrom(
    "\u0000",
    "\n",
    "\r\n",
    "\u001b[2J",
    "\uFEFF",
    "\u2028",
    "\uD800",
    "é",
    "=",
    ":",
    "/",
    "//",
    "..",
  ),
  fc.constantFrom(
    '"',
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    "null",
    "true",
    "1e999",
    "-0",
    "9".repeat(30),
    "__proto__",
  ),
  fc.constantFrom("%2f", "@", "#", "?", "*", "'", "&", "x".repeat(300), "[".repeat(2000), "/".repeat(3000)),
);

type Edit = (text: string) => string;

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(spot, piece).map(
    ([at, put]): Edit =>
      (text) =>
        text.slice(0, at % (text.length + 1)) + put + text.slice(at % (text.length + 1)),
  ),
  fc.tuple(spot, piece).map(([at, put]): Edit => (text) => {
    const from = at % (text.length + 1);
    return text.slice(0, from) + put + text.slice(from + put.length);
  }),
  fc.tuple(spot, fc.nat({ max: 60 })).map(([at, length]): Edit => (text) => {
    const from = at % (text.length + 1);
    return text.slice(0, from) + text.slice(from + length);
  }),
  fc.tuple(spot, fc.nat({ max: 255 })).map(([at, code]): Edit => (text) => {
    const from = at % (text.length + 1);
    return text.slice(0, from) + String.fromCharCode(code) + text.slice(from + 1);
  }),
  fc.tuple(spot, spot).map(
    ([from, to]): Edit =>
      (text) =>
        text + text.slice(Math.min(from, to), Math.max(from, to)),
  ),
  fc.constant<Edit>((text) => text.toUpperCase()),
);

/** Any text, mostly one of the examples after some edits. */
export function textLike(examples: readonly string[]): fc.Arbitrary<string> {
  const mutated = fc
    .tuple(fc.constantFrom(...examples), fc.array(edit, { minLength: 1, maxLength: 4 }))
    .map(([example, edits]) => edits.reduce((text, change) => change(text), example));
  return fc.oneof(
    { weight: 10, arbitrary: mutated },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
    { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
    { weight: 1, arbitrary: fc.constantFrom(...examples) },
  );
}
