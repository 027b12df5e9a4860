import { describe, expect, it } from "vitest";
import { formatBytes } from "../../../src/terminal/sizes.ts";

describe("formatting a size", () => {
  it.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [999, "999 bytes"],
    [1000, "1.0 kB"],
    [29_393_920, "29.4 MB"],
    [5_368_709_120, "5.4 GB"],
    [7e15, "7000.0 TB"],
  ])("writes %i bytes as %s", (count, shown) => {
    expect(formatBytes(count)).toBe(shown);
  });
});
