import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextPage, parseTags } from "../../../src/oci/tags.ts";
import { failureOfSync } from "../../support/fakes/failure-of.ts";

const PAGE = new URL("https://registry.example/v2/a/b/tags/list?n=2");
const next = (header: string | readonly string[] | undefined): string | undefined =>
  nextPage(header, PAGE, "registry.example")?.href;

describe("a page of tags", () => {
  it.each<[string, readonly string[]]>([
    ['{"name":"a/b","tags":["v1","latest"]}', ["v1", "latest"]],
    ['{"tags":[]}', []],
    ['{"tags":null}', []],
  ])("is read from %s", (body, tags) => {
    expect(parseTags(body, "registry.example")).toEqual(tags);
  });

  it.each(["", "{}", "[]", '{"tags":"v1"}', '{"tags":[1]}', '{"tags":["a\\u001b[2J"]}', '{"tags":[""]}'])(
    "is not %j",
    (body) => {
      expect(failureOfSync(() => parseTags(body, "registry.example"))).toEqual({
        code: "registry-malformed",
        message: "registry.example sent an invalid response: an invalid list of tags",
      });
    },
  );
});

describe("the next page", () => {
  it.each([
    ['</v2/a/b/tags/list?last=b&n=2>; rel="next"', "https://registry.example/v2/a/b/tags/list?last=b&n=2"],
    ["<?last=b>; rel=next", "https://registry.example/v2/a/b/tags/list?last=b"],
    [
      '<https://registry.example/v2/a/b/tags/list?last=b>; title="x, y"; rel="prev next"',
      "https://registry.example/v2/a/b/tags/list?last=b",
    ],
    ['</first>; rel="first", </next>; rel="next"', "https://registry.example/next"],
  ])("is at the URL in %s", (header, url) => {
    expect(next(header)).toBe(url);
    expect(next(["</last>; rel=last", header])).toBe(url);
  });

  it.each([
    undefined,
    "",
    '</v2/>; rel="prev"',
    "</v2/>",
    "next",
    '</v2/>; title="next"',
    '</v2/>; rel="nextish"',
  ])("is undefined for the header %j", (header) => {
    expect(next(header)).toBeUndefined();
  });

  it.each([
    "https://evil.example/v2/",
    "http://registry.example/v2/",
    "//evil.example/",
    "https://registry.example:8443/",
    "https://registry.example@evil.example/",
    "https://",
  ])("is not taken from another origin: %s", (target) => {
    expect(failureOfSync(() => next(`<${target}>; rel="next"`))?.code).toBe("registry-malformed");
  });

  it("is on the page's own origin, or rejected, for any header", () => {
    const piece = fc.constantFrom(
      "<",
      ">",
      ";",
      "rel",
      "=",
      "next",
      '"',
      ",",
      "//evil.example",
      "/v2",
      "https:",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        let found: string | undefined;
        const failure = failureOfSync(() => void (found = next(pieces.join(""))));
        expect(failure?.code ?? "registry-malformed").toBe("registry-malformed");
        expect(found ?? "https://registry.example/").toMatch(/^https:\/\/registry\.example\//);
      }),
    );
  });
});
