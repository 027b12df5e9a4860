import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HUB_KEY, isRegistryName, parseAddress, REGISTRY_HOST } from "../../../src/core/address.ts";

const HOST = "registry.digitalocean.com";

describe("the address of DigitalOcean's registry", () => {
  it.each([
    HOST,
    `https://${HOST}`,
    `http://${HOST}`,
    `HTTPS://${HOST}`,
    `hTTp://${HOST}`,
    "REGISTRY.DIGITALOCEAN.COM",
    "Registry.DigitalOcean.com",
    `${HOST}:443`,
    `https://${HOST}:443`,
    `${HOST}/`,
    `${HOST}///`,
    `https://${HOST}:443/`,
    `https://${HOST}/v1/`,
    `https://${HOST}/v2`,
    `${HOST}/v2/acme/app`,
  ])("is %s, and no registry is named", (text) => {
    expect(parseAddress(text)).toEqual({ kind: "digitalocean", registry: undefined });
  });

  it.each([
    [`${HOST}/acme`, "acme"],
    [`${HOST}/acme/`, "acme"],
    [`${HOST}/acme/app`, "acme"],
    [`https://${HOST}:443/acme/team/app`, "acme"],
    [`${HOST}/v3`, "v3"],
    [`${HOST}/v1x`, "v1x"],
    [`${HOST}/V2`, "V2"],
    [`${HOST}/Not_A_Name`, "Not_A_Name"],
    [`${HOST}/..`, ".."],
  ])("takes the registry's name from the first segment of %s", (text, registry) => {
    expect(parseAddress(text)).toEqual({ kind: "digitalocean", registry });
  });
});

const LOOK_ALIKES: readonly (readonly [why: string, text: string])[] = [
  ["nothing at all", ""],
  ["a full-width letter", "ｒegistry.digitalocean.com"],
  ["a full-width full stop", "registry．digitalocean.com"],
  ["an ideographic full stop", "registry。digitalocean.com"],
  ["a half-width ideographic full stop", "registry｡digitalocean.com"],
  ["a percent escape for the full stop", "registry%2Edigitalocean.com"],
  ["a percent escape for a letter", "%72egistry.digitalocean.com"],
  ["an embedded tab", "registry.digital\tocean.com"],
  ["an embedded line feed", "registry.digital\nocean.com"],
  ["an embedded carriage return", "registry.digital\rocean.com"],
  ["a final line feed", "registry.digitalocean.com\n"],
  ["a second line", "registry.digitalocean.com\nevil.example"],
  ["the host in the second line", "evil.example\nregistry.digitalocean.com"],
  ["a NUL", "registry.digitalocean.com\0"],
  ["a leading space", " registry.digitalocean.com"],
  ["a final space", "registry.digitalocean.com "],
  ["a trailing dot", "registry.digitalocean.com."],
  ["a trailing dot before the port", "registry.digitalocean.com.:443"],
  ["a leading dot", ".registry.digitalocean.com"],
  ["two dots", "registry..digitalocean.com"],
  ["a user", "user@registry.digitalocean.com"],
  ["a user and a scheme", "https://user:password@registry.digitalocean.com"],
  ["the host as the user", "registry.digitalocean.com@evil.example"],
  ["the host as the user, with a scheme", "https://registry.digitalocean.com@evil.example"],
  ["the host and port as the user", "registry.digitalocean.com:443@evil.example"],
  ["a backslash and an at sign", "registry.digitalocean.com\\@evil.example"],
  ["a backslash as a slash", "https://registry.digitalocean.com\\evil.example"],
  ["backslashes behind the scheme", "https:\\\\registry.digitalocean.com"],
  ["an at sign in the path", "registry.digitalocean.com/@evil.example"],
  ["a longer domain", "registry.digitalocean.com.evil"],
  ["a longer domain behind a port", "registry.digitalocean.com:443.evil.example"],
  ["a longer label", "registry.digitalocean.community"],
  ["a label before it", "evil.registry.digitalocean.com"],
  ["another label", "xregistry.digitalocean.com"],
  ["a hyphen for a full stop", "registry-digitalocean.com"],
  ["any character for a full stop", "registryxdigitalocean.com"],
  ["the host in the path", "evil.example/registry.digitalocean.com"],
  ["the host as a URL in the path", "evil.example/https://registry.digitalocean.com"],
  ["the host in the query", "evil.example?registry.digitalocean.com"],
  ["a query", "registry.digitalocean.com?x"],
  ["a query behind the path", "registry.digitalocean.com/?x"],
  ["a fragment", "registry.digitalocean.com#x"],
  ["another port", "registry.digitalocean.com:5000"],
  ["port 80", "registry.digitalocean.com:80"],
  ["port 443 with a zero before it", "registry.digitalocean.com:0443"],
  ["port 443 with a digit behind it", "registry.digitalocean.com:4430"],
  ["an empty port", "registry.digitalocean.com:"],
  ["two ports", "registry.digitalocean.com:443:443"],
  ["full-width digits in the port", "registry.digitalocean.com:４４３"],
  ["another scheme", "ftp://registry.digitalocean.com"],
  ["docker's own scheme", "docker://registry.digitalocean.com"],
  ["half a scheme", "//registry.digitalocean.com"],
  ["a scheme with one slash", "https:/registry.digitalocean.com"],
  ["a scheme with three slashes", "https:///registry.digitalocean.com"],
  ["two schemes", "https://https://registry.digitalocean.com"],
  ["a long s in the scheme", "httpſ://registry.digitalocean.com"],
  ["a dotless i", "regıstry.digitalocean.com"],
  ["a capital I with a dot", "REGİSTRY.DIGITALOCEAN.COM"],
  ["a long s", "regiſtry.digitalocean.com"],
  ["a Cyrillic o", "registry.digitalоcean.com"],
  ["a soft hyphen", "registry.digital\u00ADocean.com"],
  ["a zero-width space", "registry.digital\u200Bocean.com"],
  ["a byte order mark", "\uFEFFregistry.digitalocean.com"],
  ["a direction mark", "\u202Eregistry.digitalocean.com"],
  ["a double slash in the path", "registry.digitalocean.com//acme"],
  ["a percent escape in the path", "registry.digitalocean.com/%61cme"],
  ["a colon in the path", "registry.digitalocean.com/acme:tag"],
  ["the API's host", "api.digitalocean.com"],
  ["the domain", "digitalocean.com"],
];

describe("another registry's address", () => {
  it.each(LOOK_ALIKES)("may contain %s", (_why, text) => {
    const address = parseAddress(text);
    expect(address.kind).toBe("other");
    expect(address).not.toMatchObject({ key: REGISTRY_HOST });
  });

  it("folds case in ASCII only: a Kelvin sign is not a k", () => {
    // DigitalOcean's host has no k. The Kelvin sign shows that keys are not folded in Unicode either.
    expect(parseAddress("docKer.example")).toEqual({ kind: "other", key: "docker.example" });
    expect(parseAddress("doc\u212Aer.example")).toEqual({ kind: "other", key: "doc\u212Aer.example" });
  });

  it.each([
    ["ghcr.io", "ghcr.io"],
    ["https://ghcr.io", "ghcr.io"],
    ["http://ghcr.io/", "ghcr.io"],
    ["GHCR.io//", "ghcr.io"],
    ["HTTP://GHCR.IO", "ghcr.io"],
    ["registry.example:5000", "registry.example:5000"],
    ["https://index.docker.io/v1/", "index.docker.io/v1"],
    ["https://index.docker.io/v1/access-token", "index.docker.io/v1/access-token"],
    ["https://index.docker.io/v1/refresh-token", "index.docker.io/v1/refresh-token"],
    ["https://Registry.Example/Team/App", "registry.example/Team/App"],
    ["docker.io/library/alpine", "docker.io/library/alpine"],
    ["[::1]:5000", "[::1]:5000"],
  ])("spelled %s has the key %s", (text, key) => {
    expect(parseAddress(text)).toEqual({ kind: "other", key });
  });

  it.each([
    "docker.io",
    "https://docker.io/",
    "http://Docker.io",
    "index.docker.io",
    "index.docker.io/v1",
    "https://index.docker.io/v1/",
    "https://index.docker.io:443/v1/",
    "registry-1.docker.io",
    "https://registry-1.docker.io/v2/",
  ])("knows Docker Hub as %s", (text) => {
    expect(parseAddress(text)).toEqual({ kind: "other", key: HUB_KEY });
  });

  it.each(["hub.docker.io", "docker.io.evil.test", "docker.io:5000", "docker.io@evil.test", "docker.io/v3"])(
    "does not take %s for Docker Hub",
    (text) => {
      expect(parseAddress(text)).not.toEqual({ kind: "other", key: HUB_KEY });
    },
  );

  it("distinguishes Docker Hub's three logins", () => {
    const keys = ["", "access-token", "refresh-token"].map((path) =>
      parseAddress(`https://index.docker.io/v1/${path}`),
    );
    expect(new Set(keys.map((key) => JSON.stringify(key))).size).toBe(3);
  });
});

/**
 * Written without a pattern, on purpose: the host part, behind an optional scheme, equals REGISTRY_HOST letter for letter
 * in ASCII, and what follows is nothing, port 443, or a path of plain characters.
 */
function namesOurHost(text: string): boolean {
  const lower = asciiLower(text);
  const scheme = ["https://", "http://"].find((prefix) => lower.startsWith(prefix)) ?? "";
  if (!lower.startsWith(HOST, scheme.length)) return false;
  let rest = text.slice(scheme.length + HOST.length);
  if (rest.startsWith(":443")) rest = rest.slice(4);
  if (rest === "") return true;
  const plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/";
  return rest.startsWith("/") && Array.from(rest).every((character) => plain.includes(character));
}

function asciiLower(text: string): string {
  return Array.from(text, (character) =>
    character >= "A" && character <= "Z" ? String.fromCharCode(character.charCodeAt(0) + 32) : character,
  ).join("");
}

const anyText = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), fc.string());

/** Spellings of DigitalOcean's host with characters inserted, removed or added around them. */
const nearlyOurs = fc
  .tuple(
    fc.constantFrom("", "https://", "http://", "HTTPS://", "//", "x@", "https://x@"),
    fc.constantFrom(HOST, HOST.toUpperCase(), "Registry.DigitalOcean.Com"),
    fc.constantFrom(
      "",
      ":443",
      ":80",
      ".",
      ":",
      "/",
      "//",
      "/acme",
      "/v2/",
      "?",
      "#",
      "\\@evil.example",
      "@evil",
    ),
    fc.nat(60),
    fc.nat(2),
    fc.oneof(
      fc.constant(""),
      fc.string({ unit: "binary", maxLength: 2 }),
      fc.constantFrom("。", "ſ", "K", "\t", "\n"),
    ),
  )
  .map(([before, host, after, at, taken, put]) => {
    const text = before + host + after;
    return text.slice(0, at) + put + text.slice(at + taken);
  });

const anyAddress = fc.oneof(anyText, nearlyOurs);

describe("any text", () => {
  it("has an address", () => {
    fc.assert(
      fc.property(anyAddress, (text) => {
        expect(parseAddress(text).kind).toMatch(/^(?:digitalocean|other)$/);
      }),
      { numRuns: 3000 },
    );
  });

  it("is DigitalOcean's registry only if its host is exactly that", () => {
    let matches = 0;
    fc.assert(
      fc.property(anyAddress, (text) => {
        if (parseAddress(text).kind === "other") return true;
        matches += 1;
        return namesOurHost(text);
      }),
      { numRuns: 20_000 },
    );
    // The property says nothing where the generator never gets there.
    expect(matches).toBeGreaterThan(500);
  });

  it("never has DigitalOcean's host as the key of another registry", () => {
    fc.assert(
      fc.property(anyAddress, (text) => {
        expect(parseAddress(text)).not.toEqual({ kind: "other", key: REGISTRY_HOST });
      }),
      { numRuns: 20_000 },
    );
  });

  it("is DigitalOcean's registry in every spelling of the grammar", () => {
    const segment = fc.string({
      unit: fc.constantFrom(...Array.from("abcxyzABC0189._-")),
      minLength: 1,
      maxLength: 9,
    });
    const spelling = fc.tuple(
      fc.mixedCase(fc.constantFrom("", "http://", "https://")),
      fc.mixedCase(fc.constant(HOST)),
      fc.constantFrom("", ":443"),
      fc.array(segment, { maxLength: 4 }),
      fc.nat(3),
    );
    fc.assert(
      fc.property(spelling, ([scheme, host, port, path, slashes]) => {
        const text = `${scheme}${host}${port}${path.map((one) => `/${one}`).join("")}${"/".repeat(slashes)}`;
        const first = path[0];
        expect(parseAddress(text)).toEqual({
          kind: "digitalocean",
          registry: first === "v1" || first === "v2" ? undefined : first,
        });
      }),
    );
  });

  it("has the same key with any scheme and final slashes", () => {
    const host = fc.stringMatching(/^[a-z0-9]{1,10}\.example(:\d{2,5})?$/);
    const path = fc.stringMatching(/^(\/[A-Za-z0-9_-]{1,8}){0,3}$/);
    fc.assert(
      fc.property(
        host,
        path,
        fc.constantFrom("", "http://", "https://", "HTTPS://"),
        fc.nat(3),
        (...parts) => {
          const [name, rest, scheme, slashes] = parts;
          expect(parseAddress(`${scheme}${name.toUpperCase()}${rest}${"/".repeat(slashes)}`)).toEqual(
            parseAddress(name + rest),
          );
        },
      ),
    );
  });
});

describe("a registry's name", () => {
  it.each(["a", "acme", "acme-staging", "0-9", "a".repeat(63)])("may be %s", (name) => {
    expect(isRegistryName(name)).toBe(true);
  });

  it.each(["", "a".repeat(64), "Acme", "acme_1", "a.b", "a/b", "..", "acme\n", "ácme", "a b", "a?b"])(
    "may not be %j",
    (name) => {
      expect(isRegistryName(name)).toBe(false);
    },
  );
});
