import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseChallenges } from "../../../src/oci/challenges.ts";

const read = (header: string | readonly string[] | undefined) =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

const quote = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;

describe("a challenge", () => {
  it.each<[string, unknown]>([
    ['Basic realm="basic-realm"', [["basic", { realm: "basic-realm" }]]],
    ["Basic", [["basic", {}]]],
    ["Negotiate abc==", [["negotiate", {}]]],
    [
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push"',
      [
        [
          "bearer",
          {
            realm: "https://auth.docker.io/token",
            service: "registry.docker.io",
            scope: "repository:a/b:pull,push",
          },
        ],
      ],
    ],
    ['bearer Realm = "x" , SERVICE=y', [["bearer", { realm: "x", service: "y" }]]],
    ['Bearer realm="a \\"b\\" \\\\ c"', [["bearer", { realm: 'a "b" \\ c' }]]],
    ['Bearer realm="a",realm="b"', [["bearer", { realm: "a" }]]],
    ['Bearer realm=""', [["bearer", { realm: "" }]]],
    ['Bearer service="x,realm=\\"y\\""', [["bearer", { service: 'x,realm="y"' }]]],
    ["Bearer realm=https://a.example/token", [["bearer", { realm: "https://a.example/token" }]]],
    [
      'Negotiate, Basic realm="a", Bearer realm="b",service="c"',
      [
        ["negotiate", {}],
        ["basic", { realm: "a" }],
        ["bearer", { realm: "b", service: "c" }],
      ],
    ],
    [
      'Negotiate abc=, Basic realm="a"',
      [
        ["negotiate", {}],
        ["basic", { realm: "a" }],
      ],
    ],
    [' , ,Basic realm="a",,', [["basic", { realm: "a" }]]],
  ])("is read from %s", (header, challenges) => {
    expect(read(header)).toEqual(challenges);
  });

  it("may have a line of its own among other lines", () => {
    expect(read(['Basic realm="a"', 'Bearer realm="b"'])).toEqual([
      ["basic", { realm: "a" }],
      ["bearer", { realm: "b" }],
    ]);
  });

  it.each([
    [undefined, []],
    ["", []],
    ['"quoted"', []],
    ['Basic realm="never closed', [["basic", {}]]],
    ['Basic realm="a" = , Bearer realm="b"', [["basic", { realm: "a" }]]],
  ])("is read up to the first malformed one: %j", (header, challenges) => {
    expect(read(header)).toEqual(challenges);
  });

  it("is read back with any values", () => {
    const value = fc.string().filter((text) => !/[\r\n]/.test(text));
    fc.assert(
      fc.property(value, value, (realm, service) => {
        expect(read(`Bearer realm=${quote(realm)},service=${quote(service)}`)).toEqual([
          ["bearer", { realm, service }],
        ]);
      }),
    );
  });

  it("parses any header without failing", () => {
    const piece = fc.constantFrom("Bearer", " ", ",", "=", '"', "realm", "\\", "a", "==", "/");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        expect(read(pieces.join("")).length).toBeLessThanOrEqual(pieces.length);
      }),
    );
  });
});
