import { describe, expect, it } from "vitest";
import { checkedDigest, digestOf } from "../../../src/oci/digests.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";

const BYTES = Buffer.from("hello\n");
/** As coreutils' sha256sum and sha512sum have them. */
const SHA256 = "sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
const SHA512 =
  "sha512:e7c22b994c59d9cf2b48e549b1e24666636045930d3da7c1acb299d1c3b7f931f94aae41edda2c2b207a36e10f8bcb8d45223e54878f5b316e7ce3b6bc019629";

describe("a digest", () => {
  it("is SHA-256 by default", () => {
    expect(digestOf(BYTES)).toBe(SHA256);
    expect(digestOf(BYTES, "sha512")).toBe(SHA512);
  });

  it("is the first expected one if all expected ones match", () => {
    expect(checkedDigest(BYTES, [undefined, SHA512, SHA256], "a.example")).toBe(SHA512);
    expect(checkedDigest(BYTES, [undefined], "a.example")).toBe(SHA256);
  });

  it.each([
    [SHA256.replace("5", "6")],
    [SHA512, SHA256.replace("5", "6")],
    ["md5:0"],
    [SHA256.toUpperCase()],
  ])("that does not match is an error: %s %s", async (...expected) => {
    expect(await failureOf(() => checkedDigest(BYTES, expected, "a.example"))).toEqual({
      code: "registry-digest-mismatch",
      message: "a.example sent content that does not match its digest",
    });
  });
});
