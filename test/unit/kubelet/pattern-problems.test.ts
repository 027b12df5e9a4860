import { describe, expect, it } from "vitest";
import { checkPattern } from "../../../src/kubelet/pattern-problems.ts";
import { DOUBTFUL_PATTERNS, INVALID_PATTERNS } from "../../support/kubelet-forms.ts";

const HOST = "registry.digitalocean.com";

describe("a pattern in the configuration", () => {
  it.each([HOST, `${HOST}/acme/`, `${HOST}/`, "*.digitalocean.com", "localhost:5000", "[::1]:5000"])(
    "%s is good",
    (pattern) => {
      expect(checkPattern(pattern)).toEqual([]);
    },
  );

  // The suite `engines` asks the kubelet's own code about each.
  it.each(INVALID_PATTERNS)("%j keeps the kubelet from starting", (pattern) => {
    expect(checkPattern(pattern)).toEqual([expect.objectContaining({ severity: "error" })]);
  });

  it.each(DOUBTFUL_PATTERNS)("%j has a problem that the kubelet does not report", (pattern) => {
    expect(checkPattern(pattern)).toEqual([expect.objectContaining({ severity: "warning" })]);
  });

  it("without a slash at its end also matches other registries", () => {
    expect(checkPattern(`${HOST}/acme`)).toEqual([
      {
        severity: "warning",
        what: `the pattern "${HOST}/acme" also matches "${HOST}/acme-other/app"`,
        next: "add a slash at its end",
      },
    ]);
  });
});
