import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatGoDuration, parseGoDuration } from "../../../src/kubelet/go-duration.ts";

describe("a duration in Go's format", () => {
  it.each([
    [0, "0s"],
    [999, "0s"],
    [30_000, "30s"],
    [15 * 60_000, "15m0s"],
    [6 * 3600_000, "6h0m0s"],
    [5 * 3600_000 + 53 * 60_000 + 12_345, "5h53m12s"],
    [-1, "0s"],
  ])("of %d ms is %s", (ms, text) => {
    expect(formatGoDuration(ms)).toBe(text);
  });

  it.each([
    ["0", 0],
    ["1m", 60_000],
    ["1.5h", 5_400_000],
    ["1h30m", 5_400_000],
    ["-1m", -60_000],
    ["300ms", 300],
    ["+2s", 2_000],
  ])("%s is read as %d ms", (text, ms) => {
    expect(parseGoDuration(text)).toBe(ms);
  });

  it.each(["", "600", "1d", "PT1H", "1 h", "h", "1h ", "1H", "."])("%j is none", (text) => {
    expect(parseGoDuration(text)).toBeUndefined();
  });

  it("is read back as the same whole seconds", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 * 24 * 3600 }), (seconds) => {
        expect(parseGoDuration(formatGoDuration(seconds * 1000))).toBe(seconds * 1000);
      }),
    );
  });
});
