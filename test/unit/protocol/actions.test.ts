import { describe, expect, it } from "vitest";
import { HelperError } from "../../../src/core/errors.ts";
import { parseAction, respondTo, versionLine } from "../../../src/protocol/actions.ts";
import { failureOf } from "../../support/fakes/failure-of.ts";
import { createScriptedHelper } from "../../support/fakes/scripted-helper.ts";

const input = (text: string): Uint8Array => Buffer.from(text);

describe("get", () => {
  it("prints one line of JSON with the server URL of the request", async () => {
    const helper = createScriptedHelper();
    expect(await respondTo("get", input("https://GHCR.io/\n"), helper)).toBe(
      '{"ServerURL":"https://GHCR.io/","Username":"sammy","Secret":"hunter2"}\n',
    );
    expect(helper.asked).toEqual([["get", "https://GHCR.io/"]]);
  });

  it("escapes as Go does", async () => {
    const helper = createScriptedHelper({ username: "<token>", secret: "a&b" });
    expect(await respondTo("get", input("ghcr.io"), helper)).toBe(
      '{"ServerURL":"ghcr.io","Username":"\\u003ctoken\\u003e","Secret":"a\\u0026b"}\n',
    );
  });

  it("fails with the helper's error", async () => {
    const failure = new HelperError("keychain-locked", "the keychain is locked");
    const helper = createScriptedHelper({ failure });
    expect(await failureOf(() => respondTo("get", input("ghcr.io"), helper))).toEqual({
      code: "keychain-locked",
      message: "the keychain is locked",
    });
  });

  it("without an address does not call the helper", async () => {
    const helper = createScriptedHelper();
    expect(await failureOf(() => respondTo("get", input("\n"), helper))).toEqual({
      code: "no-server-url",
      message: "no credentials server URL",
    });
    expect(helper.asked).toEqual([]);
  });
});

describe("store", () => {
  it("passes the login to the helper and prints nothing", async () => {
    const helper = createScriptedHelper();
    const request = '{"ServerURL":"ghcr.io","Username":"sammy","Secret":"a\\u0026b"}\n';
    expect(await respondTo("store", input(request), helper)).toBe("");
    expect(helper.asked).toEqual([["store", "ghcr.io", "sammy", "a&b"]]);
  });
});

describe("erase", () => {
  it("passes the address to the helper and prints nothing", async () => {
    const helper = createScriptedHelper();
    expect(await respondTo("erase", input("https://ghcr.io\n"), helper)).toBe("");
    expect(helper.asked).toEqual([["erase", "https://ghcr.io"]]);
  });
});

describe("the arguments", () => {
  it.each(["get", "store", "erase", "list", "version"])("only %s are actions", (word) => {
    expect(parseAction([word], true)).toBe(word);
    expect(parseAction([word], false)).toBe(word);
  });

  it.each([["--version"], ["-v"], ["-V"]])("%s ask for the version", (word) => {
    expect(parseAction([word], false)).toBe("version");
  });

  it.each(["", "Get", "toString", "get ", "status"])("%j are a command", (word) => {
    expect(parseAction([word], true)).toBe("command");
  });

  it.each(["--help", "-h"])("get %s ask for help", (word) => {
    expect(parseAction(["get", word], false)).toBe("help");
  });

  it.each([[["get", "ghcr.io"]], [[]]])("%j are wrong usage as docker-credential-docr", async (args) => {
    expect(await failureOf(() => parseAction(args, true))).toMatchObject({ code: "usage" });
  });

  it.each([[["get", "ghcr.io"]], [["version", "--json"]], [[]]])(
    "%j are left to the commands as docr",
    (args) => {
      expect(parseAction(args, false)).toBe("command");
    },
  );
});

describe("version", () => {
  it("names the helper, the package and the version", () => {
    expect(versionLine("the-package", "1.2.3")).toBe("docker-credential-docr (the-package) 1.2.3\n");
  });
});
