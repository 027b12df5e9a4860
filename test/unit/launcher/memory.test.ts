import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { placeTexts, releaseTexts } from "../../../src/launcher/memory.ts";

/** Memory below 2 GiB, in place of the kernel's. */
const mapped = new Map<number, Uint8Array>();
let taken: readonly number[];
const NONE = 0xff_ff_ff_ff; // MAP_FAILED as a u32

function copy(to: number, from: Uint8Array): number {
  for (const [start, memory] of mapped)
    if (to >= start && to + from.length <= start + memory.length) memory.set(from, to - start);
  return to;
}

beforeEach(() => {
  mapped.clear();
  taken = [];
  vi.stubGlobal("sysMmap", (address: number, length: number) => {
    if (taken.includes(address) || mapped.has(address)) return NONE;
    mapped.set(address, new Uint8Array(length));
    return address;
  });
  vi.stubGlobal("sysMunmap", (address: number) => (mapped.delete(address) ? 0 : -1));
  vi.stubGlobal("sysCopyBytes", copy);
  vi.stubGlobal("sysCopyText", (to: number, text: string) => copy(to, Buffer.from(text)));
  vi.stubGlobal("sysTextLength", (text: string) => Buffer.byteLength(text));
});
afterEach(() => vi.unstubAllGlobals());

/** The texts that a C function reads from the array. */
function read(address: number): readonly string[] {
  const memory = Buffer.from(mapped.get(address) ?? []);
  const texts: string[] = [];
  for (let at = 0; memory.readBigUInt64LE(at) !== 0n; at += 8) {
    const start = Number(memory.readBigUInt64LE(at)) - address;
    texts.push(memory.toString("utf8", start, memory.indexOf(0, start)));
  }
  return texts;
}

it.each([[["/bin/true"]], [["/usr/bin/docr", "", "ü日本", "a\nb", "x".repeat(100_000)]]])(
  "a C function reads the same texts: %j",
  (texts) => {
    const placed = placeTexts(texts);
    expect(read(placed?.address ?? 0)).toEqual(texts);
    expect(placed?.first).toBe((placed?.address ?? 0) + 8 * (texts.length + 1));
  },
);

it("a text with a NUL, which C would cut, is not placed", () => {
  expect(placeTexts(["a\0b"])).toBe(undefined);
  expect(mapped.size).toBe(0);
});

it("memory that is in use is passed over, and memory that is given back is used again", () => {
  taken = [0x10000000];
  for (let round = 0; round < 100; round += 1) {
    const placed = placeTexts(["text"]);
    expect(placed?.address).toBe(0x20000000);
    if (placed) releaseTexts(placed);
  }
});

it("without memory below 2 GiB, nothing is placed", () => {
  vi.stubGlobal("sysMmap", () => NONE);
  expect(placeTexts(["text"])).toBe(undefined);
});
