import { describe, expect, it } from "vitest";
import { ERRORS } from "../../../../src/core/error-catalog.ts";
import { HelperError } from "../../../../src/core/errors.ts";
import { fail, mergeFailures, pass, runCheck, warn } from "../../../../src/commands/doctor/finding.ts";

const failingWith = (error: Error) => async (): Promise<never> => {
  throw error;
};
const endless = (): Promise<never> => new Promise<never>(() => undefined);

describe("a check", () => {
  it("returns its findings", async () => {
    expect(await runCheck("name", async () => [pass("a", "b")])).toEqual([pass("a", "b")]);
  });

  it("that fails is a finding with its fix", async () => {
    const finding = fail("name", "it did not answer", ERRORS["api-timeout"].hint);
    expect(await runCheck("name", failingWith(new HelperError("api-timeout", "it did not answer")))).toEqual([
      finding,
    ]);
  });

  it("that throws an unexpected error is a finding without the error's message", async () => {
    const finding = fail("name", "this check failed unexpectedly", "please report this as a bug");
    expect(await runCheck("name", failingWith(new Error("hunter2")))).toEqual([finding]);
  });

  it("that does not end is a finding after its timeout", async () => {
    const finding = fail(
      "name",
      "no result within 0.02 s",
      "check the network and the store that DOCR_STORE names",
    );
    expect(await runCheck("name", endless, 20)).toEqual([finding]);
  });
});

describe("failures with one cause", () => {
  const { hint } = ERRORS["api-unknown-host"];

  it("are one, named by what the others depend on", () => {
    const findings = [
      pass("path", "found"),
      fail("api token", "the api was not found", hint),
      fail("handshake", "registry.test was not found", "check the host name"),
      fail("api", "api.test was not found", hint),
      fail("registry", "registry.test was not found", hint),
    ];
    expect(mergeFailures(findings)).toEqual([
      pass("path", "found"),
      { ...fail("api", "api.test was not found", hint), also: ["api token", "handshake", "registry"] },
    ]);
  });

  it("are not two settings, two failures without a fix, or a warning", () => {
    const setting = ERRORS["bad-setting"].hint;
    const findings = [
      fail("store", "DOCR_STORE is wrong", setting),
      fail("cache", "DOCR_TTL is wrong", setting),
      fail("a", "one"),
      fail("b", "two"),
      warn("c", "one"),
    ];
    expect(mergeFailures(findings)).toEqual(findings);
  });
});
