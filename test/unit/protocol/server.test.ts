import { describe, expect, it } from "vitest";
import { serve } from "../../../src/protocol/server.ts";
import { createScriptedHelper } from "../../support/fakes/scripted-helper.ts";

describe("list", () => {
  it("never reads stdin, which testcontainers leaves open", async () => {
    const response = await serve("list", {
      helper: createScriptedHelper(),
      fallback: () => undefined,
      noteFallback: async () => undefined,
      hasOwnLogins: () => false,
      readInput: () => Promise.reject(new Error("stdin was read")),
      env: {},
      timeouts: { inputMs: 1_000, responseMs: 1_000 },
    });
    expect(response).toEqual({ stdout: "{}\n", exitCode: 0 });
  });
});
