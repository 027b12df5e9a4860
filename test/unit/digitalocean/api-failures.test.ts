import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { apiFailure } from "../../../src/digitalocean/api-failures.ts";
import type { HttpResponse } from "../../../src/http/exchange.ts";
import { hintOf } from "../../../src/core/error-catalog.ts";
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

describe("a response that is not a success", () => {
  it.each([
    [401, "api-unauthorized", "DigitalOcean rejected the API token from THE_VARIABLE (HTTP 401)"],
    [403, "api-forbidden", "the API token from THE_VARIABLE lacks the scope registry:update (HTTP 403)"],
    [404, "api-not-found", "this account has no such registry (HTTP 404)"],
    [412, "api-ambiguous", "this account has no registry, or more than one (HTTP 412)"],
    [429, "api-rate-limited", "this API token exceeded DigitalOcean's rate limit (HTTP 429)"],
    [500, "api-unavailable", "DigitalOcean's API failed (HTTP 500)"],
    [502, "api-unavailable", "DigitalOcean's API failed (HTTP 502)"],
    [503, "api-unavailable", "DigitalOcean's API failed (HTTP 503)"],
  ])("with status %i is %s: %s", (status, code, message) => {
    expect(shown(apiFailure(respond(status), TOKEN, "registry:update"))).toEqual({ code, message });
  });

  it.each([204, 301, 302, 307, 400, 418])("with status %i is unexpected", (status) => {
    expect(shown(apiFailure(respond(status), TOKEN, "registry:update"))).toEqual({
      code: "api-unexpected",
      message: `DigitalOcean's API sent an unexpected response (HTTP ${status})`,
    });
  });

  it("names the scope that its request needs, if there is one", () => {
    expect(apiFailure(respond(403), TOKEN, "registry:read").message).toBe(
      "the API token from THE_VARIABLE lacks the scope registry:read (HTTP 403)",
    );
    expect(apiFailure(respond(403), TOKEN).message).toBe(
      "the API token from THE_VARIABLE does not permit this request (HTTP 403)",
    );
  });

  it.each([401, 403])("suggests a new token where the rejected one was found (%i)", (status) => {
    const create = "create a token with the scopes registry:read and registry:update";
    const hint = (token: ApiToken): string | undefined => hintOf(apiFailure(respond(status), token));
    expect(hint(TOKEN)).toBe(`${create}, and put it into THE_VARIABLE`);
    expect(hint({ ...TOKEN, origin: { kind: "keychain", account: "" } })).toBe(
      `${create}, and run docr login`,
    );
  });

  it.each([
    [{ "retry-after": "17" }, ", try again in 17 s"],
    [{ "ratelimit-reset": "1795262430", date: DATE }, ", try again in 30 s"],
    [{ "ratelimit-reset": "1795262400", date: DATE }, ", try again in 0 s"],
    [{ "retry-after": "soon" }, ""],
    [{}, ""],
  ])("with status 429 and %j says when to try again: %j", (headers, text) => {
    expect(shown(apiFailure(respond(429, headers), TOKEN, "registry:read"))).toEqual({
      code: "api-rate-limited",
      message: `this API token exceeded DigitalOcean's rate limit (HTTP 429${text})`,
    });
  });

  it.each([
    ["12345678-90ab-cdef", ", request 12345678-90ab-cdef"],
    ["short", ""],
    ["x".repeat(65), ""],
    ["12345678\nevil", ""],
    ["12345678 evil", ""],
    [["12345678", "12345678"], ""],
  ])("shows the request id %j as %j", (id, text) => {
    const { message } = apiFailure(respond(500, { "x-request-id": id }), TOKEN, "registry:read");
    expect(message).toBe(`DigitalOcean's API failed (HTTP 500${text})`);
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
