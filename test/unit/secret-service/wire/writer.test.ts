import * as fc from "fast-check";
import { expect, it } from "vitest";
import { WireReader } from "../../../../src/secret-service/wire/reader.ts";
import { WireWriter } from "../../../../src/secret-service/wire/writer.ts";

/** A value of a D-Bus type, and how both sides handle it. */
type Value =
  | { readonly type: "byte" | "u32"; readonly value: number }
  | { readonly type: "string" | "signature"; readonly value: string }
  | { readonly type: "data"; readonly value: Uint8Array }
  | { readonly type: "paths"; readonly value: readonly string[] };

const text = fc.string({ unit: "grapheme" }).filter((one) => !one.includes("\0"));
const values = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant("byte"), value: fc.nat({ max: 255 }) }),
    fc.record({ type: fc.constant("u32"), value: fc.integer({ min: 0, max: 0xffff_ffff }) }),
    fc.record({ type: fc.constant("string"), value: text }),
    fc.record({ type: fc.constant("signature"), value: fc.constantFrom("", "s", "a{sv}(oayays)b") }),
    fc.record({ type: fc.constant("data"), value: fc.uint8Array({ maxLength: 2000 }) }),
    fc.record({ type: fc.constant("paths"), value: fc.array(fc.constantFrom("/", "/a", "/a/b/c")) }),
  ) as fc.Arbitrary<Value>,
);

function write(out: WireWriter, one: Value): void {
  if (one.type === "byte") out.byte(one.value);
  if (one.type === "u32") out.u32(one.value);
  if (one.type === "string") out.string(one.value);
  if (one.type === "signature") out.signature(one.value);
  if (one.type === "data") out.data(one.value);
  if (one.type !== "paths") return;
  const elements = out.beginArray(4);
  for (const path of one.value) out.string(path);
  out.endArray(elements, 4);
}

function read(from: WireReader, type: Value["type"]): unknown {
  if (type === "byte") return from.byte();
  if (type === "u32") return from.u32();
  if (type === "string") return from.string();
  if (type === "signature") return from.signature();
  return type === "data" ? Uint8Array.from(from.data()) : from.paths();
}

it("writes what a reader reads, of every type and at every alignment", () => {
  fc.assert(
    fc.property(values, (list) => {
      const out = new WireWriter();
      for (const one of list) write(out, one);
      const from = new WireReader(out.all(), 0, 0, out.length);
      expect(list.map(({ type }) => read(from, type))).toEqual(list.map(({ value }) => value));
      expect([from.isBad, from.at]).toEqual([false, out.length]);
    }),
  );
});

it("writes a dictionary as the D-Bus specification lays it out", () => {
  const out = new WireWriter();
  const entries = out.beginArray(8);
  out.align(8);
  out.string("a");
  out.string("bc");
  out.endArray(entries, 8);
  expect(Buffer.from(out.all()).toString("hex")).toBe(
    ["0f000000", "00000000", "01000000", "6100", "0000", "02000000", "626300"].join(""),
  );
});

it("writes no padding into the length of an empty array", () => {
  const out = new WireWriter();
  out.endArray(out.beginArray(8), 8);
  expect(Buffer.from(out.all()).toString("hex")).toBe("0000000000000000");
});
