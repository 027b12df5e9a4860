import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  parseAccount,
  parseDockerCredentials,
  parseRegistries,
  parseTokenDescription,
} from "../../../src/digitalocean/responses.ts";
import { failureOf, failureOfSync, type Failure } from "../../support/fakes/failure-of.ts";

const HOST = "registry.digitalocean.com";
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const auths = (auth: unknown): string => JSON.stringify({ auths: { [HOST]: { auth } } });

function malformed(what: string): Failure {
  return {
    code: "api-malformed",
    message: `DigitalOcean's API sent an invalid response: ${what}`,
  };
}

/** User and password, opened. */
function read(body: string): readonly [string, string] {
  const { username, secret } = parseDockerCredentials(body);
  return [username.reveal(), secret.reveal()];
}

describe("the credential in the API's response", () => {
  it.each([
    ["user and password", "sammy:hunter2", ["sammy", "hunter2"]],
    ["a token as both", "dop_v1_a:dop_v1_a", ["dop_v1_a", "dop_v1_a"]],
    ["an email as the user", "sammy@do.example:x", ["sammy@do.example", "x"]],
    ["a password with colons", "sammy:a:b:c", ["sammy", "a:b:c"]],
    ["a line break at the end, as in the published example", "sammy:hunter2\n", ["sammy", "hunter2"]],
    ["white space around both", " sammy : hunter2 \r\n", ["sammy", "hunter2"]],
  ])("is read with %s", (_title, pair, expected) => {
    expect(read(auths(base64(pair)))).toEqual(expected);
  });

  it("is that of DigitalOcean's registry, among those of other hosts", () => {
    const body = { auths: { "evil.example": { auth: base64("u:p") }, [HOST]: { auth: base64("sammy:x") } } };
    expect(read(JSON.stringify(body))).toEqual(["sammy", "x"]);
  });

  const NO_PAIR = malformed("an auth without user name and password");
  const NO_BASE64 = malformed("no auth in base64");
  const NO_ENTRY = malformed(`no credential for ${HOST}`);
  const NO_OBJECT = malformed("not a JSON object");
  const NO_JSON = malformed("not valid JSON");

  it.each([
    ["nothing", "", NO_JSON],
    ["half an answer", '{"auths":{"registry', NO_JSON],
    ["a hotel's page", "<html><body>Please sign in</body></html>", NO_JSON],
    ["a list", "[]", NO_OBJECT],
    ["null", "null", NO_OBJECT],
    ["a text", '"auths"', NO_OBJECT],
    ["no auths", "{}", NO_ENTRY],
    ["null for auths", '{"auths":null}', NO_ENTRY],
    ["a list for auths", '{"auths":[]}', NO_ENTRY],
    ["empty auths", '{"auths":{}}', NO_ENTRY],
    ["another host's alone", '{"auths":{"registry.example.com":{"auth":"dTpw"}}}', NO_ENTRY],
    ["the registry's host with a scheme", `{"auths":{"https://${HOST}":{"auth":"dTpw"}}}`, NO_ENTRY],
    ["an inherited entry", `{"auths":{"__proto__":{"${HOST}":{"auth":"dTpw"}}}}`, NO_ENTRY],
    ["null for the entry", `{"auths":{"${HOST}":null}}`, NO_ENTRY],
    ["a text for the entry", `{"auths":{"${HOST}":"dTpw"}}`, NO_ENTRY],
    ["no auth", `{"auths":{"${HOST}":{}}}`, NO_BASE64],
    ["a number for the auth", auths(17), NO_BASE64],
    ["an empty auth", auths(""), NO_BASE64],
    ["an auth that is no base64", auths("sammy:hunter2"), NO_BASE64],
    ["an auth in two lines", auths(`${base64("sammy:hunter2")}\n`), NO_BASE64],
    ["no colon", auths(base64("hunter2")), NO_PAIR],
    ["no user", auths(base64(":hunter2")), NO_PAIR],
    ["a blank user", auths(base64("  :hunter2")), NO_PAIR],
    ["no password", auths(base64("sammy:")), NO_PAIR],
    ["a blank password", auths(base64("sammy: \n")), NO_PAIR],
    ["an identity token", auths(base64("<token>:hunter2")), NO_PAIR],
    ["an identity token with white space around", auths(base64(" <token> :hunter2")), NO_PAIR],
    ["a line break within", auths(base64("sammy:hun\nter2")), NO_PAIR],
    ["a control character", auths(base64("sammy:hunter2\u001b[2J")), NO_PAIR],
    ["a NUL", auths(base64("sammy:hunter2\0x")), NO_PAIR],
    ["bytes that are no text", auths(Buffer.from([0x61, 0x3a, 0xff]).toString("base64")), NO_PAIR],
    ["a password of 4097 characters", auths(base64(`sammy:${"x".repeat(4097)}`)), NO_PAIR],
  ])("is rejected in %s", async (_title, body, expected) => {
    expect(await failureOf(() => parseDockerCredentials(body))).toEqual(expected);
  });

  it("is never shown in an error or its cause", () => {
    let failure: unknown;
    try {
      parseDockerCredentials(`{"auths":{"${HOST}":{"auth":"c2FtbXk6aHVudGVyMg==`);
    } catch (error) {
      failure = error;
    }
    expect(failure).toMatchObject({ code: "api-malformed" });
    expect(failure).not.toHaveProperty("cause");
  });
});

describe("any response", () => {
  const anyAuth = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom(":", "<token>", " ", "\n", "a") }),
  );
  const anyBody = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json(),
    anyAuth.map((pair) => auths(base64(pair))),
    fc.jsonValue().map(auths),
    fc.jsonValue().map((value) => JSON.stringify({ auths: value, registries: value })),
    fc.array(fc.record({ name: fc.jsonValue() })).map((registries) => JSON.stringify({ registries })),
  );

  it("has a printable user name and password, or is malformed", () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        let found: readonly [string, string] = ["none", "none"];
        const failure = failureOfSync(() => (found = read(body)));
        expect(failure?.code ?? "api-malformed").toBe("api-malformed");
        expect(found.join(" ")).toMatch(/^[\x21-\x7e]+ [\x21-\x7e]+$/);
        expect(found[0]).not.toBe("<token>");
      }),
      { numRuns: 3000 },
    );
  });
});

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
    ['{"registries":["acme"]}', "a registry without a valid name"],
    ['{"registries":[{}]}', "a registry without a valid name"],
    ['{"registries":[{"name":17}]}', "a registry without a valid name"],
    ['{"registries":[{"name":""}]}', "a registry without a valid name"],
    ['{"registries":[{"name":"acme"},{"name":"../account"}]}', "a registry without a valid name"],
    ['{"registries":[{"name":"acme?x=1"}]}', "a registry without a valid name"],
    ['{"registries":[{"name":"Acme"}]}', "a registry without a valid name"],
    ["[]", "not a JSON object"],
    ["", "not valid JSON"],
  ])("is rejected in %s", async (body, what) => {
    expect(await failureOf(() => parseRegistries(body))).toEqual(malformed(what));
  });

  it("has names that are safe in a URL, or is malformed", () => {
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

describe("the description of a token", () => {
  it.each([
    ['{"scopes":["registry:read"],"expires_in_seconds":60}', ["registry:read"], 60],
    ['{"scopes":[],"expires_in_seconds":null}', [], undefined],
    ['{"scopes":["read","write"],"expires_in_seconds":0}', ["read", "write"], undefined],
    ['{"scopes":["read"]}', ["read"], undefined],
  ])("is read from %s", (body, scopes, expiresInSeconds) => {
    expect(parseTokenDescription(body)).toEqual({ scopes, expiresInSeconds });
  });

  it("leaves out invalid scope names", () => {
    const scopes = ["registry:read", 17, "\u001b[2J", "a b", null];
    expect(parseTokenDescription(JSON.stringify({ scopes })).scopes).toEqual(["registry:read"]);
  });

  it.each([
    ["{}", "no list of scopes"],
    ['{"scopes":"registry:read"}', "no list of scopes"],
    ["[]", "not a JSON object"],
  ])("is rejected in %s", async (body, what) => {
    expect(await failureOf(() => parseTokenDescription(body))).toEqual(malformed(what));
  });
});

describe("the description of an account", () => {
  it("has its email address, team and status", () => {
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
    ['{"account":{}}', "an account without an email address"],
    ['{"account":{"email":17}}', "an account without an email address"],
    ["", "not valid JSON"],
  ])("is rejected in %s", async (body, what) => {
    expect(await failureOf(() => parseAccount(body))).toEqual(malformed(what));
  });

  it("contains no terminal control characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (name) => {
        const account = parseAccount(JSON.stringify({ account: { email: `a${name}`, team: { name } } }));
        expect(account.email + (account.team ?? "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
