import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeAuth, parseAuthEntry } from "../../../src/client-config/auth-entry.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

const loginIn = (auth: string): readonly unknown[] => {
  const { login, fault } = decodeAuth(auth);
  return [login?.username.reveal(), login?.secret.reveal(), fault];
};

describe("auth", () => {
  it.each([
    [base64("sammy:hunter2"), "sammy", "hunter2"],
    [base64("sammy:a:b:"), "sammy", "a:b:"],
    [base64("sammy:"), "sammy", ""],
    [base64("sammy:hunter2\0\0"), "sammy", "hunter2"],
    [base64("sammy:\0hün\0ter2\0"), "sammy", "hün\0ter2"],
    [`${base64("sammy:hunter2").slice(0, 8)}\r\n${base64("sammy:hunter2").slice(8)}\n`, "sammy", "hunter2"],
  ])("%j is a user name and a password", (auth, username, password) => {
    expect(loginIn(auth)).toEqual([username, password, undefined]);
  });

  it.each([
    ["nothing", "", undefined],
    ["something else than base64", "sammy:hunter2", "not-base64"],
    ["base64 without its padding", base64("a:bc").replace(/=+$/, ""), "not-base64"],
    ["base64 for URLs", "-_8=", "not-base64"],
    ["a space", " ", "not-base64"],
    ["no colon", base64("sammy"), "no-colon"],
  ])("of %s is not a login", (_title, auth, fault) => {
    expect(loginIn(auth)).toEqual([undefined, undefined, fault]);
  });

  it("without a user name is a fault for docker and a login for podman", () => {
    expect(loginIn(base64(":hunter2"))).toEqual(["", "hunter2", "no-user"]);
  });

  it("yields any user name and password unchanged", () => {
    const text = fc.string({ unit: "grapheme" });
    fc.assert(
      fc.property(text, text, (username, password) => {
        fc.pre(username !== "" && !username.includes(":") && !/^\0|\0$/.test(password));
        fc.pre(username.isWellFormed() && password.isWellFormed());
        expect(loginIn(base64(`${username}:${password}`))).toEqual([username, password, undefined]);
      }),
    );
  });
});

describe("an entry", () => {
  it("can be empty, as Docker Desktop writes it, or null", () => {
    for (const value of [{}, null, { email: "s@example.com" }]) {
      expect(parseAuthEntry(value)).toEqual({
        login: undefined,
        fault: undefined,
        plain: undefined,
        identityToken: undefined,
        registryToken: undefined,
      });
    }
  });

  it("can hold a user name, a password and tokens in their own fields, in any case", () => {
    const entry = parseAuthEntry({
      Username: "sammy",
      PASSWORD: "hunter2",
      identityToken: "idt",
      registrytoken: "rt",
    });
    expect([
      entry?.plain?.username.reveal(),
      entry?.plain?.secret.reveal(),
      entry?.identityToken?.reveal(),
      entry?.registryToken?.reveal(),
    ]).toEqual(["sammy", "hunter2", "idt", "rt"]);
  });

  it.each(["text", 1, true, [], { auth: 1 }, { username: {} }, { identitytoken: [] }])(
    "is invalid if it is %j",
    (value) => {
      expect(parseAuthEntry(value)).toBeUndefined();
    },
  );

  it("that is any JSON is read or rejected and never throws", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect([undefined, "object"]).toContain(parseAuthEntry(value) && "object");
      }),
    );
  });
});
