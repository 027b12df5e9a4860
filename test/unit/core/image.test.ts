import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isHelperError } from "../../../src/core/errors.ts";
import { clientKeyOf, parseImage, registryApiHost } from "../../../src/core/image.ts";

const SHA256 = `sha256:${"0123456789abcdef".repeat(4)}`;
const SHA512 = `sha512:${"0123456789abcdef".repeat(8)}`;

/** Host, repository, tag, digest. */
type Parts = readonly [host: string, repository: string, tag?: string | undefined, digest?: string];

function partsOf(text: string): Parts {
  const { host, repository, tag, digest } = parseImage(text);
  if (digest !== undefined) return [host, repository, tag, digest];
  return tag === undefined ? [host, repository] : [host, repository, tag];
}

/** What parsing the text throws, in a form to compare. */
function failureOf(text: string): { readonly code: string; readonly message: string } {
  try {
    parseImage(text);
  } catch (error) {
    if (isHelperError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error(`${JSON.stringify(text)} is an image`);
}

/** What comes of the text, in a line. */
function wordOf(text: string): string {
  try {
    return parseImage(text) && "an image";
  } catch (error) {
    return isHelperError(error) ? `HelperError: ${error.code}: ${error.message}` : String(error);
  }
}

describe("an image on Docker Hub", () => {
  it.each<[string, Parts]>([
    ["alpine", ["docker.io", "library/alpine"]],
    ["alpine:3.20", ["docker.io", "library/alpine", "3.20"]],
    ["acme/app", ["docker.io", "acme/app"]],
    ["acme/app:v1", ["docker.io", "acme/app", "v1"]],
    ["a/b/c", ["docker.io", "a/b/c"]],
    ["docker.io/alpine", ["docker.io", "library/alpine"]],
    ["docker.io/library/alpine", ["docker.io", "library/alpine"]],
    ["index.docker.io/alpine", ["docker.io", "library/alpine"]],
    ["index.docker.io/acme/app:v1", ["docker.io", "acme/app", "v1"]],
    ["library/alpine", ["docker.io", "library/alpine"]],
    ["localhost", ["docker.io", "library/localhost"]],
    ["localhost:5000", ["docker.io", "library/localhost", "5000"]],
    ["registry.example", ["docker.io", "library/registry.example"]],
    ["a_b/c__d/e-f---g.h", ["docker.io", "a_b/c__d/e-f---g.h"]],
    [`alpine@${SHA256}`, ["docker.io", "library/alpine", undefined, SHA256]],
    [`alpine:3@${SHA512}`, ["docker.io", "library/alpine", "3", SHA512]],
  ])("may be written %s", (text, parts) => {
    expect(partsOf(text)).toEqual(parts);
  });
});

describe("an image in another registry", () => {
  it.each<[string, Parts]>([
    ["registry.digitalocean.com/acme/app:v1", ["registry.digitalocean.com", "acme/app", "v1"]],
    ["localhost/app", ["localhost", "app"]],
    ["localhost:5000/app:v1", ["localhost:5000", "app", "v1"]],
    ["HOST/app", ["HOST", "app"]],
    ["Docker.io/app", ["Docker.io", "app"]],
    ["registry-1.docker.io/library/alpine", ["registry-1.docker.io", "library/alpine"]],
    ["127.0.0.1:5000/app", ["127.0.0.1:5000", "app"]],
    ["[::1]/app", ["[::1]", "app"]],
    ["[2001:db8::1]:5000/app:v1", ["[2001:db8::1]:5000", "app", "v1"]],
    ["a.b/c/d/e/f", ["a.b", "c/d/e/f"]],
    [`ghcr.io/a/b:c@${SHA256}`, ["ghcr.io", "a/b", "c", SHA256]],
    ["xn--n3h.example/app", ["xn--n3h.example", "app"]],
  ])("may be written %s", (text, parts) => {
    expect(partsOf(text)).toEqual(parts);
  });

  it("may have a tag of 128 characters and a repository of 255", () => {
    expect(parseImage(`alpine:${"a".repeat(128)}`).tag).toHaveLength(128);
    expect(parseImage(`a.b/${"a".repeat(255)}`).repository).toHaveLength(255);
    expect(parseImage(`docker.io/${"a".repeat(247)}`).repository).toHaveLength(255);
  });
});

describe("an invalid name", () => {
  it.each([
    ["", "the image name is empty"],
    ["0".repeat(64), "64 hexadecimal digits are an image id, not an image name"],
    ["https://ghcr.io/a/b", "an image name starts with the host, without http:// or https://"],
    ["acme/App", "the image's repository must be in lower case"],
    ["Alpine", "the image's repository must be in lower case"],
    ["ghcr.io/ACME/app:v1", "the image's repository must be in lower case"],
    ["HOST/App", "the image's repository must be in lower case"],
    ["ghcr.io/", "the image name has no repository"],
    [":tag", "the image name has no repository"],
    [`@${SHA256}`, "the image name has no repository"],
    [
      "alpine:",
      "the image's tag must be 1 to 128 letters, digits, _, . and -, and must not start with . or -",
    ],
    [
      "alpine:.x",
      "the image's tag must be 1 to 128 letters, digits, _, . and -, and must not start with . or -",
    ],
    [
      "alpine:a:b",
      "the image's tag must be 1 to 128 letters, digits, _, . and -, and must not start with . or -",
    ],
    [
      `alpine:${"a".repeat(129)}`,
      "the image's tag must be 1 to 128 letters, digits, _, . and -, and must not start with . or -",
    ],
    ["alpine@", "the image's digest must be sha256: and 64 lower-case hexadecimal digits"],
    ["alpine@sha256:abc", "the image's digest must be sha256: and 64 lower-case hexadecimal digits"],
    [
      `alpine@${SHA256.toUpperCase()}`,
      "the image's digest must be sha256: and 64 lower-case hexadecimal digits",
    ],
    [
      `alpine@md5:${"0".repeat(32)}`,
      "the image's digest must be sha256: and 64 lower-case hexadecimal digits",
    ],
    ["a.b:x/c", "the port of the image's host is not a number"],
    ["a.b:/c", "the port of the image's host is not a number"],
    ["-a.b/c", "the image's host is not a valid host name"],
    ["a..b/c", "the image's host is not a valid host name"],
    [".a/b", "the image's host is not a valid host name"],
    ["user@a.b/c", "the image's host is not a valid host name"],
    ["::1/app", "the image's host is not a valid host name"],
    [`a.b/${"a".repeat(256)}`, "the image's repository is longer than 255 characters"],
    ["a".repeat(248), "the image's repository is longer than 255 characters"],
    ["a".repeat(1025), "the image name is longer than 1024 characters"],
  ])("%j is an error: %s", (text, message) => {
    expect(failureOf(text)).toEqual({ code: "bad-image", message });
  });

  it.each([
    "a//b",
    "/a",
    "a/",
    "a/b/",
    "-a",
    "a-",
    "a..b",
    "a___b",
    "a._b",
    "a b",
    "alpine\n",
    "\nalpine",
    "ａlpine",
    "a%2fb",
    "ghcr.io/a\tb",
    "ghcr。io/a",
    "a\0",
  ])("may be similar to a valid one: %j", (text) => {
    expect(failureOf(text).code).toBe("bad-image");
  });
});

describe("parsing", () => {
  it("returns an image or a coded error, and repeats nothing of the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(wordOf(text)).toMatch(/^(?:an image|HelperError: bad-image: [\x20-\x7e]+)$/);
      }),
    );
  });

  it("parses its own normal form to the same image", () => {
    const segment = fc.stringMatching(/^[a-z0-9]{1,8}(?:(?:[._]|__|-{1,3})[a-z0-9]{1,8}){0,2}$/);
    const image = fc.record({
      host: fc.constantFrom("docker.io", "ghcr.io", "localhost:5000", "[::1]:5000", "HOST"),
      repository: fc.array(segment, { minLength: 2, maxLength: 4 }).map((all) => all.join("/")),
      tag: fc.option(fc.stringMatching(/^\w[\w.-]{0,20}$/), { nil: undefined }),
      digest: fc.constantFrom(undefined, SHA256),
    });
    fc.assert(
      fc.property(image, (given) => {
        const tag = given.tag === undefined ? "" : `:${given.tag}`;
        const digest = given.digest === undefined ? "" : `@${given.digest}`;
        expect(parseImage(`${given.host}/${given.repository}${tag}${digest}`)).toEqual(given);
      }),
    );
  });

  it.each([`${"a-".repeat(500)}!`, `a${".a".repeat(500)}!/x`, "-".repeat(1000), `a${"/a".repeat(500)}!`])(
    "takes less than its time limit for a text that is nearly a name (%#)",
    (text) => {
      const started = performance.now();
      for (let round = 0; round < 100; round += 1) expect(failureOf(text).code).toBe("bad-image");
      expect(performance.now() - started).toBeLessThan(1_000);
    },
  );
});

describe("Docker Hub's other names", () => {
  it("are the host of its API and the key of its login", () => {
    expect(registryApiHost("docker.io")).toBe("registry-1.docker.io");
    expect(clientKeyOf("docker.io")).toBe("https://index.docker.io/v1/");
  });

  it.each(["ghcr.io", "localhost:5000", "registry-1.docker.io"])("are not those of %s", (host) => {
    expect(registryApiHost(host)).toBe(host);
    expect(clientKeyOf(host)).toBe(host);
  });
});
