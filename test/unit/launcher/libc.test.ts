import * as fc from "fast-check";
import { expect, it } from "vitest";
import { readU32 } from "../../../src/launcher/libc.ts";

it("readU32 reads what Linux on x64 wrote, up to the highest number", () => {
  const bytes = fc.uint8Array({ minLength: 12, maxLength: 12 });
  fc.assert(
    fc.property(bytes, fc.nat({ max: 8 }), (struct, at) => {
      expect(readU32(struct, at)).toBe(Buffer.from(struct).readUInt32LE(at));
    }),
  );
  expect(readU32(Uint8Array.of(255, 255, 255, 255), 0)).toBe(0xff_ff_ff_ff);
});
