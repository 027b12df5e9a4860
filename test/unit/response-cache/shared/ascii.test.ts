import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asciiOf, bytesOf, u32 } from "../../../../src/response-cache/shared/ascii.ts";

const anyByte = fc.integer({ min: 0, max: 255 });
const isPlain = (c: number): boolean => c === 9 || c === 10 || c === 13 || (c >= 32 && c <= 126);

describe("asciiOf", () => {
  it("takes printable ASCII, tabs and line breaks, and gives nothing for any other byte", () => {
    for (let byte = 0; byte < 256; byte++) {
      const text = asciiOf(Uint8Array.of(65, byte, 66), 3);
      expect(text, `byte ${byte}`).toBe(isPlain(byte) ? `A${String.fromCharCode(byte)}B` : "");
    }
  });

  it("gives nothing at all where one byte of any is not plain", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const expected = bytes.every(isPlain) ? Buffer.from(bytes).toString("latin1") : "";
        expect(asciiOf(bytes, bytes.length)).toBe(expected);
      }),
    );
  });

  it("looks at no byte behind the length", () => {
    expect(asciiOf(Uint8Array.of(65, 66, 0, 200), 2)).toBe("AB");
  });

  it.each([0, -1, -2])("gives nothing for a length of %i, as a failed read has it", (length) => {
    expect(asciiOf(Uint8Array.of(65, 66), length)).toBe("");
  });
});

describe("bytesOf", () => {
  it("gives back what asciiOf took", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (any) => {
        const bytes = any.filter(isPlain);
        expect([...bytesOf(asciiOf(bytes, bytes.length))]).toEqual([...bytes]);
      }),
    );
  });
});

describe("u32", () => {
  it("is the number that Linux wrote there, the highest one too", () => {
    fc.assert(
      fc.property(fc.array(anyByte, { minLength: 12, maxLength: 12 }), fc.nat({ max: 8 }), (bytes, at) => {
        expect(u32(Uint8Array.from(bytes), at)).toBe(Buffer.from(bytes).readUInt32LE(at));
      }),
    );
    expect(u32(Uint8Array.of(255, 255, 255, 255), 0)).toBe(0xff_ff_ff_ff);
  });

  it("takes bytes that are not there as 0", () => {
    expect(u32(Uint8Array.of(7), 0)).toBe(7);
    expect(u32(new Uint8Array(), 24)).toBe(0);
  });
});
