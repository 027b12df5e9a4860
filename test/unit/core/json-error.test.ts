import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lineOfJsonError } from "../../../src/core/json-error.ts";
import { parseJson } from "../../../src/core/json.ts";

describe("the line of an error in JSON", () => {
  it.each([
    ["", 1],
    ["{", 1],
    ['{\n  "a": 1,\n}', 3],
    ['{\n  "a": 1\n  "b": 2\n}', 3],
    ['{\n  "a": tru\n}', 2],
    ['{\n  "a": "x\n}', 2],
    ["[1, 2", 1],
    ["{}\n{}", 2],
    ['{"a": 01}', 1],
    ["// no comments\n{}", 1],
  ])("in %j is %i", (text, line) => {
    expect(lineOfJsonError(text)).toBe(line);
  });

  it("does not exist exactly if the text is JSON", () => {
    const json = fc
      .json()
      .chain((text) =>
        fc.tuple(
          fc.constant(text),
          fc.nat(text.length),
          fc.constantFrom("", "{", "}", "[", "]", ",", ":", '"', "0", " ", "x"),
        ),
      );
    fc.assert(
      fc.property(json, fc.boolean(), ([text, at, added], replaces) => {
        const changed = text.slice(0, at) + added + text.slice(at + Number(replaces));
        expect(lineOfJsonError(changed) === undefined).toBe(parseJson(changed) !== undefined);
      }),
      { numRuns: 2_000 },
    );
  });

  it("is found at any depth", () => {
    expect(lineOfJsonError("[".repeat(100_000))).toBe(1);
    expect(lineOfJsonError(`${"[".repeat(100_000)}${"]".repeat(100_000)}`)).toBeUndefined();
  });
});
