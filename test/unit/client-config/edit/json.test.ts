import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type JsonChange, editJson, findInJson } from "../../../../src/client-config/edit/json.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";

const HOST = "registry.digitalocean.com";
const SET_DOCR: JsonChange = { path: ["credHelpers", HOST], value: "docr" };
const ENDED: JsonChange = { path: ["credHelpers"], value: undefined };

const edit = (text: string, ...changes: readonly JsonChange[]): string =>
  editJson(text, changes, "config.json");

/** docker's own, Docker Desktop's, hand-made ones: each as its program lays it out. */
const SHAPES: Readonly<Record<string, readonly [before: string, after: string]>> = {
  "docker's, with tabs": [
    '{\n\t"auths": {\n\t\t"ghcr.io": {}\n\t},\n\t"credsStore": "desktop"\n}',
    `{\n\t"auths": {\n\t\t"ghcr.io": {}\n\t},\n\t"credsStore": "desktop",\n\t"credHelpers": {\n\t\t"${HOST}": "docr"\n\t}\n}`,
  ],
  "two spaces, CRLF and a final line break": [
    '{\r\n  "auths": {},\r\n  "list": [1,\r\n  2]\r\n}\r\n',
    `{\r\n  "auths": {},\r\n  "list": [1,\r\n  2],\r\n  "credHelpers": {\r\n    "${HOST}": "docr"\r\n  }\r\n}\r\n`,
  ],
  "four spaces with another helper": [
    '{\n    "credHelpers": {\n        "gcr.io": "gcloud"\n    }\n}\n',
    `{\n    "credHelpers": {\n        "gcr.io": "gcloud",\n        "${HOST}": "docr"\n    }\n}\n`,
  ],
  "one line": ['{"auths":{},"x":1}', `{"auths":{},"x":1,"credHelpers":{"${HOST}":"docr"}}`],
  "one airy line": [
    '{ "auths": {}, "x": 1 }\n',
    `{ "auths": {}, "x": 1, "credHelpers": {"${HOST}": "docr"} }\n`,
  ],
  "an empty object": ["{}", `{\n\t"credHelpers": {\n\t\t"${HOST}": "docr"\n\t}\n}`],
  "an empty object inside": [
    '{\n  "credHelpers": {}\n}',
    `{\n  "credHelpers": {\n    "${HOST}": "docr"\n  }\n}`,
  ],
  "an empty text": ["", `{\n\t"credHelpers": {\n\t\t"${HOST}": "docr"\n\t}\n}`],
  "a null, which is nothing to Go": [
    '{\n\t"credHelpers": null\n}',
    `{\n\t"credHelpers": {\n\t\t"${HOST}": "docr"\n\t}\n}`,
  ],
  "a byte order mark": ["\uFEFF{}\n", `\uFEFF{\n\t"credHelpers": {\n\t\t"${HOST}": "docr"\n\t}\n}\n`],
  "a field in another case": [
    `{"CredHelpers": {"${HOST}": "other"}}`,
    `{"CredHelpers": {"${HOST}": "docr"}}`,
  ],
};

const meaning = (text: string): unknown => JSON.parse(text.replace("\uFEFF", ""));

describe("an edit of JSON", () => {
  it.each(Object.entries(SHAPES))("sets a key in %s and leaves every other byte", (_, [before, after]) => {
    expect(edit(before, SET_DOCR)).toBe(after);
  });

  it.each(Object.entries(SHAPES))("changes nothing when the key in %s is set again", (_, [, after]) => {
    expect(edit(after, SET_DOCR)).toBe(after);
  });

  it("removes keys at the start, in the middle and at the end", () => {
    const text = '{\n  "a": 1,\n  "b": {"x": 2, "y": 3},\n  "c": 4\n}\n';
    const without = (...path: string[]): string => edit(text, { path, value: undefined });
    expect(without("a")).toBe('{\n  "b": {"x": 2, "y": 3},\n  "c": 4\n}\n');
    expect(without("b")).toBe('{\n  "a": 1,\n  "c": 4\n}\n');
    expect(without("c")).toBe('{\n  "a": 1,\n  "b": {"x": 2, "y": 3}\n}\n');
    expect(without("b", "x")).toBe('{\n  "a": 1,\n  "b": {"y": 3},\n  "c": 4\n}\n');
    expect(without("d")).toBe(text);
    expect(without("d", "x")).toBe(text);
    expect(without("a", "x")).toBe(text);
  });

  it("replaces a value of any kind in place", () => {
    const text = '{"auths": {"h": {"auth": "eDp5"}, "k": {}}}';
    expect(edit(text, { path: ["auths", "h"], value: {} })).toBe('{"auths": {"h": {}, "k": {}}}');
  });

  it.each([
    ["a comment at the end", '{"a": 1} // mine', "config.json has comments, which no client accepts"],
    ["a comment", '{"a": 1, /* mine */ "b": 2}', "config.json has comments, which no client accepts"],
    ["a final comma", '{"a": 1,}', "config.json is not valid JSON (line 1)"],
    ["an unfinished object", '{"a": 1', "config.json is not valid JSON (line 1)"],
    ["two objects", "{} {}", "config.json is not valid JSON (line 1)"],
    ["a word", "nonsense", "config.json is not valid JSON (line 1)"],
    ["null", "null", "config.json is not a JSON object"],
    ["a list", "[1]", "config.json is not a JSON object"],
    ["a string as the parent", '{"credHelpers": "x"}', "credHelpers in config.json is not an object"],
    ["a list as the parent", '{"credHelpers": ["x"]}', "credHelpers in config.json is not an object"],
    ["two spellings", '{"credHelpers": {}, "credhelpers": {}}', "config.json has a duplicate key"],
    ["a key twice", `{"credHelpers": {"${HOST}": "a", "${HOST}": "b"}}`, "config.json has a duplicate key"],
    ["deep nesting", "[".repeat(200_000) + "]".repeat(200_000), "config.json is nested too deeply"],
  ])("rejects %s", async (_title, text, message) => {
    expect(await failureOf(() => edit(text, SET_DOCR))).toEqual({ code: "client-config", message });
  });

  it("finds the value at a path, and none in a null", () => {
    const text = '\uFEFF{"CREDSSTORE": "x", "auths": {"h": {"n": null}}}';
    expect(findInJson(text, ["credsStore"], "config.json")).toBe("x");
    expect(findInJson(text, ["auths", "h", "n"], "config.json")).toBe(undefined);
    expect(findInJson(text, ["auths", "H"], "config.json")).toBe(undefined);
    expect(findInJson(text, ["credsStore", "x"], "config.json")).toBe(undefined);
    expect(findInJson("", ["x"], "config.json")).toBe(undefined);
  });

  /** Any object, laid out in any of the usual ways. */
  const texts = fc
    .tuple(
      fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 }),
      fc.constantFrom(undefined, 2, 4, "\t"),
      fc.constantFrom("\n", "\r\n"),
      fc.constantFrom("", "\n"),
      fc.constantFrom("", "\uFEFF"),
    )
    .filter(([value]) => Object.keys(value).every((key) => key.toLowerCase() !== "credhelpers"))
    .map(([value, indent, lineBreak, end, mark]) => {
      return mark + (JSON.stringify(value, null, indent) + end).replaceAll("\n", lineBreak);
    });

  it("changes only the key in the meaning of any text", () => {
    fc.assert(
      fc.property(texts, (before) => {
        const after = edit(before, SET_DOCR);
        expect(meaning(after)).toEqual({ ...Object(meaning(before)), credHelpers: { [HOST]: "docr" } });
      }),
    );
  });

  it("restores the same bytes when the key is removed again", () => {
    fc.assert(
      fc.property(texts, (before) => {
        expect(edit(edit(before, SET_DOCR), ENDED)).toBe(before);
      }),
    );
  });
});
