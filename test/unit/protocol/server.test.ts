import { describe, expect, it } from "vitest";
import { HelperError } from "../../../src/core/errors.ts";
import type { Helper } from "../../../src/credentials/helper.ts";
import { serve, type ServerPorts } from "../../../src/protocol/server.ts";
import { createScriptedHelper } from "../../support/fakes/scripted-helper.ts";

const list = (helper: Helper, ports: Partial<ServerPorts> = {}) =>
  serve("list", {
    helper,
    isUnknownAnonymous: () => false,
    fallback: () => undefined,
    noteOtherRegistries: async () => undefined,
    hasOwnLogins: () => false,
    readInput: () => Promise.reject(new Error("stdin was read")),
    env: {},
    tether: () => [],
    timeouts: { inputMs: 1_000, responseMs: 50 },
    ...ports,
  });

const EMPTY = { stdout: "{}\n", exitCode: 0 };

describe("list", () => {
  it("never reads stdin, which testcontainers leaves open", async () => {
    expect(await list(createScriptedHelper())).toEqual(EMPTY);
  });

  it("is in the order of UTF-8 bytes, as Go writes a map", async () => {
    const names = ["b", "a", "Z", "10", "9", "\u{1f40b}", "\uff21"].map((name) => [name, "u"] as const);
    const { stdout } = await list(createScriptedHelper({ names }));
    expect(stdout).toBe('{"10":"u","9":"u","Z":"u","a":"u","b":"u","\uff21":"u","\u{1f40b}":"u"}\n');
  });

  it.each([
    ["a failure", createScriptedHelper({ failure: new HelperError("keychain-locked", "the message") }), {}],
    ["an unforeseen failure", createScriptedHelper({ failure: new TypeError("x") }), {}],
    ["a deadline", createScriptedHelper({ after: new Promise<never>(() => {}) }), {}],
    [
      "a wrong setting, which fails every get, too",
      createScriptedHelper({ names: [["ghcr.io", "sammy"]] }),
      {
        fallback: () => {
          throw new HelperError("bad-setting", "DOCR_FALLBACK must be…");
        },
      },
    ],
    [
      "a fallback helper that cannot be run",
      createScriptedHelper({ names: [["ghcr.io", "sammy"]] }),
      { fallback: () => "docr-test-missing" },
    ],
  ])("succeeds and is empty with %s", async (_title, helper, ports) => {
    expect(await list(helper, ports)).toEqual(EMPTY);
  });

  it("names DigitalOcean's registry although the fallback helper cannot be run", async () => {
    const names = [
      ["registry.digitalocean.com", "docr"],
      ["ghcr.io", "sammy"],
    ] as const;
    const response = await list(createScriptedHelper({ names }), { fallback: () => "docr-test-missing" });
    expect(response).toEqual({ stdout: '{"registry.digitalocean.com":"docr"}\n', exitCode: 0 });
  });
});
