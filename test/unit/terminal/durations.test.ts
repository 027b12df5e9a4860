import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDuration, parseDuration } from "../../../src/terminal/durations.ts";
import { HOUR, MINUTE, SECOND } from "../../support/fakes/fixed-clock.ts";

describe("parsing a duration", () => {
  it.each([
    ["3600", 3600],
    ["3600s", 3600],
    ["90m", 5400],
    ["1h30m", 5400],
    ["1h", 3600],
    ["1.5h", 5400],
    ["30d", 2_592_000],
    ["1d12h", 129_600],
    ["0", 0],
    ["0h0m", 0],
  ])("reads %s as %i seconds", (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each(["", "h", "1", "1x", "-1h", "1h ", " 1h", "1 h", "1H", "1.h", ".5h", "1e3", "0.5s", "1ms", "1w"])(
    "returns undefined for %j, unless it is a plain number",
    (text) => {
      expect(parseDuration(text)).toBe(text === "1" ? 1 : undefined);
    },
  );

  it("returns whole seconds or undefined for any text", () => {
    const typed = fc.oneof(fc.string(), fc.stringMatching(/^[0-9.smhd]*$/));
    fc.assert(
      fc.property(typed, (text) => {
        const seconds = parseDuration(text);
        expect(seconds === undefined || (Number.isInteger(seconds) && seconds >= 0)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("formatting a duration", () => {
  it.each([
    [0, "0 s"],
    [-1, "0 s"],
    [90 * SECOND, "90 s"],
    [HOUR - 100, "60 min"],
    [90 * MINUTE, "90 min"],
    [3 * HOUR, "3 h"],
    [30 * 24 * HOUR - 100, "30 d"],
  ])("writes %i ms as %s", (ms, shown) => {
    expect(formatDuration(ms)).toBe(shown);
  });
});
