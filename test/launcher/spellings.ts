import * as fc from "fast-check";
import { REGISTRY_HOST } from "../../src/core/address.ts";

/** The text with each letter in either case. */
const inAnyCase = (text: string): fc.Arbitrary<string> =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((flags) =>
      Array.from(text, (letter, i) => (flags[i] === true ? letter.toUpperCase() : letter)).join(""),
    );

/** Mostly one of the usual values. */
const mostly = (usual: readonly string[], odd: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  );

const segment = fc.oneof(
  {
    weight: 12,
    arbitrary: mostly(
      ["acme", "acme", "beta", "v1", "v2", "x"],
      ["V2", "Acme", "a_b", "-", ".", "..", "", "%61"],
    ),
  },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-z0-9-]{60,66}$/) },
  { weight: 1, arbitrary: fc.string({ maxLength: 3 }) },
);

/** Spellings of DigitalOcean's registry, and texts that are almost one. */
export const spellings: fc.Arbitrary<string> = fc
  .tuple(
    mostly(["", "", "https://", "http://", "HttpS://"], ["https:/", "ftp://", "//", "https://https://"]),
    fc.oneof(
      { weight: 9, arbitrary: fc.oneof(fc.constant(REGISTRY_HOST), inAnyCase(REGISTRY_HOST)) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(`${REGISTRY_HOST}.`, `x.${REGISTRY_HOST}`, `me@${REGISTRY_HOST}`),
      },
    ),
    mostly(["", "", ":443"], [":80", ":0443", ":443:443", ":4430", ":"]),
    fc.array(segment, { maxLength: 3 }).map((segments) => segments.map((one) => `/${one}`).join("")),
    mostly(["", "", "/", "//"], ["/ ", "?", "#x", ":latest", "@sha256:0", "\\", "/a".repeat(250)]),
  )
  .map((parts) => parts.join(""));
