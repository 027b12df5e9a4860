import { describe, expect, it } from "vitest";
import { Secret } from "../../../src/core/secret.ts";
import { API_VERSIONS } from "../../../src/kubelet/request.ts";
import { encodeAnswer, encodeNoLogin } from "../../../src/kubelet/response.ts";

const LOGIN = { username: new Secret("sammy"), secret: new Secret("hunter2") };

describe("a provider's response", () => {
  it("has the kubelet's fields, in its order, and no other", () => {
    const text = encodeAnswer(API_VERSIONS[0], {
      cacheKeyType: "Registry",
      cacheMs: 600_000,
      matchImage: "registry.digitalocean.com",
      login: LOGIN,
    });
    expect(text).toBe(
      '{"kind":"CredentialProviderResponse","apiVersion":"credentialprovider.kubelet.k8s.io/v1","cacheKeyType":"Registry",' +
        '"cacheDuration":"10m0s","auth":{"registry.digitalocean.com":{"username":"sammy","password":"hunter2"}}}\n',
    );
  });

  it.each(API_VERSIONS)("without a login is empty and not cached: %s", (apiVersion) => {
    expect(encodeNoLogin(apiVersion)).toBe(
      `{"kind":"CredentialProviderResponse","apiVersion":"${apiVersion}","cacheKeyType":"Image","cacheDuration":"0s","auth":{}}\n`,
    );
  });
});
