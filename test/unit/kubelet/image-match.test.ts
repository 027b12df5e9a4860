import { describe, expect, it } from "vitest";
import { hostOf, matchesImage, matchingKeys } from "../../../src/kubelet/image-match.ts";

const IMAGE = "registry.digitalocean.com/acme/app";

describe("a pattern of images", () => {
  // kubernetes/kubernetes, pkg/credentialprovider/keyring_test.go, TestUrlsMatch.
  it.each([
    ["*.kubernetes.io", "prefix.kubernetes.io", true],
    ["prefix.*.io", "prefix.kubernetes.io", true],
    ["prefix.kubernetes.*", "prefix.kubernetes.io", true],
    ["*-good.kubernetes.io", "prefix-good.kubernetes.io", true],
    ["*.kubernetes.io/blah", "prefix.kubernetes.io/blah", true],
    ["prefix.*.io/foo", "prefix.kubernetes.io/foo/bar", true],
    ["*.kubernetes.io:1111/blah", "prefix.kubernetes.io:1111/blah", true],
    ["prefix.*.io:1111/foo", "prefix.kubernetes.io:1111/foo/bar", true],
    ["*.kubernetes.io", "kubernetes.io", false],
    ["*.*.kubernetes.io", "prefix.kubernetes.io", false],
    ["*.*.kubernetes.io", "kubernetes.io", false],
    ["kubernetes.io", "kubernetes.com", false],
    ["k*.io", "quay.io", false],
    ["*.kubernetes.io:1234/blah", "prefix.kubernetes.io:1111/blah", false],
    ["prefix.*.io/foo", "prefix.kubernetes.io:1111/foo/bar", false],
  ])("%s, asked for %s: %s, as upstream tests it", (pattern, image, expected) => {
    expect(matchesImage(pattern, image)).toBe(expected);
  });

  it.each([
    "registry.digitalocean.com",
    "registry.digitalocean.com/acme",
    "registry.digitalocean.com/acme/",
    "*.digitalocean.com",
    "*.*.*",
    "reg*.digitalocean.com",
    "registr?.digitalocean.com",
    "registry.digital[a-o]cean.com",
  ])("%s matches an image at DigitalOcean", (pattern) => {
    expect(matchesImage(pattern, IMAGE)).toBe(true);
  });

  it.each([
    "registry.digitalocean.com/*",
    "*.com",
    "*",
    "",
    "registry.digitalocean.com:443",
    "registry.digitalocean.com/ACME",
    "https://registry.digitalocean.com",
    "registry.digitalocean.[com",
  ])("%j matches none", (pattern) => {
    expect(matchesImage(pattern, IMAGE)).toBe(false);
  });

  it("without a port does not match an image with one", () => {
    expect(matchesImage("registry.digitalocean.com", "registry.digitalocean.com:443/acme/app")).toBe(false);
  });

  it("has no boundary at the end of its path", () => {
    const other = "registry.digitalocean.com/acme-evil/app";
    expect(matchesImage("registry.digitalocean.com/acme", other)).toBe(true);
    expect(matchesImage("registry.digitalocean.com/acme/", other)).toBe(false);
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
