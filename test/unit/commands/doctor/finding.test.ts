import { describe, expect, it } from "vitest";
import { HelperError } from "../../../../src/core/errors.ts";
import { fail, look, pass } from "../../../../src/commands/doctor/finding.ts";

const ports = { hintOf: ({ code }: HelperError): string => `the hint for ${code}` };

const failingWith = (error: Error) => async (): Promise<never> => {
  throw error;
};
const endless = (): Promise<never> => new Promise<never>(() => undefined);

describe("a look", () => {
  it("gives its lines", async () => {
    expect(await look(ports, "name", async () => [pass("a", "b")])).toEqual([pass("a", "b")]);
  });

  it("that fails is a line, with what to do next", async () => {
    const line = fail("name", "it did not answer", "the hint for api-timeout");
    expect(
      await look(ports, "name", failingWith(new HelperError("api-timeout", "it did not answer"))),
    ).toEqual([line]);
  });

  it("that fails unexpectedly is a line that quotes nothing", async () => {
    const line = fail("name", "this look failed unexpectedly", "please report this as a bug");
    expect(await look(ports, "name", failingWith(new Error("hunter2")))).toEqual([line]);
  });

  it("that never ends is a line in time", async () => {
    const line = fail("name", "nothing came of it in 0.02 s", "look at the network and the keychain");
    expect(await look(ports, "name", endless, 20)).toEqual([line]);
  });
});
