import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { apiFailure } from "../../../src/digitalocean/api-failures.ts";
import type { HttpResponse } from "../../../src/http/exchange.ts";
import type { HelperError } from "../../../src/core/errors.ts";
import type { ApiToken } from "../../../src/core/api-token.ts";
import { Secret } from "../../../src/core/secret.ts";

const TOKEN: ApiToken = {
  secret: new Secret("hunter2"),
  origin: { kind: "environment" },
  source: "THE_VARIABLE",
};
const DATE = "Sat, 21 Nov 2026 12:00:00 GMT";

function respond(status: number, headers: HttpResponse["headers"] = {}, body = "{}"): HttpResponse {
  return { status, headers, body: Buffer.from(body) };
}

const shown = ({ code, message }: HelperError) => ({ code, message });

describe("an answer that is no success", () => {
  it.each([
    [401, "api-unauthorized", "DigitalOcean refuses the API token from THE_VARIABLE (401)"],
    [403, "api-forbidden", "the API token from THE_VARIABLE lacks the scope registry:update (403)"],
    [404, "api-not-found", "DigitalOcean knows no such registry (404)"],
    [412, "api-ambiguous", "this account has no registry, or several (412)"],
    [429, "api-rate-limited", "DigitalOcean limits this API token's rate (429)"],
    [500, "api-unavailable", "DigitalOcean's API is failing (500)"],
    [502, "api-unavailable", "DigitalOcean's API is failing (502)"],
    [503, "api-unavailable", "DigitalOcean's API is failing (503)"],
    [204, "api-unexpected", "DigitalOcean's API answered 204, which is no answer to this request"],
    [301, "api-unexpected", "DigitalOcean's API answered 301, which is no answer to this request"],
    [302, "api-unexpected", "DigitalOcean's API answered 302, which is no answer to this request"],
    [307, "api-unexpected", "DigitalOcean's API answered 307, which is no answer to this request"],
    [400, "api-unexpected", "DigitalOcean's API answered 400, which is no answer to this request"],
    [418, "api-unexpected", "DigitalOcean's API answered 418, which is no answer to this request"],
  ])("with status %i is told as %s", (status, code, message) => {
    expect(shown(apiFailure(respond(status), TOKEN, "registry:update"))).toEqual({ code, message });
  });

  it("names the scope that its request needed", () => {
    const { message } = apiFailure(respond(403), TOKEN, "registry:read");
    expect(message).toBe("the API token from THE_VARIABLE lacks the scope registry:read (403)");
  });

  it.each([
    [{ "retry-after": "17" }, ", come back in 17 s"],
    [{ "retry-after": "17", "ratelimit-reset": "1" }, ", come back in 17 s"],
    [{ "ratelimit-reset": "1795262430", date: DATE }, ", come back in 30 s"],
    [{ "ratelimit-reset": "1795262400", date: DATE }, ", come back in 0 s"],
    [{ "ratelimit-reset": "1", date: DATE }, ", come back in 0 s"],
    [{ "ratelimit-reset": "1795262430" }, ""],
    [{ "ratelimit-reset": "1795262430", date: "some day" }, ""],
    [{ "retry-after": "soon" }, ""],
    [{ "retry-after": "-1" }, ""],
    [{ "retry-after": "1.5" }, ""],
    [{ "retry-after": "99999999999999" }, ""],
    [{ "retry-after": ["1", "2"] }, ""],
    [{}, ""],
  ])("of 429 with %j says when to come back: %j", (headers, words) => {
    expect(shown(apiFailure(respond(429, headers), TOKEN, "registry:read"))).toEqual({
      code: "api-rate-limited",
      message: `DigitalOcean limits this API token's rate (429)${words}`,
    });
  });

  it.each([
    ["12345678-90ab-cdef", ", request 12345678-90ab-cdef"],
    ["short", ""],
    ["x".repeat(65), ""],
    ["12345678\nevil", ""],
    ["12345678 evil", ""],
    [["12345678", "12345678"], ""],
  ])("shows the request id %j as %j", (id, words) => {
    const { message } = apiFailure(respond(500, { "x-request-id": id }), TOKEN, "registry:read");
    expect(message).toBe(`DigitalOcean's API is failing (500)${words}`);
  });

  it("shows nothing of the body, of other headers and of the token, whatever they are", () => {
    const header = fc.oneof(fc.string({ unit: "binary" }), fc.array(fc.string()));
    const headers = fc.dictionary(
      fc.constantFrom("retry-after", "ratelimit-reset", "date", "x-request-id", "location"),
      header,
    );
    fc.assert(
      fc.property(fc.integer({ min: 201, max: 599 }), headers, (status, given) => {
        const failure = apiFailure(respond(status, given, "hunter2"), TOKEN, "registry:read");
        expect(failure.message).not.toMatch(/[^\x20-\x7e]|hunter2/);
        expect(failure.message.length).toBeLessThan(200);
      }),
    );
  });
});
