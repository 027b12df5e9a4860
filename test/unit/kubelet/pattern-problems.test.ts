import { describe, expect, it } from "vitest";
import { checkPattern } from "../../../src/kubelet/pattern-problems.ts";

describe("a pattern in the configuration", () => {
  it.each([
    "registry.digitalocean.com",
    "registry.digitalocean.com/acme/",
    "*.digitalocean.com",
    "localhost:5000",
  ])("%s is good", (pattern) => {
    expect(checkPattern(pattern)).toEqual([]);
  });

  it.each([
    ["registry.digitalocean.com/*", "* stands for itself"],
    ["https://registry.digitalocean.com", "no scheme"],
    ["*", "full stop"],
    ["", "empty"],
    ["registry.digitalocean.com/ACME/", "lower case"],
    ["registry.digitalocean.com/acme", 'also matches "registry.digitalocean.com/acme-other/app"'],
  ])("%j has a problem that the kubelet does not report", (pattern, what) => {
    expect(checkPattern(pattern)).toEqual([
      { severity: "warning", what: expect.stringContaining(what), next: expect.any(String) },
    ]);
  });
});
