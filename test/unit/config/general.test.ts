import { describe, expect, it } from "vitest";
import { readGeneralSettings } from "../../../src/config/general.ts";
import { failureOfSync } from "../../support/fakes/failure-of.ts";

describe("the general settings", () => {
  it("are the documented defaults if nothing is set", () => {
    for (const env of [{}, { DOCR_STORE: "", DOCR_FALLBACK: "", DOCR_UNKNOWN: "", DOCR_LOG: "" }]) {
      expect(readGeneralSettings({ HOME: "/home/ann", ...env }, {})).toEqual({
        store: "auto",
        storeId: "keychain /home/ann",
        fallback: undefined,
        unknown: "error",
        traceTarget: undefined,
      });
    }
  });

  it("come from the environment first, then from the config file", () => {
    const file = { store: "pass", fallback: "secretservice" };
    expect(readGeneralSettings({}, file)).toMatchObject(file);
    const env = { DOCR_STORE: "file", DOCR_FALLBACK: "osxkeychain", DOCR_UNKNOWN: "anonymous" };
    expect(readGeneralSettings(env, file)).toMatchObject({
      store: "file",
      fallback: "osxkeychain",
      unknown: "anonymous",
    });
  });

  it.each([
    [{ DOCR_STORE: "keychain" }, "keychain /home/ann"],
    [{ DOCR_STORE: "file" }, "file /home/ann"],
    [{ DOCR_STORE: "file", XDG_DATA_HOME: "/data" }, "file /data"],
    [{ DOCR_STORE: "pass" }, "pass /home/ann"],
    [{ DOCR_STORE: "pass", PASSWORD_STORE_DIR: "/pass" }, "pass /pass"],
  ])("identify the store of %j as %s", (env, storeId) => {
    expect(readGeneralSettings({ HOME: "/home/ann", ...env }, {}).storeId).toBe(storeId);
  });

  it.each([
    ["debug", "stderr"],
    ["DEBUG", "stderr"],
    ["Info", "stderr"],
    ["true", "stderr"],
    ["1", "stderr"],
    ["/tmp/docr.log", { path: "/tmp/docr.log" }],
    ["./debug", { path: "./debug" }],
    ["C:\\docr.log", { path: "C:\\docr.log" }],
    ["0", undefined],
    ["False", undefined],
    ["off", undefined],
  ])("send the trace for DOCR_LOG=%s to %j", (text, target) => {
    expect(readGeneralSettings({ DOCR_LOG: text }, {}).traceTarget).toEqual(target);
  });

  it("suggest the value that was meant, and name the file's path", () => {
    const file = { path: "/home/ann/c.json", store: "keychian" };
    expect(() => readGeneralSettings({}, file)).toThrow(
      expect.objectContaining({
        message: "store in /home/ann/c.json must be one of auto, keychain, file, pass",
        hint: "did you mean keychain?",
      }),
    );
  });

  it.each([
    [{ DOCR_STORE: "safe" }, {}, "DOCR_STORE"],
    [{}, { store: "safe" }, "store in docr/config.json"],
    [{ DOCR_FALLBACK: "../evil" }, {}, "DOCR_FALLBACK"],
    [{ DOCR_UNKNOWN: "anonymus" }, {}, "DOCR_UNKNOWN"],
    [{ DOCR_LOG: "debgu" }, {}, "DOCR_LOG"],
    [{ DOCR_LOG: "docr.log" }, {}, "DOCR_LOG"],
    [{}, { fallback: "../evil" }, "fallback in docr/config.json"],
  ])("name what is wrong in %j and %j", (env, file, name) => {
    const failure = failureOfSync(() => readGeneralSettings(env, file));
    expect(failure?.code).toBe("bad-setting");
    expect(failure?.message.startsWith(`${name} must be `)).toBe(true);
  });
});
