import { describe, expect, it } from "vitest";
import { API_VERSIONS, encodeRequest, parseRequest } from "../../../src/kubelet/request.ts";
import { failureOfSync } from "../../support/fakes/failure-of.ts";

const IMAGE = "registry.digitalocean.com/acme/app";
const REQUEST = { kind: "CredentialProviderRequest", apiVersion: API_VERSIONS[0], image: IMAGE };
const bytes = (value: unknown): Uint8Array =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value));

describe("the kubelet's request", () => {
  it.each(API_VERSIONS)("is read in version %s", (apiVersion) => {
    expect(parseRequest(bytes({ ...REQUEST, apiVersion }))).toEqual({ apiVersion, image: IMAGE });
  });

  it("is written byte for byte as the kubelet writes it", () => {
    expect(encodeRequest({ apiVersion: API_VERSIONS[0], image: "test.registry.io/foobar" })).toBe(
      '{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1","image":"test.registry.io/foobar"}\n',
    );
  });

  it("may have a service account's token and fields of a later kubelet", () => {
    const more = { serviceAccountToken: "hunter2", serviceAccountAnnotations: { a: "b" }, foo: 1 };
    expect(parseRequest(bytes({ ...REQUEST, ...more }))).toEqual({
      apiVersion: API_VERSIONS[0],
      image: IMAGE,
    });
  });

  it.each([
    ["nothing", "", "input-missing"],
    ["no JSON", "hunter2", "input-not-json"],
    ["a byte order mark", `\uFEFF${JSON.stringify(REQUEST)}`, "input-not-json"],
    ["two documents", `${JSON.stringify(REQUEST)}{}`, "input-not-json"],
    ["a list", "[]", "input-wrong-type"],
    ["another kind", { ...REQUEST, kind: "hunter2" }, "input-wrong-type"],
    ["another group", { ...REQUEST, apiVersion: "hunter2.k8s.io/v1" }, "input-wrong-type"],
    ["a later version", { ...REQUEST, apiVersion: `${API_VERSIONS[0]}0` }, "input-wrong-type"],
    ["no image", { ...REQUEST, image: undefined }, "input-wrong-type"],
    ["an empty image", { ...REQUEST, image: "" }, "input-wrong-type"],
    ["an image that is no text", { ...REQUEST, image: 1 }, "input-wrong-type"],
  ])("is rejected as %s, without quoting it", (_title, input, code) => {
    const failure = failureOfSync(() => parseRequest(bytes(input)));
    expect(failure?.code).toBe(code);
    expect(failure?.message).not.toContain("hunter2");
  });

  it("is rejected if it is not UTF-8", () => {
    expect(failureOfSync(() => parseRequest(Uint8Array.of(0x7b, 0xff)))?.code).toBe("input-not-text");
  });
});
