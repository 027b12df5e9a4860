import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DECIDING_VARIABLES,
  DEFERRING_VARIABLES,
  CACHED_SERVER_URL,
  configPath,
  responseFileName,
  responseFolder,
  keyText,
} from "../../../../src/response-cache/shared/key.ts";
import { FALLBACK_VARIABLES, fallbackKeyText } from "../../../../src/response-cache/shared/fallback-note.ts";
import { configHome } from "../../../../src/core/machine.ts";
import { REGISTRY_HOST } from "../../../../src/core/address.ts";
import { sha256 } from "../../../../src/app/startup/sha256.ts";

const values = fc.array(fc.oneof(fc.constant(""), fc.string(), fc.constantFrom("=", "=1:=", "\n1:=")), {
  minLength: 3,
  maxLength: 3,
});

describe("the text that names a finished answer", () => {
  it("is another one for other values or another config", () => {
    fc.assert(
      fc.property(values, fc.string(), values, fc.string(), (a, configA, b, configB) => {
        const isSame = JSON.stringify([a, configA]) === JSON.stringify([b, configB]);
        expect(keyText(a, configA) === keyText(b, configB)).toBe(isSame);
        expect(fallbackKeyText(a, configA) === fallbackKeyText(b, configB)).toBe(isSame);
      }),
    );
  });

  it("tells a variable that is set to nothing from one that is not set", () => {
    expect(keyText(["="], "")).not.toBe(keyText([""], ""));
  });

  it("moves nothing from one variable to the next, nor to the config", () => {
    expect(keyText(["=a", "=b"], "")).not.toBe(keyText(["=a\n2:=b", ""], ""));
    expect(keyText(["=a", ""], "x")).not.toBe(keyText(["=a", "\nx"], ""));
  });

  it("is never that of a fallback's note", () => {
    expect(keyText([], "")).not.toBe(fallbackKeyText([], ""));
  });
});

describe("the variables", () => {
  it("decide by their text, or leave every answer to the full program, and none does both", () => {
    const all = [...DECIDING_VARIABLES, ...DEFERRING_VARIABLES];
    expect(new Set(all).size).toBe(all.length);
    expect(DEFERRING_VARIABLES).toContain("DIGITALOCEAN_ACCESS_TOKEN_FILE");
    expect(DEFERRING_VARIABLES).toContain("DOCR_LOG");
  });

  it("that say who else answers are among those that decide, but for the places of settings themselves", () => {
    const others = FALLBACK_VARIABLES.filter((name) => !DECIDING_VARIABLES.includes(name));
    expect(others).toEqual(["XDG_CONFIG_HOME"]);
  });
});

describe("the places", () => {
  it("of the answer's file and of the settings are those of the full program", () => {
    const home = fc.constantFrom("", "/home/me", "relative");
    const xdg = fc.constantFrom("", "/xdg", "relative", "./x");
    fc.assert(
      fc.property(home, xdg, (HOME, XDG_CONFIG_HOME) => {
        const env = {
          ...(HOME === "" ? {} : { HOME }),
          ...(XDG_CONFIG_HOME === "" ? {} : { XDG_CONFIG_HOME }),
        };
        const folder = configHome({ env, platform: "linux", uid: 1000 });
        const expected = folder === undefined ? "" : `${folder}/docr/config.json`;
        expect(configPath(HOME, XDG_CONFIG_HOME)).toBe(expected);
      }),
    );
  });

  it.each([
    ["/run/user/7", "/run/user/7/docr"],
    ["", "/dev/shm/docr-7"],
    ["run", "/dev/shm/docr-7"],
    ["./run", "/dev/shm/docr-7"],
  ])("of the private folder: XDG_RUNTIME_DIR %j makes it %s", (runtimeDir, folder) => {
    expect(responseFolder(runtimeDir, 7)).toBe(folder);
  });

  it("of the private folder has the whole of the highest user number in it", () => {
    expect(responseFolder("", 4_294_967_294)).toBe("/dev/shm/docr-4294967294");
  });

  it("of a finished answer is a name that private files can have", () => {
    expect(responseFileName(sha256("x"))).toMatch(/^warm-[0-9a-f]{64}$/);
  });
});

describe("what both share", () => {
  it("is the host, as the full program spells it", () => {
    expect(CACHED_SERVER_URL).toBe(REGISTRY_HOST);
  });

  it("is SHA-256: of any text, the program's own is Node's, which the launcher's is too", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(sha256(text)).toBe(createHash("sha256").update(text.toWellFormed()).digest("hex"));
      }),
    );
  });
});
