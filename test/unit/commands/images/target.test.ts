import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseHost, parseKey, parseTarget } from "../../../../src/commands/images/target.ts";
import type { Image } from "../../../../src/core/image.ts";
import { failureOf, failureOfSync } from "../../../support/fakes/failure-of.ts";

describe("a registry", () => {
  it.each([
    ["ghcr.io", "ghcr.io"],
    ["GHCR.IO", "ghcr.io"],
    ["ghcr.io/", "ghcr.io"],
    ["https://ghcr.io", "ghcr.io"],
    ["docker://ghcr.io", "ghcr.io"],
    ["https://ghcr.io/v2/acme/app/tags/list", "ghcr.io"],
    ["http://ghcr.io//", "ghcr.io"],
    ["localhost", "localhost"],
    ["localhost:5000", "localhost:5000"],
    ["http://localhost:5000/", "localhost:5000"],
    ["registry.example:443", "registry.example:443"],
    ["127.0.0.1:5000", "127.0.0.1:5000"],
    ["[::1]:5000", "[::1]:5000"],
    ["[2001:DB8::1]", "[2001:db8::1]"],
    ["docker.io", "docker.io"],
    ["Docker.IO", "docker.io"],
    ["index.docker.io", "docker.io"],
    ["https://index.docker.io/v1/", "docker.io"],
    ["https://index.docker.io/v1", "docker.io"],
    ["index.docker.io/v1/", "docker.io"],
    ["registry-1.docker.io", "docker.io"],
    ["https://registry-1.docker.io/v2/", "docker.io"],
  ])("can be written as %s", (text, host) => {
    expect(parseTarget(text)).toEqual({ host });
    expect(parseHost(text)).toBe(host);
  });

  it.each([
    "https://",
    "https://registry/",
    "https://user:hunter2@ghcr.io",
    "https://user:hunter2@ghcr.io/acme/app",
    "https://ghcr.io:port",
    "-.-",
    "a..b",
    "ghcr.io:123456",
    "http://http://ghcr.io",
  ])("cannot be %s, and the message quotes nothing", async (text) => {
    expect(await failureOf(() => parseTarget(text))).toEqual({
      code: "bad-arguments",
      message: "this is not the host of a registry",
    });
  });

  it.each(["alpine", "ghcr.io/acme/app", "localhost:5000/app:1"])(
    "alone is not an image: %s",
    async (text) => {
      expect(await failureOf(() => parseHost(text))).toEqual({
        code: "bad-arguments",
        message: "this is the name of an image, not of a registry",
      });
    },
  );
});

describe("an image", () => {
  it.each([
    ["alpine", "docker.io", "library/alpine", undefined],
    ["alpine:3.20", "docker.io", "library/alpine", "3.20"],
    ["docker://alpine:3.20", "docker.io", "library/alpine", "3.20"],
    ["ubuntu:22", "docker.io", "library/ubuntu", "22"],
    ["acme/app", "docker.io", "acme/app", undefined],
    ["docker.io/library/alpine", "docker.io", "library/alpine", undefined],
    ["https://docker.io/alpine", "docker.io", "library/alpine", undefined],
    ["ghcr.io/acme/app:1", "ghcr.io", "acme/app", "1"],
    ["HTTPS://ghcr.io/acme/app:1", "ghcr.io", "acme/app", "1"],
    ["http://GHCR.io//acme/app/", "ghcr.io", "acme/app", undefined],
    ["localhost:5000/app", "localhost:5000", "app", undefined],
    ["Registry.example/app", "Registry.example", "app", undefined],
  ])("can be %s", (text, host, repository, tag) => {
    expect(parseTarget(text)).toEqual({ host, repository, tag });
  });

  it.each(["", " ", "ghcr.io/Acme", "ghcr.io/a b", "a:b:c", "ｇhcr.io/app"])("cannot be %j", async (text) => {
    expect((await failureOf(() => parseTarget(text))).code).toBe("bad-image");
  });
});

const nameOf = ({ host, repository, tag, digest }: Image): string =>
  `${host}/${repository}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;

it("any text is a registry, an image or a coded error, and a parsed target parses to itself", () => {
  const text = fc.oneof(
    fc.string(),
    fc.string().map((one) => `https://${one}`),
    fc.domain(),
    fc.webUrl(),
  );
  fc.assert(
    fc.property(text, (one) => {
      const failure = failureOfSync(() => {
        const target = parseTarget(one);
        // With the scheme: without it, `myhost:5000` is an image and its tag.
        const again = target.repository === undefined ? `https://${target.host}` : nameOf(target);
        expect(parseTarget(again)).toEqual(target);
      });
      expect([undefined, "bad-arguments", "bad-image"]).toContain(failure?.code);
    }),
  );
});

describe("a key", () => {
  it("is returned unchanged", () => {
    expect([parseKey(undefined), parseKey("https://a.example/v1/")]).toEqual([
      undefined,
      "https://a.example/v1/",
    ]);
  });

  it.each(["", "a\nb", "a\0"])("cannot be %j", async (key) => {
    expect((await failureOf(() => parseKey(key))).code).toBe("bad-arguments");
  });
});
