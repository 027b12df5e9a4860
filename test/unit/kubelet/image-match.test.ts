import { describe, expect, it } from "vitest";
import { hostOf, matchesImage, matchingKeys } from "../../../src/kubelet/image-match.ts";
import { PATTERN_CASES } from "../../support/kubelet-forms.ts";

const IMAGE = "registry.digitalocean.com/acme/app";

describe("a pattern of images", () => {
  // The suite `engines` asks the kubelet's own code about each case.
  it.each(PATTERN_CASES)("$pattern, asked for $image: $matches", ({ pattern, image, matches }) => {
    expect(matchesImage(pattern, image)).toBe(matches);
  });

  it.each(["", "https://registry.digitalocean.com"])("%j, which is none, matches nothing", (pattern) => {
    expect(matchesImage(pattern, IMAGE)).toBe(false);
  });
});

describe("the keys of a response", () => {
  it("are tried in reverse order, without scheme and API version", () => {
    const keys = ["https://registry.digitalocean.com/v2/", "registry.digitalocean.com/acme/", "*", "quay.io"];
    expect(matchingKeys(keys, IMAGE)).toEqual(["registry.digitalocean.com/acme/", keys[0]]);
  });

  it("have a host in front of the first slash", () => {
    expect([hostOf(IMAGE), hostOf("localhost:5000")]).toEqual([
      "registry.digitalocean.com",
      "localhost:5000",
    ]);
  });
});
