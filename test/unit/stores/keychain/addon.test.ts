import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { loadAddon } from "../../../../src/stores/keychain/addon.ts";
import { describeUnless } from "../../../support/lab/describe.ts";

const PREBUILD = join(
  dirname(createRequire(import.meta.url).resolve("keytar/package.json")),
  "prebuilds",
  `${process.platform}-${process.arch}`,
  "keytar.node",
);

function explainNoAddon(): string | undefined {
  if (!existsSync(PREBUILD)) return `keytar has no prebuild for ${process.platform}-${process.arch}`;
  try {
    process.dlopen({ exports: {} }, PREBUILD);
    return undefined;
  } catch (error) {
    return `keytar's addon does not load here (${String(error).slice(0, 80)})`;
  }
}

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docr-unit-"));
  vi.stubEnv("TMPDIR", folder);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const BYTES = Buffer.from("an addon");
const PLACES = { platform: process.platform, env: {}, temporaryDir: tmpdir };

/** What dlopen throws for a noexec mount. */
const refuse = (path: string): never => {
  throw new Error(`${path}: failed to map segment from shared object: Operation not permitted`);
};

describeUnless(explainNoAddon(), "keytar's own addon", () => {
  it("loads from its bytes and has keytar's functions", () => {
    const module: { exports: object } = { exports: {} };
    loadAddon(readFileSync(PREBUILD), (path) => process.dlopen(module, path), PLACES);
    expect(Object.keys(module.exports)).toEqual(
      expect.arrayContaining(["getPassword", "setPassword", "deletePassword", "findCredentials"]),
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});

describeUnless(
  process.platform === "linux" ? undefined : "unnamed files are Linux's own",
  "an addon on Linux",
  () => {
    it("has no name, so that no other process can replace it", () => {
      let links = -1;
      const path = loadAddon(
        BYTES,
        (given) => {
          links = statSync(given).nlink;
          expect(readFileSync(given)).toEqual(BYTES);
          return given;
        },
        PLACES,
      );
      expect(path).toMatch(/^\/proc\/self\/fd\/\d+$/);
      expect(links).toBe(0);
      expect(readdirSync(folder)).toEqual([]);
    });

    it("leaves no descriptor open, loaded or not", () => {
      const before = countDescriptors();
      loadAddon(BYTES, () => undefined, PLACES);
      expect(() => loadAddon(BYTES, () => refuseToLoad(), PLACES)).toThrow("no such symbol");
      expect(countDescriptors()).toBe(before);
    });

    it("is loaded from this user's own file if shared memory is mounted noexec", () => {
      const paths: string[] = [];
      const answer = loadAddon(
        BYTES,
        (path) => {
          paths.push(path);
          if (path.startsWith("/proc/")) return refuse(path);
          expect(readFileSync(path)).toEqual(BYTES);
          return [lstatSync(path).mode & 0o777, lstatSync(dirname(path)).mode & 0o777];
        },
        PLACES,
      );
      expect(answer).toEqual([0o600, 0o700]);
      expect(paths.at(-1)).toContain(`${folder}/docr-`);
      expect(readdirSync(folder)).toEqual([]);
    });

    it("leaves no file behind if it does not load", () => {
      expect(() => loadAddon(BYTES, refuse, PLACES)).toThrow("failed to map");
      expect(readdirSync(folder)).toEqual([]);
    });

    it("is not loaded again after an error of its own", () => {
      let attempts = 0;
      const load = (): never => {
        attempts += 1;
        return refuseToLoad();
      };
      expect(() => loadAddon(BYTES, load, PLACES)).toThrow("no such symbol");
      expect(attempts).toBe(1);
    });
  },
);

const countDescriptors = (): number => readdirSync("/proc/self/fd").length;

function refuseToLoad(): never {
  throw new Error("undefined symbol: no such symbol");
}

describe("an addon", () => {
  it("returns what dlopen returns", () => {
    expect(loadAddon(BYTES, () => "exports", PLACES)).toBe("exports");
  });
});
