import { describe, expect, it } from "vitest";
import { parseConfigFile } from "../../../src/config/config-file.ts";

const PATH = "/home/ann/.config/docr/config.json";
const parse = (text: string) => parseConfigFile(text, PATH);
const FIELDS = "the fields are context, contexts, fallback and store";

describe("the config file", () => {
  it("has four fields, each optional, and context names in lower case", () => {
    const text = '{"context":"Work","contexts":{"acme":"Home"},"fallback":"pass","store":"file"}';
    expect(parse(text)).toEqual({
      path: PATH,
      context: "work",
      contexts: { acme: "home" },
      fallback: "pass",
      store: "file",
    });
    expect(parse("{}")).toEqual({ path: PATH });
  });

  it.each([
    ['{\n  "context": "work",\n  "contxt": "x"\n}', 3, 'unknown field "contxt"', 'did you mean "context"?'],
    ['{\n  "stor": "file"\n}', 2, 'unknown field "stor"', 'did you mean "store"?'],
    ['{"registry": "acme"}', 1, 'unknown field "registry"', FIELDS],
    ['{\n\n"hunter2 was here": 1}', 3, "unknown field", FIELDS],
  ])("%j has an unknown field, which the error names with a suggestion", (text, line, message, hint) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({ code: "bad-setting", message: `${PATH} line ${line}: ${message}`, hint }),
    );
  });

  it.each([
    ['{\n  "context": "work",\n}', "line 3: not valid JSON"],
    ['{\n  "context": 1\n}', 'line 2: "context" must be a string'],
    [
      '{"context": "a b"}',
      'line 1: "context" must be 1 to 64 letters, digits, dots, hyphens and underscores',
    ],
    ['{"store": true}', 'line 1: "store" must be a string'],
    ['{\n"contexts": []}', 'line 2: "contexts" must be an object with a context for each registry'],
    [
      '{"contexts": {"A_B": "x"}}',
      'line 1: "contexts" must be an object whose keys are registry names (a-z, 0-9 and -)',
    ],
    ['{"contexts": {\n"acme": 1}}', 'line 2: "acme" must be a string'],
    ['{"context": "contexts", "x": 1, "contexts":\n\n2}', 'line 1: unknown field "x"'],
  ])("%j is rejected at its line", (text, message) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({ code: "bad-setting", message: `${PATH} ${message}` }),
    );
  });

  it.each(["[]", "null", "1"])("%s is no object", (text) => {
    expect(() => parse(text)).toThrow(`${PATH} is not a JSON object`);
  });
});
