import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { HelperError } from "../../../src/core/errors.ts";
import { errorCodeOf, isMissing, isAbsence } from "../../../src/system/errno.ts";

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
    expect([errorCodeOf(value), isMissing(value), isAbsence(value)]).toEqual([undefined, false, false]);
  });

  it.each([
    ["ENOENT", true, true],
    ["ENOTDIR", false, true],
    ["EACCES", false, false],
    ["EPERM", false, false],
    ["EIO", false, false],
  ])("%s means missing: %s, absent: %s", (code, missing, absent) => {
    const error = withCode(code);
    expect([isMissing(error), isAbsence(error)]).toEqual([missing, absent]);
  });
});
