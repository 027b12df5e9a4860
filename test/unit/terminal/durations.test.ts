import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseExpiry, parseSpan, shownSpan } from "../../../src/terminal/durations.ts";
import { failureOf, failureOfSync } from "../../support/fakes/failure-of.ts";
import { HOUR, MINUTE, SECOND } from "../../support/fakes/fixed-clock.ts";

describe("a length of time that was typed", () => {
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
  ])("is read from %s as %i seconds", (text, seconds) => {
    expect(parseSpan(text)).toBe(seconds);
  });

  it.each(["", "h", "1", "1x", "-1h", "1h ", " 1h", "1 h", "1H", "1.h", ".5h", "1e3", "0.5s", "1ms", "1w"])(
    "is none in %j, or seconds",
    (text) => {
      expect(parseSpan(text)).toBe(text === "1" ? 1 : undefined);
    },
  );

  it("is a whole number of seconds or none, whatever was typed", () => {
    const typed = fc.oneof(fc.string(), fc.stringMatching(/^[0-9.smhd]*$/));
    fc.assert(
      fc.property(typed, (text) => {
        const seconds = parseSpan(text);
        expect(seconds === undefined || (Number.isInteger(seconds) && seconds >= 0)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("the life of a credential", () => {
  it.each([
    ["60s", 60],
    ["365d", 31_536_000],
  ])("may be %s", (text, seconds) => {
    expect(parseExpiry(text)).toBe(seconds);
  });

  it.each(["59", "366d", "9999999999", "soon"])("may not be %s", async (text) => {
    expect(await failureOf(() => parseExpiry(text))).toEqual({
      code: "bad-arguments",
      message: "--expiry must be a length of time from 60s to 365d",
    });
  });

  it.each(["0", "0s", "0h"])("is not for ever for having been typed as %s", (text) => {
    expect(failureOfSync(() => parseExpiry(text))).toEqual({
      code: "bad-arguments",
      message: "an expiry of 0 would be none",
    });
  });
});

describe("a length of time that is shown", () => {
  it.each([
    [0, "0 s"],
    [-1, "0 s"],
    [90 * SECOND, "90 s"],
    [HOUR - 100, "60 min"],
    [90 * MINUTE, "90 min"],
    [3 * HOUR, "3 h"],
    [30 * 24 * HOUR - 100, "30 d"],
  ])("of %i ms is %s", (ms, shown) => {
    expect(shownSpan(ms)).toBe(shown);
  });
});
