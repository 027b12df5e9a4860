import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BYPASS_VARIABLES,
  configPath,
  encodeKey,
  isBypassed,
  KEY_VARIABLES,
  keyText,
  type ReadVariable,
  responseFileName,
  responseFolder,
} from "../../../../src/response-cache/shared/key.ts";
import { NOTE_VARIABLES, noteKeyText } from "../../../../src/response-cache/shared/other-registry-note.ts";
import { configHome } from "../../../../src/core/machine.ts";
import { sha256 } from "../../../../src/app/startup/sha256.ts";

type Values = Readonly<Record<string, string | undefined>>;

const from =
  (values: Values): ReadVariable =>
  (name) =>
    values[name];

const value = fc.option(fc.oneof(fc.constant(""), fc.string(), fc.constantFrom("=", "=1:=", "\n1:=")), {
  nil: undefined,
});
const values = fc.record({ A: value, B: value, C: value });

const keyOf = (some: Values, config: string): string =>
  encodeKey("magic", ["A", "B", "C"], from(some), config);

describe("the key text", () => {
  it("differs if one value or the config differs", () => {
    fc.assert(
      fc.property(values, fc.string(), values, fc.string(), (a, configA, b, configB) => {
        const isSame = (["A", "B", "C"] as const).every((name) => a[name] === b[name]) && configA === configB;
        expect(keyOf(a, configA) === keyOf(b, configB)).toBe(isSame);
      }),
    );
  });

  it("tells an empty variable from one that is not set", () => {
    expect(keyOf({ A: "" }, "")).not.toBe(keyOf({}, ""));
  });

  it("does not confuse a value with the next value or with the config", () => {
    expect(keyOf({ A: "a", B: "b" }, "")).not.toBe(keyOf({ A: "a\n2:=b", B: undefined }, ""));
    expect(keyOf({ A: "a" }, "x")).not.toBe(keyOf({ A: "a", B: "\nx" }, ""));
  });

  it("depends on every variable in its list", () => {
    for (const name of KEY_VARIABLES)
      expect(keyText(from({ [name]: "x" }), "", "")).not.toBe(keyText(from({}), "", ""));
    for (const name of NOTE_VARIABLES)
      expect(noteKeyText(from({ [name]: "x" }), "")).not.toBe(noteKeyText(from({}), ""));
  });

  it("of a response depends on the registry that the address names", () => {
    const names = ["", "acme", "beta"];
    expect(new Set(names.map((name) => keyText(from({}), "", name))).size).toBe(names.length);
  });

  it("of a response is never the key text of a note about other registries", () => {
    expect(keyText(from({}), "", "")).not.toBe(noteKeyText(from({}), ""));
  });

  it("stays the same from release to release, so that stored files stay valid", () => {
    const environment = from({ DOCR_TTL: "600", DOCR_STORE: "", HOME: "/home/me" });
    expect(keyText(environment, "={}", "acme")).toBe(
      `docr-warm-2 acme\n${"0:\n".repeat(7)}4:=600\n0:\n1:=\n${"0:\n".repeat(3)}9:=/home/me\n0:\n={}`,
    );
    expect(noteKeyText(environment, "={}")).toBe("docr-other-1\n0:\n1:=\n9:=/home/me\n0:\n={}");
  });
});

describe("the variables", () => {
  it("are part of the key or bypass the cache, and none does both", () => {
    const all = [...KEY_VARIABLES, ...BYPASS_VARIABLES];
    expect(new Set(all).size).toBe(all.length);
    expect(BYPASS_VARIABLES).toContain("DIGITALOCEAN_ACCESS_TOKEN_FILE");
    expect(BYPASS_VARIABLES).toContain("DOCR_LOG");
  });

  it("that bypass the cache do so with any value", () => {
    expect(isBypassed(from({}))).toBe(false);
    expect(isBypassed(from({ HOME: "/home/me", DOCR_TTL: "600" }))).toBe(false);
    for (const name of BYPASS_VARIABLES)
      for (const some of ["", "x"]) expect(isBypassed(from({ [name]: some }))).toBe(true);
  });

  it("that choose the store and the fallback helper are part of a response's key too, except XDG_CONFIG_HOME", () => {
    const others = NOTE_VARIABLES.filter((name) => !KEY_VARIABLES.includes(name));
    expect(others).toEqual(["XDG_CONFIG_HOME"]);
  });
});

describe("the paths", () => {
  it("of the config file is where docr reads it", () => {
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
  ])("of the private folder with XDG_RUNTIME_DIR %j is %s", (runtimeDir, folder) => {
    expect(responseFolder(runtimeDir, 7)).toBe(folder);
  });

  it("of the private folder contains the highest user id in full", () => {
    expect(responseFolder("", 4_294_967_294)).toBe("/dev/shm/docr-4294967294");
  });

  it("of a cached response ends with a valid name of a private file", () => {
    expect(responseFileName(sha256("x"))).toMatch(/^warm-[0-9a-f]{64}$/);
  });
});

describe("the launcher and docr agree", () => {
  it("on SHA-256: docr's own equals Node's, and so does the launcher's", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(sha256(text)).toBe(createHash("sha256").update(text.toWellFormed()).digest("hex"));
      }),
    );
  });
});
