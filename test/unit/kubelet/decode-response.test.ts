import { describe, expect, it } from "vitest";
import { decodeResponse } from "../../../src/kubelet/decode-response.ts";
import { API_VERSIONS } from "../../../src/kubelet/request.ts";

const AUTH = '"auth":{"registry.digitalocean.com":{"username":"u","password":"p"}}';
const HEAD = `"kind":"CredentialProviderResponse","apiVersion":"${API_VERSIONS[0]}"`;
const REGISTRY = '"cacheKeyType":"Registry"';
const decode = (text: string) => decodeResponse(text, API_VERSIONS[0]);

/** A response with this duration. */
const lasting = (duration: string): string => `{${HEAD},${REGISTRY},"cacheDuration":${duration},${AUTH}}`;

// Each form and its fate were seen with the kubelet's own code, Kubernetes 1.37.2.
describe("a response that the kubelet accepts", () => {
  it.each([
    ['"10m0s"', 600_000],
    ['"1.5h"', 5_400_000],
    ['"0s"', 0],
    ['"0"', 0],
    ['"-1m"', -60_000],
    ["null", undefined],
  ])("has the duration %s", (duration, cacheMs) => {
    expect(decode(lasting(duration))).toMatchObject({ cacheKeyType: "Registry", cacheMs });
  });

  it.each([
    ["no duration", `{${HEAD},${REGISTRY},${AUTH}}`],
    ["several lines", `{\n ${HEAD},\n ${REGISTRY},\n ${AUTH}\n}\n\n`],
    ["the key type Global", `{${HEAD},"cacheKeyType":"Global",${AUTH}}`],
  ])("has %s", (_title, text) => {
    const decoded = decode(text);
    const auth = "auth" in decoded ? decoded.auth.get("registry.digitalocean.com") : undefined;
    expect([auth?.username.reveal(), auth?.secret.reveal()]).toEqual(["u", "p"]);
  });

  it.each([
    `{${HEAD},"cacheKeyType":"Image","cacheDuration":"0s","auth":null}`,
    `{${HEAD},"cacheKeyType":"Image","cacheDuration":"0s","auth":{}}`,
    `{${HEAD},"cacheKeyType":"Image","cacheDuration":"0s"}`,
  ])("may have no login: %s", (text) => {
    expect(decode(text)).toEqual({ cacheKeyType: "Image", cacheMs: 0, auth: new Map() });
  });

  it("may leave out the user name", () => {
    const decoded = decode(`{${HEAD},"cacheKeyType":"Image","auth":{"a.b":{"password":"p"}}}`);
    expect("auth" in decoded && decoded.auth.get("a.b")?.username.reveal()).toBe("");
  });
});

describe("a response that the kubelet rejects", () => {
  it.each([
    ["a field more", `{${HEAD},${REGISTRY},"expiresAt":1,${AUTH}}`, "field that the kubelet does not know"],
    ["metadata", `{${HEAD},"metadata":{},${REGISTRY},${AUTH}}`, "field that the kubelet does not know"],
    ["another case", `{${HEAD},"cachekeytype":"Registry",${AUTH}}`, "field that the kubelet does not know"],
    [
      "a field more in a login",
      `{${HEAD},${REGISTRY},"auth":{"a.b":{"username":"u","password":"p","email":"x"}}}`,
      "an entry of auth has a field that the kubelet does not know",
    ],
    ["a field twice", `{${HEAD},${REGISTRY},${REGISTRY},${AUTH}}`, "the response has a field twice"],
    ["another version", lasting('"1m"').replace("/v1", "/v1beta1"), "apiVersion is not"],
    ["no version", `{"kind":"CredentialProviderResponse",${REGISTRY},${AUTH}}`, "apiVersion is not"],
    ["another kind", `{${HEAD},${REGISTRY}}`.replace("Response", "Request"), "kind is not"],
    ["no kind", `{"apiVersion":"${API_VERSIONS[0]}",${REGISTRY},${AUTH}}`, "kind is not"],
    ["a number as duration", lasting("600"), "cacheDuration is not a duration"],
    ["days", lasting('"1d"'), "cacheDuration is not a duration"],
    ["an ISO duration", lasting('"PT1H"'), "cacheDuration is not a duration"],
    ["an empty duration", lasting('""'), "cacheDuration is not a duration"],
    ["a key type in small letters", `{${HEAD},"cacheKeyType":"registry",${AUTH}}`, "cacheKeyType is not"],
    ["no key type", `{${HEAD},${AUTH}}`, "cacheKeyType is not"],
    ["a banner", `hello\n${lasting('"1m"')}`, "not one JSON document"],
    ["text after it", `${lasting('"1m"')}bye`, "not one JSON document"],
    ["two documents", `${lasting('"1m"')}\n{}`, "not one JSON document"],
    ["a byte order mark", `\uFEFF${lasting('"1m"')}`, "not one JSON document"],
    ["nothing", "", "not one JSON document"],
    ["a comment", `/* */${lasting('"1m"')}`, "not one JSON document"],
    ["YAML", "kind: CredentialProviderResponse\n", "not one JSON document"],
    ["a list", "[]", "the response is not an object"],
    [
      "a login that is no object",
      `{${HEAD},${REGISTRY},"auth":{"a.b":"p"}}`,
      "entry of auth is not an object",
    ],
    [
      "a password that is no text",
      `{${HEAD},${REGISTRY},"auth":{"a.b":{"username":"u","password":1}}}`,
      "not a string",
    ],
  ])("has %s", (_title, text, problem) => {
    expect(decode(text)).toEqual({ problem: expect.stringContaining(problem) });
  });
});
