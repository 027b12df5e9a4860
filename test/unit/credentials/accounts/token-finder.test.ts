import { describe, expect, it } from "vitest";
import { HelperError, type ErrorCode } from "../../../../src/core/errors.ts";
import { createTokenFinder } from "../../../../src/credentials/accounts/token-finder.ts";
import type { ApiToken } from "../../../../src/core/api-token.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";
import { sha256, tokenOf } from "../../../support/fakes/credentials-bench.ts";

const DOCTLS: ApiToken = {
  secret: new Secret(tokenOf("d")),
  origin: { kind: "doctl", account: "", fingerprint: "" },
  source: "doctl's config",
};

/** A store that fails with this code, and doctl's token. */
function sourceOf(code: ErrorCode, doctls: ApiToken | undefined) {
  const read = async (): Promise<never> => {
    throw new HelperError(code, "the store said no");
  };
  return createTokenFinder(
    () => undefined,
    { read },
    { find: async () => doctls },
    () => undefined,
    sha256,
  );
}

describe("the API token if the store fails", () => {
  it("is doctl's if there is no keychain", async () => {
    expect(await sourceOf("keychain-missing", DOCTLS).findForAccount(undefined)).toBe(DOCTLS);
  });

  it.each<[ErrorCode, ApiToken | undefined]>([
    ["keychain-missing", undefined],
    ["keychain-locked", DOCTLS],
    ["keychain-silent", DOCTLS],
  ])("is unknown after %s, and that is the error", async (code, doctls) => {
    expect(await failureOf(() => sourceOf(code, doctls).findForAccount(undefined))).toMatchObject({ code });
  });
});
