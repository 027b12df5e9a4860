import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../../../src/app/startup/sha256.ts";

const theirs = (text: string): string => createHash("sha256").update(text).digest("hex");

describe("SHA-256", () => {
  it.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
    ["a".repeat(1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"],
  ])("has the digests of FIPS 180", (text, digest) => {
    expect(sha256(text)).toBe(digest);
  });

  it("equals Node's for every length near the end of a block", () => {
    for (let length = 0; length < 300; length += 1) {
      const text = "x".repeat(length);
      expect([length, sha256(text)]).toEqual([length, theirs(text)]);
    }
  });

  it("equals Node's for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => {
        expect(sha256(text)).toBe(theirs(text));
      }),
      { numRuns: 3000 },
    );
  });
});
