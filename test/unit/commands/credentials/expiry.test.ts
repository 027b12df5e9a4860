import { describe, expect, it } from "vitest";
import { parseExpiry } from "../../../../src/commands/credentials/expiry.ts";
import { failureOf, failureOfSync } from "../../../support/fakes/failure-of.ts";

describe("--expiry", () => {
  it.each([
    ["60s", 60],
    ["365d", 31_536_000],
  ])("may be %s", (text, seconds) => {
    expect(parseExpiry(text)).toBe(seconds);
  });

  it.each(["59", "366d", "9999999999", "soon"])("may not be %s", async (text) => {
    expect(await failureOf(() => parseExpiry(text))).toEqual({
      code: "bad-arguments",
      message: "--expiry must be a duration from 60s to 365d",
    });
  });

  it.each(["0", "0s", "0h"])("does not mean no expiry as %s", (text) => {
    expect(failureOfSync(() => parseExpiry(text))).toEqual({
      code: "bad-arguments",
      message: "--expiry must not be 0",
    });
  });
});
