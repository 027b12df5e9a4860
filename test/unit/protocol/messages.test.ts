import { describe, expect, it } from "vitest";
import * as messages from "../../../src/protocol/messages.ts";

describe("the protocol's strings", () => {
  it("are what clients compare, letter for letter", () => {
    expect(messages).toMatchObject({
      NOT_FOUND: "credentials not found in native keychain",
      NO_SERVER_URL: "no credentials server URL",
      NO_USERNAME: "no credentials username",
      HELPER_NAME: "docker-credential-docr",
      USAGE: "Usage: docker-credential-docr <store|get|erase|list|version>",
    });
  });
});
