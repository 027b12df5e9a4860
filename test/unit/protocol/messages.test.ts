import { describe, expect, it } from "vitest";
import { NOT_FOUND } from "../../../src/core/not-found.ts";
import * as messages from "../../../src/protocol/messages.ts";

describe("the protocol's strings", () => {
  it("are the ones that clients compare, byte for byte", () => {
    expect({ ...messages, NOT_FOUND }).toMatchObject({
      NOT_FOUND: "credentials not found in native keychain",
      NO_SERVER_URL: "no credentials server URL",
      NO_USERNAME: "no credentials username",
      HELPER_NAME: "docker-credential-docr",
      USAGE: "Usage: docker-credential-docr <store|get|erase|list|version>",
    });
  });
});

describe("an unknown action", () => {
  it.each([
    ["fetch", "fetch"],
    ["a\nb\u001b[2Jé", "a?b?[2J?"],
    ["x".repeat(24), "x".repeat(24)],
    ["x".repeat(25), "..."],
  ])("%j is printed as %s: without control characters, and not at a token's length", (word, shown) => {
    expect(messages.unknownActionMessage(word)).toBe(`docker-credential-docr: unknown action: ${shown}`);
  });
});
