import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { Secret } from "../../../../src/core/secret.ts";
import {
  kubernetesSecretOf,
  kubernetesYamlOf,
  type KubernetesSecret,
} from "../../../../src/commands/pull-secrets/kubernetes.ts";
import type { PullLogin } from "../../../../src/commands/pull-secrets/docker-config.ts";
import { failureOf, failureOfSync } from "../../../support/fakes/failure-of.ts";

const PULL: PullLogin = {
  key: "ghcr.io",
  credential: { username: new Secret("sammy"), secret: new Secret("hün:ter2") },
};

const configIn = (manifest: KubernetesSecret): unknown =>
  JSON.parse(Buffer.from(manifest.data[".dockerconfigjson"], "base64").toString("utf8"));

describe("a pull secret for Kubernetes", () => {
  it("contains docker's config for its hosts, and no other field", () => {
    const manifest = kubernetesSecretOf([PULL, { ...PULL, key: "quay.io" }], { name: "pull" });
    const { data, ...plain } = manifest;
    expect(plain).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "pull" },
      type: "kubernetes.io/dockerconfigjson",
    });
    expect(Object.keys(data)).toEqual([".dockerconfigjson"]);
    const auth = Buffer.from("sammy:hün:ter2").toString("base64");
    expect(configIn(manifest)).toEqual({ auths: { "ghcr.io": { auth }, "quay.io": { auth } } });
  });

  it("has its namespace and annotations", () => {
    const annotations = { "docr.dev/expires": "2026-11-21T13:00:00.000Z", plain: "x" };
    const { metadata } = kubernetesSecretOf([PULL], {
      name: "pull.one",
      namespace: "kube-system",
      annotations,
    });
    expect(metadata).toEqual({ name: "pull.one", namespace: "kube-system", annotations });
  });

  it("is equivalent as YAML, with every value on one line", () => {
    const long = { ...PULL, credential: { ...PULL.credential, secret: new Secret("x".repeat(900)) } };
    const annotations = { note: "yes", when: "2026-11-21", odd: '#"\n: [' };
    const manifest = kubernetesSecretOf([long], { name: "pull", annotations });
    const text = kubernetesYamlOf(manifest);
    expect(parse(text)).toEqual(manifest);
    expect(text.split("\n").filter((line) => line.startsWith("  .dockerconfigjson: "))).toHaveLength(1);
    expect(text.endsWith("\n")).toBe(true);
  });

  it.each([
    "",
    "Pull",
    "pull_one",
    "-pull",
    "pull-",
    "a..b",
    "a/b",
    "pull\n",
    "a".repeat(254),
    "a.".repeat(127),
  ])("cannot have the name %j, which Kubernetes rejects", async (name) => {
    expect(await failureOf(() => kubernetesSecretOf([PULL], { name }))).toEqual({
      code: "bad-arguments",
      message:
        "the name of a Kubernetes secret must be up to 253 lower-case letters, digits, dashes and dots",
    });
  });

  it.each(["a".repeat(253), `${"a".repeat(64)}.b`])("has a name of up to 253 characters: %s", (name) => {
    expect(kubernetesSecretOf([PULL], { name }).metadata).toEqual({ name });
  });

  it.each(["", "Kube", "a.b", "a_b", "-a", "a".repeat(64)])(
    "cannot have the namespace %j, which Kubernetes rejects",
    async (namespace) => {
      expect(await failureOf(() => kubernetesSecretOf([PULL], { name: "pull", namespace }))).toEqual({
        code: "bad-arguments",
        message: "a Kubernetes namespace must be up to 63 lower-case letters, digits and dashes",
      });
    },
  );

  it("is rejected for an identity token", async () => {
    const pull = { ...PULL, identityToken: new Secret("refresh") };
    const failure = await failureOf(() => kubernetesSecretOf([pull], { name: "pull" }));
    expect(failure).toEqual({
      code: "bad-arguments",
      message: "the login for ghcr.io is an identity token, which Kubernetes cannot use",
    });
  });

  it("accepts or rejects any name with a code", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, namespace) => {
        const failure = failureOfSync(() => {
          const text = kubernetesYamlOf(kubernetesSecretOf([PULL], { name, namespace }));
          expect(parse(text).metadata).toEqual({ name, namespace });
        });
        expect([undefined, "bad-arguments"]).toContain(failure?.code);
      }),
    );
  });
});
