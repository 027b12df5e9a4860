import * as fc from "fast-check";
import { expect, it } from "vitest";
import { decodeUtf8 } from "../../../../src/secret-service/wire/utf8.ts";

const character = fc
  .oneof(fc.nat({ max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10_ffff }))
  .map((code) => String.fromCodePoint(code));

it("decodes valid text as TextDecoder does", () => {
  fc.assert(
    fc.property(fc.array(character), (characters) => {
      const text = characters.join("");
      const bytes = new TextEncoder().encode(text);
      expect(decodeUtf8(bytes)).toBe(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
    }),
  );
});

it("accepts exactly the bytes that TextDecoder accepts", () => {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const isValid = (bytes: Uint8Array): boolean => {
    try {
      decoder.decode(bytes);
      return true;
    } catch {
      return false;
    }
  };
  const lead = fc.constantFrom(0x41, 0x80, 0xc1, 0xc3, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff);
  const any = fc.array(fc.oneof(lead, fc.integer({ min: 0x7f, max: 0xc2 })), { maxLength: 6 });
  fc.assert(
    fc.property(any, (codes) => {
      const bytes = Uint8Array.from(codes);
      expect(!decodeUtf8(bytes).includes("\uFFFD")).toBe(isValid(bytes));
    }),
    { numRuns: 2000 },
  );
});
