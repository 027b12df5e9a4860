import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { apiFailure } from "../../../src/digitalocean/api-failures.ts";
import type { HttpResponse } from "../../../src/http/dispatch.ts";
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

  it.each([204, 301, 302, 307, 418])("with status %i is unexpected", (status) => {
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

  it.each([400, 422])("with status %i says that the API rejected the request", (status) => {
    expect(shown(apiFailure(respond(status), TOKEN))).toEqual({
      code: "api-rejected",
      message: `DigitalOcean's API rejected the request (HTTP ${status})`,
    });
  });

  it.each([
    [422, "expiry_seconds must be at most 2592000", "DigitalOcean's API rejected the request (HTTP 422)"],
    [401, "Your account is locked", "DigitalOcean rejected the API token from THE_VARIABLE (HTTP 401)"],
    [404, "no such registry", "this account has no such registry (HTTP 404)"],
  ])("with status %i adds the API's own reason: %s", (status, reason, message) => {
    const body = JSON.stringify({ id: "some_id", message: `${reason}.` });
    const failure = apiFailure(respond(status, {}, body), TOKEN);
    expect(failure.message).toBe(`${message}: ${reason}`);
    expect(failure.response).toEqual({ status, apiMessage: reason });
  });

  it("keeps the response's details for programs", () => {
    const headers = { "x-request-id": "12345678-90ab-cdef", "retry-after": "17" };
    const body = JSON.stringify({ message: "API rate limit exceeded" });
    expect(apiFailure(respond(429, headers, body), TOKEN).response).toEqual({
      status: 429,
      requestId: "12345678-90ab-cdef",
      retryAfterSeconds: 17,
      apiMessage: "API rate limit exceeded",
    });
  });

  it.each([
    ["a status from 500 on", 500, JSON.stringify({ message: "the reason" })],
    ["a body that is not JSON", 422, "the reason"],
    ["another type", 422, JSON.stringify({ message: ["the reason"] })],
    ["an empty text", 422, JSON.stringify({ message: " " })],
  ])("shows no reason for %s", (_title, status, body) => {
    const failure = apiFailure(respond(status, {}, body), TOKEN);
    expect(failure.message).not.toContain(":");
    expect(failure.response?.apiMessage).toBeUndefined();
  });

  it("bounds the reason, and shows no control character and no token in it", () => {
    const token = `dop_v1_${"a".repeat(64)}`;
    const fragment = fc.oneof(fc.string({ unit: "binary" }), fc.constant(token));
    fc.assert(
      fc.property(fc.array(fragment), (parts) => {
        const body = JSON.stringify({ message: parts.join(" ") });
        const { message } = apiFailure(respond(403, {}, body), TOKEN);
        // oxlint-disable-next-line no-control-regex -- none may be in it
        expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]|aaaaaaaa/);
        expect(message.length).toBeLessThan(300);
      }),
    );
  });

  it("never shows other headers, the token, or a body that is not JSON", () => {
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
