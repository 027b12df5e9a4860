import { describe, expect, it } from "vitest";
import { wrapWords } from "../../../src/terminal/wrap.ts";

describe("wrapping words", () => {
  it.each([
    ["", 10, [""]],
    ["one two", 10, ["one two"]],
    ["one two three", 7, ["one two", "three"]],
    ["  one two three", 9, ["  one two", "  three"]],
    ["/a/long/path and", 4, ["/a/long/path", "and"]],
  ])("of %j at %i columns", (text, width, lines) => {
    expect(wrapWords(text, width)).toEqual(lines);
  });
});
