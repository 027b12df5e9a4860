import { describe, expect, it } from "vitest";
import { HelperError, isHelperError } from "../../../src/core/errors.ts";

describe("a HelperError", () => {
  it("has a code, a message and a cause", () => {
    const cause = new Error("detail");
    const error = new HelperError("keychain-locked", "the keychain is locked", { cause });
    expect(error).toMatchObject({ code: "keychain-locked", message: "the keychain is locked", cause });
  });

  it("is recognized by its name, whichever copy of the class created it", () => {
    class Copy extends Error {
      override readonly name = "HelperError";
      readonly code = "not-found";
    }
    expect(isHelperError(new HelperError("not-found", "text"))).toBe(true);
    expect(isHelperError(new Copy("text"))).toBe(true);
  });

  it.each([
    ["an error of the system", Object.assign(new Error("ENOENT"), { code: "ENOENT" })],
    ["a name without a code", Object.assign(new Error("text"), { name: "HelperError" })],
    ["an object that looks like one", { name: "HelperError", code: "not-found", message: "text" }],
    ["nothing", undefined],
  ])("is not %s", (_title, value) => {
    expect(isHelperError(value)).toBe(false);
  });
});
