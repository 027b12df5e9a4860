import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  parseAccount,
  parseRegistries,
  parseTokenDescription,
} from "../../../src/digitalocean/account-responses.ts";
import { failureOf, failureOfSync, type Failure } from "../../support/fakes/failure-of.ts";

function malformed(what: string): Failure {
  return {
    code: "api-malformed",
    message: `DigitalOcean's API answered something else than documented: ${what}`,
  };
}

const unknown = { region: undefined, createdAt: undefined, storageBytes: undefined };

describe("the list of registries", () => {
  it.each([
    ['{"registries":[]}', []],
    ['{"registries":null}', []],
    ['{"registries":[{"name":"acme"}]}', [{ name: "acme", ...unknown }]],
    [
      '{"registries":[{"name":"b"},{"name":"a","region":"fra1","created_at":"2020-03-21T16:02:37Z","storage_usage_bytes":7}],"more":1}',
      [
        { name: "b", ...unknown },
        { name: "a", region: "fra1", createdAt: "2020-03-21T16:02:37Z", storageBytes: 7 },
      ],
    ],
    [
      '{"registries":[{"name":"a","region":17,"created_at":"yesterday","storage_usage_bytes":-1}]}',
      [{ name: "a", ...unknown }],
    ],
  ])("is read from %s in the API's order", (body, registries) => {
    expect(parseRegistries(body)).toEqual(registries);
  });

  it.each([
    ["{}", "no list of registries"],
    ['{"registries":{}}', "no list of registries"],
    ['{"registries":"acme"}', "no list of registries"],
    ['{"registries":["acme"]}', "a registry without a name"],
    ['{"registries":[{}]}', "a registry without a name"],
    ['{"registries":[{"name":17}]}', "a registry without a name"],
    ['{"registries":[{"name":""}]}', "a registry without a name"],
    ['{"registries":[{"name":"acme"},{"name":"../account"}]}', "a registry without a name"],
    ['{"registries":[{"name":"acme?x=1"}]}', "a registry without a name"],
    ['{"registries":[{"name":"Acme"}]}', "a registry without a name"],
    ["[]", "not a JSON object"],
    ["", "not JSON, or cut off"],
  ])("is refused in %s", async (body, what) => {
    expect(await failureOf(() => parseRegistries(body))).toEqual(malformed(what));
  });

  it("has names that can stand in a URL, or is malformed, whatever came", () => {
    const anyBody = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify({ registries: value })),
      fc.array(fc.record({ name: fc.jsonValue() })).map((registries) => JSON.stringify({ registries })),
    );
    fc.assert(
      fc.property(anyBody, (body) => {
        let names: readonly string[] = [];
        const failure = failureOfSync(() => (names = parseRegistries(body).map(({ name }) => name)));
        expect(failure?.code ?? "api-malformed").toBe("api-malformed");
        expect(names.every((name) => /^[a-z0-9-]{1,63}$/.test(name))).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});

describe("what the API says of a token", () => {
  it.each([
    ['{"scopes":["registry:read"],"expires_in_seconds":60}', ["registry:read"], 60],
    ['{"scopes":[],"expires_in_seconds":null}', [], undefined],
    ['{"scopes":["read","write"],"expires_in_seconds":0}', ["read", "write"], undefined],
    ['{"scopes":["read"]}', ["read"], undefined],
  ])("is read from %s", (body, scopes, expiresInSeconds) => {
    expect(parseTokenDescription(body)).toEqual({ scopes, expiresInSeconds });
  });

  it("is without what is no scope's name", () => {
    const scopes = ["registry:read", 17, "\u001b[2J", "a b", null];
    expect(parseTokenDescription(JSON.stringify({ scopes })).scopes).toEqual(["registry:read"]);
  });

  it.each([
    ["{}", "no list of scopes"],
    ['{"scopes":"registry:read"}', "no list of scopes"],
    ["[]", "not a JSON object"],
  ])("is refused in %s", async (body, what) => {
    expect(await failureOf(() => parseTokenDescription(body))).toEqual(malformed(what));
  });
});

describe("what the API says of an account", () => {
  it("is its address, its team and its status", () => {
    const body = { account: { email: "sammy@do.example", status: "active", team: { name: "My Team" } } };
    expect(parseAccount(JSON.stringify(body))).toEqual({
      email: "sammy@do.example",
      team: "My Team",
      status: "active",
    });
  });

  it("may be without a team", () => {
    const body = { account: { email: "sammy@do.example", team: null } };
    expect(parseAccount(JSON.stringify(body))).toEqual({
      email: "sammy@do.example",
      team: undefined,
      status: "unknown",
    });
  });

  it.each([
    ["{}", "no account"],
    ['{"account":null}', "no account"],
    ['{"account":{}}', "an account without an address"],
    ['{"account":{"email":17}}', "an account without an address"],
    ["", "not JSON, or cut off"],
  ])("is refused in %s", async (body, what) => {
    expect(await failureOf(() => parseAccount(body))).toEqual(malformed(what));
  });

  it("holds nothing that a terminal would obey", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (name) => {
        const account = parseAccount(JSON.stringify({ account: { email: `a${name}`, team: { name } } }));
        expect(account.email + (account.team ?? "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
