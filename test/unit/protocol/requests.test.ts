import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseServerUrl, parseStoreRequest } from "../../../src/protocol/requests.ts";
import { failureOf, failureOfSync } from "../../support/fakes/failure-of.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);

const GOOD = { ServerURL: "ghcr.io", Username: "sammy", Secret: "hunter2" };

/** What `store` reads of the text, with its secret opened. */
function read(text: string): readonly [serverUrl: string, username: string, secret: string] {
  const { serverUrl, username, secret } = parseStoreRequest(bytes(text));
  return [serverUrl, username, secret.reveal()];
}

/** A good request of that many bytes. */
function padded(length: number): string {
  const bare = JSON.stringify({ ...GOOD, Secret: "" });
  return JSON.stringify({ ...GOOD, Secret: "x".repeat(length - bare.length) });
}

const TOO_LARGE = { code: "input-too-large", message: "stdin holds 64 KiB or more" };
const NOT_TEXT = { code: "input-not-text", message: "stdin is not UTF-8 text" };
const MISSING = { code: "input-missing", message: "stdin is empty" };
const NOT_JSON = { code: "input-not-json", message: "stdin is not one JSON object" };
const NOT_AN_OBJECT = { code: "input-wrong-type", message: "stdin is JSON, but not an object" };
const NO_SERVER_URL = { code: "no-server-url", message: "no credentials server URL" };
const NO_USERNAME = { code: "no-username", message: "no credentials username" };
const BAD_ADDRESS = {
  code: "input-bad-address",
  message: "the server URL has control characters in it",
};

describe("the server URL of get and erase", () => {
  it.each([
    ["ghcr.io", "ghcr.io"],
    ["ghcr.io\n", "ghcr.io"],
    ["ghcr.io\r\n", "ghcr.io"],
    [" \t\v\f\r\n ghcr.io \t\v\f\r\n ", "ghcr.io"],
    ["https://index.docker.io/v1/", "https://index.docker.io/v1/"],
    ["a b", "a b"],
    ["\u00a0ghcr.io\u3000", "\u00a0ghcr.io\u3000"],
    ["\uFEFFghcr.io", "\uFEFFghcr.io"],
    ["bücher.example", "bücher.example"],
    ['{"ServerURL":"ghcr.io"}', '{"ServerURL":"ghcr.io"}'],
  ])("is read from %j as %j", (text, serverUrl) => {
    expect(parseServerUrl(bytes(text))).toBe(serverUrl);
  });

  it.each(["", "\n", " \t\r\n"])("is missing in %j", async (text) => {
    expect(await failureOf(() => parseServerUrl(bytes(text)))).toEqual(NO_SERVER_URL);
  });

  it.each(["ghcr.io\nevil.example", "ghcr\tio", "ghcr.io\0", "\0", "ghcr.io\u007f", "\u001b[2J"])(
    "is rejected with control characters: %j",
    async (text) => {
      expect(await failureOf(() => parseServerUrl(bytes(text)))).toEqual(BAD_ADDRESS);
    },
  );

  it.each([
    ["half a character", [0x67, 0xc3]],
    ["a byte that is none", [0xff]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
    ["an overlong slash", [0xc0, 0xaf]],
  ])("is rejected as %s", async (_title, input) => {
    expect(await failureOf(() => parseServerUrl(Uint8Array.from(input)))).toEqual(NOT_TEXT);
  });

  it("may be a byte short of 64 KiB, and no longer", async () => {
    expect(parseServerUrl(bytes("a".repeat(65_535)))).toHaveLength(65_535);
    expect(await failureOf(() => parseServerUrl(bytes("a".repeat(65_536))))).toEqual(TOO_LARGE);
    expect(await failureOf(() => parseServerUrl(bytes(" ".repeat(70_000))))).toEqual(TOO_LARGE);
  });
});

describe("a store request", () => {
  it("is read with docker's escapes and line break", () => {
    const line = '{"ServerURL":"ghcr.io","Username":"\\u003ctoken\\u003e","Secret":"a\\u0026b"}\n';
    expect(read(line)).toEqual(["ghcr.io", "<token>", "a&b"]);
  });

  it.each([
    ["without a secret", '{"ServerURL":"ghcr.io","Username":"sammy"}', ["ghcr.io", "sammy", ""]],
    [
      "with an empty secret",
      '{"ServerURL":"ghcr.io","Username":"sammy","Secret":""}',
      ["ghcr.io", "sammy", ""],
    ],
    [
      "with null for the secret",
      '{"ServerURL":"ghcr.io","Username":"sammy","Secret":null}',
      ["ghcr.io", "sammy", ""],
    ],
    ["in lower case", '{"serverurl":"ghcr.io","username":"sammy","secret":"x"}', ["ghcr.io", "sammy", "x"]],
    ["in upper case", '{"SERVERURL":"ghcr.io","USERNAME":"sammy","SECRET":"x"}', ["ghcr.io", "sammy", "x"]],
    [
      "with a field twice",
      '{"ServerURL":"a","serverURL":"ghcr.io","Username":"sammy"}',
      ["ghcr.io", "sammy", ""],
    ],
    [
      "with null after a value",
      '{"ServerURL":"ghcr.io","serverurl":null,"Username":"sammy"}',
      ["ghcr.io", "sammy", ""],
    ],
    [
      "with unknown fields",
      '{"ServerURL":"ghcr.io","Username":"sammy","More":[1,{}]}',
      ["ghcr.io", "sammy", ""],
    ],
    [
      "with an object's own names",
      '{"__proto__":{"username":"x"},"constructor":1,"ServerURL":"a","Username":"b"}',
      ["a", "b", ""],
    ],
    ["over several lines", '{\n"ServerURL":"ghcr.io",\n"Username":"sammy"\n}\n', ["ghcr.io", "sammy", ""]],
    [
      "with white space, which stays",
      '{"ServerURL":" ghcr.io ","Username":" ","Secret":" \\n"}',
      [" ghcr.io ", " ", " \n"],
    ],
    [
      "with a NUL in the secret",
      '{"ServerURL":"ghcr.io","Username":"sammy","Secret":"a\\u0000b"}',
      ["ghcr.io", "sammy", "a\0b"],
    ],
    [
      "with lone surrogates",
      '{"ServerURL":"ghcr.io","Username":"\\ud83d","Secret":"a\\udc00b"}',
      ["ghcr.io", "\ufffd", "a\ufffdb"],
    ],
    [
      "with a pair of surrogates",
      '{"ServerURL":"ghcr.io","Username":"\\ud83d\\udc0b"}',
      ["ghcr.io", "🐋", ""],
    ],
  ])("is read %s", (_title, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each([
    ["nothing", "", MISSING],
    ["white space", " \n\t", MISSING],
    ["a bare address", "ghcr.io", NOT_JSON],
    ["half an object", '{"ServerURL":"ghcr.io","Secret":"hunter2', NOT_JSON],
    ["two objects", '{"ServerURL":"a","Username":"b"}{}', NOT_JSON],
    ["a byte order mark", '\uFEFF{"ServerURL":"a","Username":"b"}', NOT_JSON],
    ["a list", '[{"ServerURL":"a","Username":"b"}]', NOT_AN_OBJECT],
    ["a string", '"ghcr.io"', NOT_AN_OBJECT],
    ["a number", "17", NOT_AN_OBJECT],
    ["null", "null", NOT_AN_OBJECT],
    ["an empty object", "{}", NO_SERVER_URL],
    ["an empty server URL", '{"ServerURL":"","Username":"b"}', NO_SERVER_URL],
    ["neither server URL nor user name", '{"Secret":"x"}', NO_SERVER_URL],
    ["no user name", '{"ServerURL":"a","Secret":"x"}', NO_USERNAME],
    ["an empty user name", '{"ServerURL":"a","Username":"","Secret":"x"}', NO_USERNAME],
    ["a NUL in the server URL", '{"ServerURL":"a\\u0000","Username":"b"}', BAD_ADDRESS],
    ["a line break in the server URL", '{"ServerURL":"a\\nb","Username":"b"}', BAD_ADDRESS],
    [
      "a number for the server URL",
      '{"ServerURL":17,"Username":"b"}',
      { code: "input-wrong-type", message: "the request's ServerURL is not a string" },
    ],
    [
      "a list for the user name",
      '{"ServerURL":"a","username":["b"]}',
      { code: "input-wrong-type", message: "the request's Username is not a string" },
    ],
    [
      "an object for the secret",
      '{"ServerURL":"a","Username":"b","SECRET":{"hunter2":1}}',
      { code: "input-wrong-type", message: "the request's Secret is not a string" },
    ],
    [
      "a boolean for the secret",
      '{"ServerURL":"a","Username":"b","Secret":false}',
      { code: "input-wrong-type", message: "the request's Secret is not a string" },
    ],
  ])("is rejected with %s", async (_title, text, expected) => {
    expect(await failureOf(() => parseStoreRequest(bytes(text)))).toEqual(expected);
  });

  it("is rejected if it is not UTF-8", async () => {
    const input = Buffer.concat([
      bytes('{"ServerURL":"'),
      Uint8Array.from([0xff]),
      bytes('","Username":"b"}'),
    ]);
    expect(await failureOf(() => parseStoreRequest(input))).toEqual(NOT_TEXT);
  });

  it("may be a byte short of 64 KiB, and no longer", async () => {
    expect(read(padded(65_535))[2].length).toBeGreaterThan(65_000);
    expect(await failureOf(() => parseStoreRequest(bytes(padded(65_536))))).toEqual(TOO_LARGE);
  });

  it("that is not JSON is rejected without V8's message, which quotes the secret", () => {
    let cause: unknown = "none";
    try {
      parseStoreRequest(bytes("hunter2"));
    } catch (error) {
      cause = error instanceof Error ? error.cause : "none";
    }
    expect(cause).toBeUndefined();
  });

  it("can hold every login that JSON can represent", () => {
    const text = fc.string({ unit: "binary", maxLength: 40 });
    const address = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(address, text, text, (serverUrl, username, secret) => {
        fc.pre(!/[\u0000-\u001f\u007f]/.test(serverUrl) && username !== "");
        const request = JSON.stringify({ ServerURL: serverUrl, Username: username, Secret: secret });
        expect(read(request)).toEqual([serverUrl, username, secret].map((one) => one.toWellFormed()));
      }),
    );
  });
});

const CODES: ReadonlySet<string> = new Set([
  "input-too-large",
  "input-not-text",
  "input-missing",
  "input-not-json",
  "input-wrong-type",
  "input-bad-address",
  "no-server-url",
  "no-username",
]);

describe("any bytes", () => {
  const anyBytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.string({ unit: "binary" }).map(bytes),
    fc.json().map(bytes),
    fc
      .record(
        { ServerURL: fc.jsonValue(), Username: fc.jsonValue(), Secret: fc.jsonValue() },
        { requiredKeys: [] },
      )
      .map((value) => bytes(JSON.stringify(value))),
  );

  it("give a server URL that is neither empty nor has control characters, or a coded error", () => {
    fc.assert(
      fc.property(anyBytes, (input) => {
        let serverUrl = "none";
        const failure = failureOfSync(() => (serverUrl = parseServerUrl(input)));
        expect(serverUrl).toMatch(/^[^\u0000-\u001f\u007f]+$/);
        expect(CODES).toContain(failure?.code ?? "no-server-url");
      }),
      { numRuns: 2000 },
    );
  });

  it("give a whole store request, or a coded error that shows none of them", () => {
    fc.assert(
      fc.property(anyBytes, (input) => {
        const failure = failureOfSync(() => {
          const { serverUrl, username } = parseStoreRequest(input);
          expect([serverUrl, username]).not.toContain("");
        });
        expect(CODES).toContain(failure?.code ?? "no-username");
        expect(failure?.message ?? "").not.toMatch(/[^\x20-\x7e]/);
      }),
      { numRuns: 2000 },
    );
  });
});
