import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { findDuplicates, parseProviderConfig } from "../../../src/kubelet/provider-config.ts";

const PROVIDER = {
  name: "docr",
  apiVersion: "credentialprovider.kubelet.k8s.io/v1",
  matchImages: ["registry.digitalocean.com"],
  defaultCacheDuration: "0s",
  args: ["kubelet"],
  env: [{ name: "DOCR_REGISTRY", value: "acme" }],
};
const CONFIG = { apiVersion: "kubelet.config.k8s.io/v1", kind: "CredentialProviderConfig" };
const TOKEN = {
  serviceAccountTokenAudience: "docr",
  cacheType: "ServiceAccount",
  requireServiceAccount: true,
};

/** The problems of a configuration with one provider, with these changes. */
function problemsOf(changes: object, config: object = CONFIG): readonly string[] {
  const text = stringify({ ...config, providers: [{ ...PROVIDER, ...changes }] });
  return parseProviderConfig(text).problems.map(({ severity, what }) => `${severity}: ${what}`);
}

describe("the kubelet's configuration", () => {
  it("is read, in YAML and in JSON", () => {
    const { name, apiVersion, matchImages, args } = PROVIDER;
    const provider = { name, apiVersion, matchImages, args, env: { DOCR_REGISTRY: "acme" } };
    for (const encode of [stringify, JSON.stringify]) {
      const text = encode({ ...CONFIG, providers: [PROVIDER] });
      expect(parseProviderConfig(text)).toEqual({ problems: [], providers: [provider] });
    }
  });

  it("may have a token of the pod's service account", () => {
    expect(problemsOf({ tokenAttributes: TOKEN })).toEqual([]);
  });

  it.each([
    [
      { tokenAttributes: TOKEN, apiVersion: "credentialprovider.kubelet.k8s.io/v1beta1" },
      "tokenAttributes is only for",
    ],
    [{ tokenAttributes: { ...TOKEN, cacheType: undefined } }, "cacheType is not one of"],
    [
      { tokenAttributes: { ...TOKEN, serviceAccountTokenAudience: "" } },
      "serviceAccountTokenAudience is missing",
    ],
    [{ tokenAttributes: { ...TOKEN, requireServiceAccount: undefined } }, "requireServiceAccount is missing"],
    [
      {
        tokenAttributes: {
          ...TOKEN,
          requiredServiceAccountAnnotationKeys: ["a"],
          optionalServiceAccountAnnotationKeys: ["a"],
        },
      },
      "a key that is required and optional",
    ],
    [{ tokenAttributes: { ...TOKEN, audience: "x" } }, "does not know the field"],
    [{ tokenAttributes: "x" }, "is not an object"],
    [{ name: "foo/../bar" }, "contains a slash"],
    [{ name: undefined }, "name is missing"],
    [{ apiVersion: "v1" }, "apiVersion is not"],
    [{ matchImages: [] }, "matchImages is not a list"],
    [{ defaultCacheDuration: undefined }, "defaultCacheDuration is missing"],
    [{ defaultCacheDuration: "-1m" }, "defaultCacheDuration is missing or not"],
    [{ defaultCacheDuration: "1d" }, "defaultCacheDuration is missing or not"],
    [{ args: [1] }, "args is not a list of strings"],
    [{ env: { A: "b" } }, "env is not a list"],
    [{ env: [{ name: "A", value: 1 }] }, "env is not a list"],
    [{ matchimages: ["x.y"] }, 'does not know the field providers[0]."matchimages"'],
    [{ matchImages: ["%invalid%"] }, "is not valid"],
  ])("with %j keeps the kubelet from starting", (changes, problem) => {
    expect(problemsOf(changes).join("\n")).toMatch(new RegExp(`^error: .*${RegExp.escape(problem)}`, "m"));
  });

  it.each([
    [{ apiVersion: "kubelet.config.k8s.io/v1", kind: "Config" }, "kind is not"],
    [{ ...CONFIG, apiVersion: "v1" }, "apiVersion is not"],
    [{ ...CONFIG, extra: 1 }, 'field "extra"'],
  ])("with %j as its head keeps the kubelet from starting", (config, problem) => {
    expect(problemsOf({}, config).join("\n")).toContain(`error: `);
    expect(problemsOf({}, config).join("\n")).toContain(problem);
  });

  it.each([
    ["", "not one document"],
    ["a: 1\n---\nb: 2", "not one document"],
    ["providers: [", "line 1: "],
    ["providers: []\nproviders: []", "line 2: duplicate key"],
    [JSON.stringify(CONFIG), "providers is empty"],
    [JSON.stringify({ ...CONFIG, providers: ["x"] }), "providers[0] is not an object"],
  ])("%j is rejected", (text, problem) => {
    const { problems, providers } = parseProviderConfig(text);
    expect(problems.map(({ what }) => what).join("\n")).toContain(problem);
    expect(providers).toEqual([]);
  });

  it("names each provider once", () => {
    const { providers } = parseProviderConfig(JSON.stringify({ ...CONFIG, providers: [PROVIDER, PROVIDER] }));
    expect(findDuplicates(providers).map(({ what }) => what)).toEqual(["the name docr occurs twice"]);
  });
});
