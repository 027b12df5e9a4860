import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Secret } from "../../../src/core/secret.ts";
import { decodeLogin, encodeLogin } from "../../../src/credentials/codec.ts";
import { responseFromRecord } from "../../../src/launcher/login-record.ts";
import { encodeGetResponse } from "../../../src/protocol/responses.ts";

/** docr's response for the record. Undefined if docr calls the login damaged. */
function responseOfDocr(address: string, record: string): string | undefined {
  const login = decodeLogin(new Secret(record));
  return login && encodeGetResponse(address, new Secret(login.username), login.secret);
}

const recordOf = (username: string, secret: string, storedAt?: number): string =>
  encodeLogin({ serverUrl: "https://ghcr.io", username, secret: new Secret(secret), storedAt }).reveal();

const respond = (record: string): string | undefined => responseFromRecord("ghcr.io", Buffer.from(record));

const printable = fc.string({
  unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)),
  maxLength: 30,
});

describe("a record that docr wrote", () => {
  it("with printable ASCII gets the response that docr gives", () => {
    fc.assert(
      fc.property(printable, printable, fc.option(fc.nat(), { nil: undefined }), (username, secret, at) => {
        const record = recordOf(username, secret, at);
        expect(respond(record)).toBe(responseOfDocr("ghcr.io", record));
        expect(respond(record)).not.toBe(undefined);
      }),
      { numRuns: 2000 },
    );
  });

  it("with any text gets the response that docr gives, or none", () => {
    const text = fc.string({ unit: "binary", maxLength: 20 });
    fc.assert(
      fc.property(text, text, (username, secret) => {
        const record = recordOf(username, secret);
        expect([undefined, responseOfDocr("ghcr.io", record)]).toContain(respond(record));
      }),
      { numRuns: 500 },
    );
  });

  it("with 4 KiB of secret gets a response, and one with 16 KiB is left to docr", () => {
    expect(respond(recordOf("me", "x".repeat(4096)))).toContain("x".repeat(4096));
    expect(respond(recordOf("me", "x".repeat(16_384)))).toBe(undefined);
  });
});

describe("any other record", () => {
  it.each([
    "",
    "{}",
    '{"serverUrl":"a","username":"b","secret":"c"',
    '{"serverUrl":"a","username":"b","secret":"c"} ',
    ' {"serverUrl":"a","username":"b","secret":"c"}',
    '{"username":"b","serverUrl":"a","secret":"c"}',
    '{"serverUrl":"a","username":"b","secret":1}',
    '{"serverUrl":"a","username":"b","secret":"c","secret":"d"}',
    '{"serverUrl":"a","username":"b","secret":"c","storedAt":01}',
    '{"serverUrl":"a","username":"b","secret":"c","storedAt":1e3}',
    '{"serverUrl":"a","username":"b","secret":"c","storedAt":}',
    '{"serverUrl":"a","username":"b","secret":"c","storedAt":1,"x":2}',
    '{"serverUrl":"a","username":"b","secret":"c\\u0041"}',
    '{"serverUrl":"a","username":"b","secret":"c\\n"}',
    '{"serverUrl":"a","username":"b","secret":"c\\',
    '{"serverUrl":"a","username":"b","secret":"c\\/"}',
    '{"serverUrl":"a","username":"b","secret":"c\td"}',
    '{"serverUrl":"a","username":"b","secret":"ü"}',
  ])("is left to docr: %j", (record) => {
    expect(respond(record)).toBe(undefined);
  });

  it("gets the response that docr gives, or none, whatever is changed in it", () => {
    const change = fc.record({
      at: fc.nat({ max: 90 }),
      length: fc.nat({ max: 3 }),
      text: fc.constantFrom("", '"', "\\", "{", "}", ",", ":", "0", "ü", "\n", '"secret":"x"', "\\u0000"),
    });
    const record = recordOf('m"e', "a\\b", 1_800_000_000_000);
    const property = fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      let changed = record;
      for (const { at, length, text } of changes)
        changed = changed.slice(0, at) + text + changed.slice(at + length);
      expect([undefined, responseOfDocr("ghcr.io", changed)]).toContain(respond(changed));
    });
    fc.assert(property, { numRuns: 5000 });
  });

  it("of bytes that are not text is left to docr", () => {
    expect(responseFromRecord("ghcr.io", Uint8Array.of(0xff, 0xfe, 0))).toBe(undefined);
  });
});
