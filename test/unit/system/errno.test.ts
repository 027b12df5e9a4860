import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { HelperError } from "../../../src/core/errors.ts";
import { errorCodeOf, isMissing, isMissingOrForbidden } from "../../../src/system/errno.ts";

const withCode = (code: unknown): Error => Object.assign(new Error("it failed"), { code });

describe("a system error", () => {
  it("has the code that Node gives it", () => {
    let thrown: unknown;
    try {
      readFileSync("/nowhere/at-all");
    } catch (error) {
      thrown = error;
    }
    expect([errorCodeOf(thrown), isMissing(thrown)]).toEqual(["ENOENT", true]);
  });

  it.each([
    new HelperError("internal", "it failed"),
    withCode("ERR_INVALID_ARG_TYPE"),
    withCode(2),
    "ENOENT",
    null,
  ])("is not: %s", (value) => {
    expect([errorCodeOf(value), isMissing(value), isMissingOrForbidden(value)]).toEqual([
      undefined,
      false,
      false,
    ]);
  });

  it.each([
    ["ENOENT", true, true],
    ["ENOTDIR", false, true],
    ["EACCES", false, true],
    ["EPERM", false, true],
    ["EIO", false, false],
  ])("%s means missing: %s, missing or forbidden: %s", (code, missing, missingOrForbidden) => {
    const error = withCode(code);
    expect([isMissing(error), isMissingOrForbidden(error)]).toEqual([missing, missingOrForbidden]);
  });
});
