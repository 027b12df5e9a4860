import { describe, expect, it } from "vitest";
import { readLogoutScope } from "../../../src/config/logout-scope.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";

const TOKEN = `dop_v1_${"a".repeat(64)}`;

const scopeOf = (env: Readonly<Record<string, string>>) =>
  readLogoutScope({ env, platform: "linux", uid: 0 }, () => "the store");

describe("docker's erase", () => {
  it("is for everything where the environment names neither token nor account", () => {
    expect(scopeOf({})).toEqual({ kind: "everything" });
    expect(scopeOf({ DIGITALOCEAN_CONTEXT: "", DOCR_TTL: "5" })).toEqual({ kind: "everything" });
  });

  it("is for the account in DIGITALOCEAN_CONTEXT", () => {
    expect(scopeOf({ DIGITALOCEAN_CONTEXT: "Work" })).toEqual({
      kind: "account",
      context: "work",
      storeId: "the store",
    });
  });

  it.each(["DIGITALOCEAN_ACCESS_TOKEN", "DIGITALOCEAN_TOKEN"])(
    "is for what the API token in %s minted, as a get uses that and no account's",
    (name) => {
      expect(scopeOf({ [name]: TOKEN, DIGITALOCEAN_CONTEXT: "work" })).toMatchObject({
        kind: "token",
        token: { source: name },
      });
    },
  );

  it("fails where it is unknown whose credentials are meant", async () => {
    expect(await failureOf(() => scopeOf({ DIGITALOCEAN_ACCESS_TOKEN: "" }))).toMatchObject({
      code: "bad-api-token",
    });
    expect(await failureOf(() => scopeOf({ DIGITALOCEAN_CONTEXT: "a b" }))).toMatchObject({
      code: "bad-setting",
    });
  });
});
