import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeAscii, encodeAscii } from "../../../../src/response-cache/shared/ascii.ts";

const isPlain = (code: number): boolean =>
  code === 9 || code === 10 || code === 13 || (code >= 32 && code <= 126);

describe("decodeAscii", () => {
  it("accepts printable ASCII, tabs and line breaks, and no other byte", () => {
    for (let byte = 0; byte < 256; byte++) {
      const text = decodeAscii(Uint8Array.of(65, byte, 66), 3);
      expect(text, `byte ${byte}`).toBe(isPlain(byte) ? `A${String.fromCharCode(byte)}B` : undefined);
    }
  });

  it("returns undefined if any byte is not plain", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const expected = bytes.every(isPlain) ? Buffer.from(bytes).toString("latin1") : undefined;
        expect(decodeAscii(bytes, bytes.length)).toBe(expected);
      }),
    );
  });

  it("ignores the bytes after the length", () => {
    expect(decodeAscii(Uint8Array.of(65, 66, 0, 200), 2)).toBe("AB");
    expect(decodeAscii(Uint8Array.of(65, 66), 0)).toBe("");
  });
});

describe("encodeAscii", () => {
  it("reverses decodeAscii", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (any) => {
        const bytes = any.filter(isPlain);
        expect([...encodeAscii(decodeAscii(bytes, bytes.length) ?? "")]).toEqual([...bytes]);
      }),
    );
  });
});
