import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseManifest, platformsOfConfig } from "../../../src/oci/manifests.ts";
import { failureOfSync } from "../../support/fakes/failure-of.ts";
import {
  contentOf,
  createImage,
  createIndex,
  digestOf,
  DOCKER_LIST,
  OCI_IMAGE,
  OCI_INDEX,
  SCHEMA_2,
} from "../../support/fakes/images.ts";

const HOST = "registry.example";
const WRONG = "registry.example sent an invalid response: ";
const parse = (value: unknown, contentType?: string) =>
  parseManifest(Buffer.from(typeof value === "string" ? value : JSON.stringify(value)), contentType, HOST);

describe("an image's manifest", () => {
  it.each([SCHEMA_2, OCI_IMAGE])("of type %s has a size and names its config", (type) => {
    const { manifest, config, contentBytes } = createImage(type, {});
    expect(parseManifest(manifest.bytes, type, HOST)).toEqual({
      mediaType: type,
      contentBytes,
      platforms: [],
      config: digestOf(config),
      digested: manifest.bytes,
    });
  });

  it("of another artifact has no config with a platform", () => {
    const config = {
      mediaType: "application/vnd.cncf.helm.config.v1+json",
      digest: digestOf(Buffer.from("")),
      size: 7,
    };
    const chart = { schemaVersion: 2, config, layers: [] };
    expect(parse(chart, OCI_IMAGE)).toMatchObject({ contentBytes: 7, config: undefined, platforms: [] });
  });

  it.each<[string, unknown, string]>([
    [
      "without sizes",
      { config: { digest: digestOf(Buffer.from("")) }, layers: [] },
      "a manifest without valid sizes",
    ],
    [
      "with a size below nothing",
      { config: { digest: digestOf(Buffer.from("")), size: 1 }, layers: [{ size: -1 }] },
      "a manifest without valid sizes",
    ],
    [
      "without layers",
      { config: { digest: digestOf(Buffer.from("")), size: 1 } },
      "a manifest without a valid list",
    ],
    ["without a config", { config: { size: 1 }, layers: [] }, "a manifest without a config"],
    [
      "whose config is a way elsewhere",
      { config: { size: 1, digest: "../../evil" }, layers: [] },
      "a manifest without a config",
    ],
    ["that is a list", [], "a manifest that is not a JSON object"],
    ["that is no JSON", "hunter2", "a manifest that is not a JSON object"],
  ])("%s is malformed", (_title, value, what) => {
    expect(failureOfSync(() => parse(value, OCI_IMAGE))).toEqual({
      code: "registry-malformed",
      message: WRONG + what,
    });
  });
});

describe("an index", () => {
  it.each([DOCKER_LIST, OCI_INDEX])("of type %s lists its platforms, without attestations", (type) => {
    const { bytes } = createIndex(type, ["linux/amd64", "linux/arm64/v8", "linux/amd64"]);
    expect(parseManifest(bytes, `${type}; charset=utf-8`, HOST)).toMatchObject({
      mediaType: type,
      contentBytes: undefined,
      platforms: ["linux/amd64", "linux/arm64/v8"],
      config: undefined,
    });
  });

  it("leaves out an invalid platform", () => {
    const entries = [{ platform: { os: "a\u001b[2J", architecture: "b" } }, { platform: 7 }, {}];
    expect(parse({ manifests: entries }, OCI_INDEX).platforms).toEqual([]);
  });
});

describe("a manifest of schema 1", () => {
  const layer = JSON.stringify({ os: "linux", architecture: "amd64" });
  const old = { schemaVersion: 1, name: "a/b", history: [{ v1Compatibility: layer }], fsLayers: [] };

  it("has the platform of its newest layer", () => {
    expect(parse(old)).toMatchObject({
      mediaType: "application/vnd.docker.distribution.manifest.v1+json",
      contentBytes: undefined,
      platforms: ["linux/amd64"],
    });
  });

  it("has the digest of the signed content", () => {
    const payload = Buffer.from(JSON.stringify(old, null, 3));
    const formatLength = payload.length - 2;
    const guarded = { formatLength, formatTail: payload.subarray(formatLength).toString("base64url") };
    const signature = { protected: Buffer.from(JSON.stringify(guarded)).toString("base64url") };
    const signed = `${payload.subarray(0, formatLength).toString()},"signatures":${JSON.stringify([signature])}}`;
    const manifest = parse(signed, "application/vnd.docker.distribution.manifest.v1+prettyjws");
    expect(manifest.digested).toEqual(payload);
  });

  it("with empty signatures is malformed", () => {
    expect(failureOfSync(() => parse({ ...old, signatures: [{}] }))?.code).toBe("registry-malformed");
  });
});

describe("a manifest's type", () => {
  it.each<[unknown, string | undefined]>([
    [{ mediaType: OCI_INDEX, manifests: [] }, undefined],
    [{ mediaType: OCI_INDEX, manifests: [] }, "application/json"],
    [{ schemaVersion: 2, manifests: [] }, "text/plain"],
  ])("is that in %j if the header is %j", (value, contentType) => {
    expect(parse(value, contentType).mediaType).toBe(OCI_INDEX);
  });

  it.each([{}, { mediaType: "hunter2" }])("may be unknown: %j", (value) => {
    const message = `${WRONG}a manifest of an unknown type`;
    expect(failureOfSync(() => parse(value))).toEqual({ code: "registry-malformed", message });
  });

  it("is determined, or malformed, for any input", () => {
    const types = fc.constantFrom(undefined, OCI_IMAGE, OCI_INDEX, "application/json");
    fc.assert(
      fc.property(fc.json(), types, (text, contentType) => {
        const failure = failureOfSync(() => parse(text, contentType));
        expect(failure?.code ?? "registry-malformed").toBe("registry-malformed");
      }),
    );
  });
});

describe("an image's config", () => {
  it("names one platform", () => {
    const { config } = createImage(SCHEMA_2, { os: "linux", architecture: "arm", variant: "v7" });
    expect(platformsOfConfig(config, HOST)).toEqual(["linux/arm/v7"]);
    expect(platformsOfConfig(Buffer.from("{}"), HOST)).toEqual([]);
  });

  it("that is not a JSON object is malformed", () => {
    const { bytes } = contentOf("", []);
    expect(failureOfSync(() => platformsOfConfig(bytes, HOST))?.code).toBe("registry-malformed");
  });
});
