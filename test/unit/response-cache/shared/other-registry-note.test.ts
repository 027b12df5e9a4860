import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAddress, REGISTRY_HOST } from "../../../../src/core/address.ts";
import {
  helperInNote,
  helperNote,
  isCertainlyOtherHost,
  isHelperName,
  KEYCHAIN_NOTE,
  noteFileName,
} from "../../../../src/response-cache/shared/other-registry-note.ts";
import { sha256 } from "../../../../src/app/startup/sha256.ts";

const capitals = fc
  .array(fc.boolean(), { minLength: REGISTRY_HOST.length, maxLength: REGISTRY_HOST.length })
  .map((flags) =>
    Array.from(REGISTRY_HOST, (letter, i) => (flags[i] ? letter.toUpperCase() : letter)).join(""),
  );
const registryAddress = fc
  .tuple(
    fc.constantFrom("", "https://", "http://", "HTTPS://", "hTTp://"),
    capitals,
    fc.constantFrom("", ":443"),
    fc.constantFrom("", "/", "/v1", "/v2/", "/acme", "/acme/app", "//"),
  )
  .map((parts) => parts.join(""));
/** An address of DigitalOcean's registry with a character replaced, removed or inserted. */
const nearlyRegistryAddress = fc
  .tuple(registryAddress, fc.nat(40), fc.string({ unit: "binary", maxLength: 2 }), fc.constantFrom(0, 1))
  .map(([text, at, put, drop]) => text.slice(0, at) + put + text.slice(at + drop));

describe("an address that certainly belongs to another registry", () => {
  it.each([
    "ghcr.io",
    "https://index.docker.io/v1/",
    "https://index.docker.io/v1/access-token",
    "localhost:5000",
    "my_host:5000/v2/path",
    "GHCR.IO",
    "registry.example.com",
    "192.0.2.1:5000",
  ])("is %s", (address) => {
    expect(isCertainlyOtherHost(address)).toBe(true);
  });

  it.each([
    "",
    "registry.digitalocean.com",
    "REGISTRY.DIGITALOCEAN.COM",
    "https://registry.DigitalOcean.com/acme",
    "registry.digitalocean.com.evil.example",
    "digitalocean",
    "me@ghcr.io",
    "ghcr.io?x",
    "ghcr.io#x",
    "ghcr.io\\x",
    "ghcr.io%2e",
    "ghcr.io x",
    "ghcr.io\nx",
    "ghcr.io\0",
    "gһcr.io",
    "registry.digitalocean.com",
    "registry。digitalocean。com",
    "[::1]:5000",
  ])("is not %j: docr decides", (address) => {
    expect(isCertainlyOtherHost(address)).toBe(false);
  });

  it("is never one that docr's grammar accepts as DigitalOcean's registry, in any spelling", () => {
    fc.assert(
      fc.property(registryAddress, (address) => {
        expect(parseAddress(address).kind).toBe("digitalocean");
        expect(isCertainlyOtherHost(address)).toBe(false);
      }),
    );
  });

  it("is never one that docr's grammar accepts as DigitalOcean's registry, even if it is similar", () => {
    fc.assert(
      fc.property(fc.oneof(nearlyRegistryAddress, fc.string(), fc.webUrl()), (address) => {
        expect(isCertainlyOtherHost(address) && parseAddress(address).kind === "digitalocean").toBe(false);
      }),
      { numRuns: 3000 },
    );
  });

  it("has only characters that every parser reads alike", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (address) => {
        expect(isCertainlyOtherHost(address) && !/^[A-Za-z0-9._/:-]+$/.test(address)).toBe(false);
      }),
    );
  });
});

describe("a helper's name", () => {
  const pattern = /^[A-Za-z0-9_.-]{1,64}$/;
  const letter = fc.constantFrom(...Array.from("aZ09-._ /@`[{:~\n\0é"));

  it("is the last part of a command's name, and never docr", () => {
    const names = fc.oneof(
      fc.string({ unit: "binary", maxLength: 70 }),
      fc.string({ unit: letter, maxLength: 70 }),
      fc.string({ unit: fc.constantFrom("a", "-"), minLength: 62, maxLength: 67 }),
      fc.constantFrom("docr", "DOCR", "docr2", "secretservice", "osxkeychain", "..", "-"),
    );
    fc.assert(
      fc.property(names, (name) => {
        expect(isHelperName(name)).toBe(pattern.test(name) && !name.endsWith("\n") && name !== "docr");
      }),
      { numRuns: 2000 },
    );
  });

  it("accepts letters, digits, dot, underscore and hyphen only", () => {
    for (let code = 0; code < 0x180; code++) {
      const character = String.fromCharCode(code);
      expect(isHelperName(`a${character}b`), `code ${code}`).toBe(pattern.test(character));
    }
  });

  it("has at most 64 characters", () => {
    expect(isHelperName("a".repeat(64))).toBe(true);
    expect(isHelperName("a".repeat(65))).toBe(false);
  });
});

describe("the note", () => {
  it("names a fallback helper, or the keychain", () => {
    for (const name of ["pass", "keychain", "helper", "a".repeat(64)])
      expect(helperInNote(helperNote(name))).toBe(name);
    expect(helperInNote(KEYCHAIN_NOTE)).toBe(undefined);
  });

  it.each([
    "",
    "pass",
    "osxkeychain",
    "helper",
    "helper ",
    "helper docr",
    "helper a/b",
    "helper pass\n",
    "Helper pass",
  ])(
    "does not name a helper with the text %j, as earlier versions or other programs could write it",
    (text) => {
      expect(helperInNote(text)).toBe(undefined);
      expect(text).not.toBe(KEYCHAIN_NOTE);
    },
  );

  it("is stored in a file with a valid name of a private file, and not under that of earlier versions", () => {
    expect(noteFileName(sha256("x"))).toMatch(/^other-[0-9a-f]{64}$/);
  });
});
