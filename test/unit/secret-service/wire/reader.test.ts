import * as fc from "fast-check";
import { expect, it } from "vitest";
import { WireReader } from "../../../../src/secret-service/wire/reader.ts";

/** Reads by random instructions. */
function readBy(instructions: readonly number[], from: WireReader): void {
  for (const instruction of instructions) {
    if (instruction === 0) from.byte();
    if (instruction === 1) from.u32();
    if (instruction === 2) from.string();
    if (instruction === 3) from.signature();
    if (instruction === 4) from.data();
    if (instruction === 5) from.paths();
    if (instruction === 6) from.u64();
    if (instruction === 7) from.align(8);
    if (instruction === 8) from.skipString();
  }
}

it("never reads beyond its end, whatever the bytes are", () => {
  const property = fc.property(
    fc.uint8Array({ maxLength: 100 }),
    fc.nat({ max: 120 }),
    fc.array(fc.nat({ max: 8 }), { maxLength: 20 }),
    (bytes, end, instructions) => {
      let furthest = -1;
      const watched = new Proxy(bytes, {
        get(target, key) {
          if (typeof key === "string" && /^\d+$/.test(key)) furthest = Math.max(furthest, Number(key));
          const value: unknown = Reflect.get(target, key);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
      readBy(instructions, new WireReader(watched, 0, 0, end));
      expect(furthest).toBeLessThan(Math.min(end, bytes.length));
    },
  );
  fc.assert(property, { numRuns: 500 });
});

it("is bad and returns empty values after a read beyond the end", () => {
  const from = new WireReader(Uint8Array.of(5, 0, 0, 0, 65), 0, 0, 5);
  expect([from.string(), from.isBad]).toEqual(["", true]);
  expect([from.byte(), from.u32(), from.data().length, from.paths().length, from.isTrue()]).toEqual([
    0,
    0,
    0,
    0,
    false,
  ]);
});

it("rejects an array that is longer than the rest of the message", () => {
  const from = new WireReader(Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0), 0, 0, 8);
  expect([from.paths(), from.isBad]).toEqual([[], true]);
});

it("reads numbers of 64 bits", () => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, 1_800_000_000_123n, true);
  expect(new WireReader(bytes, 0, 0, 8).u64()).toBe(1_800_000_000_123);
});
