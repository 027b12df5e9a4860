import { expect, it } from "vitest";
import { printable } from "../../../src/core/text.ts";

it("printable text contains no terminal sequence", () => {
  expect(printable("a\u001b[2J\u009b1mb\u007f\nü")).toBe("a?[2J?1mb??ü");
});
