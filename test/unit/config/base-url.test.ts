import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseBaseUrl } from "../../../src/config/base-url.ts";
import { failureOf, failureOfSync } from "../../support/fakes/failure-of.ts";

const REJECTED = {
  code: "bad-setting",
  message: "THE_NAME must be an https URL without user name and query (plain http is for loopback only)",
};

/** https, or plain http to this machine; no user, no query, and the path as it was added. */
const SAFE =
  /^(?:https:\/\/[^/?#@]+|http:\/\/(?:localhost|127\.[0-9.]+|\[::1\])(?::\d+)?)\/[^?#]*v2\/registries$/;

describe("a base URL", () => {
  it.each([
    ["https://api.digitalocean.com/v2", "/v2"],
    ["https://api.digitalocean.com/v2/", "/v2"],
    ["https://cloud.digitalocean.com/v1/oauth", "/v1/oauth"],
  ])("%s must not have what docr adds", (text, end) => {
    const failure = failureOfSync(() => parseBaseUrl("THE_NAME", text));
    expect(failure).toMatchObject({
      code: "bad-setting",
      message: `THE_NAME must not end in ${end}, which docr adds itself`,
    });
  });

  it.each([undefined, ""])("is undefined if the variable is %j", (text) => {
    expect(parseBaseUrl("THE_NAME", text)).toBeUndefined();
  });

  it.each([
    ["https://api.example", "https://api.example"],
    ["https://api.example/", "https://api.example"],
    ["https://api.example:8443/", "https://api.example:8443"],
    ["https://api.example/base/path/", "https://api.example/base/path"],
    ["HTTPS://API.Example", "https://api.example"],
    ["http://localhost:8080", "http://localhost:8080"],
    ["http://127.0.0.1:8080/", "http://127.0.0.1:8080"],
    ["http://127.9.9.9", "http://127.9.9.9"],
    ["http://[::1]:8080", "http://[::1]:8080"],
  ])("is read from %s as %s", (text, url) => {
    expect(parseBaseUrl("THE_NAME", text)).toBe(url);
  });

  it.each([
    "http://api.digitalocean.com",
    "http://localhost.evil.example",
    "http://127.0.0.1.evil.example",
    "http://evil.example/127.0.0.1",
    "http://localhost@evil.example",
    "http://128.0.0.1",
    "http://0.0.0.0",
    "http://[::2]",
    "https://user@api.example",
    "https://user:password@api.example",
    "https://api.example?x=1",
    "https://api.example/?",
    "https://api.example#x",
    "https://api.example/#",
    "ftp://api.example",
    "file:///etc/passwd",
    "api.example",
    "//api.example",
    "https://",
    " ",
  ])("is rejected as %s", async (text) => {
    expect(await failureOf(() => parseBaseUrl("THE_NAME", text))).toEqual(REJECTED);
  });

  it("loses all slashes at its end", () => {
    expect(parseBaseUrl("THE_NAME", "https://api.example/base//")).toBe("https://api.example/base");
  });

  it("is safe or rejected for any text", () => {
    const parts = fc.tuple(
      fc.constantFrom("http://", "https://", "HTTP://", "http:\\\\", ""),
      fc.oneof(fc.domain(), fc.constantFrom("127.0.0.1", "localhost", "[::1]", "a@127.0.0.1", "127.0.0.1@a")),
      fc.string({ unit: fc.constantFrom("/", "a", "?", "#", "@", ":", "\\", ".", "\t"), maxLength: 6 }),
    );
    const anyText = fc.oneof(
      fc.string(),
      fc.webUrl(),
      parts.map((one) => one.join("")),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        let url: string | undefined;
        const failure = failureOfSync(() => (url = parseBaseUrl("THE_NAME", text)));
        expect(failure ?? REJECTED).toEqual(REJECTED);
        const read = new URL(`${url ?? "https://unset.example"}/v2/registries`);
        expect(read.href).toMatch(SAFE);
      }),
      { numRuns: 2000 },
    );
  });
});
