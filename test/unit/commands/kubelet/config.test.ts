import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { kubeletConfigCommand } from "../../../../src/commands/kubelet/config.ts";
import { DISTRIBUTIONS, type Distribution } from "../../../../src/commands/kubelet/distributions.ts";
import { parseProviderConfig } from "../../../../src/kubelet/provider-config.ts";
import { createCommandBench, type GivenOptions } from "../../../support/fakes/command-bench.ts";
import { failureOf } from "../../../support/fakes/failure-of.ts";

async function textFor(options: GivenOptions<typeof kubeletConfigCommand>): Promise<string> {
  return (await createCommandBench().run(kubeletConfigCommand, options)).text;
}

/** The text between the lines of a shell's here-document. */
const fileIn = (text: string): string => /<<'EOF'\n([^]*?)^EOF$/m.exec(text)?.[1] ?? "";

/** The text of the step that starts with these words. */
const stepIn = (text: string, words: string): string =>
  text.split(/^# \d+\. /m).find((step) => step.startsWith(words)) ?? "";

const valid = (registry: readonly object[] = [], stateDir: readonly string[] = []) => ({
  problems: [],
  providers: [
    {
      name: "docr",
      apiVersion: "credentialprovider.kubelet.k8s.io/v1",
      matchImages: ["registry.digitalocean.com"],
      args: ["kubelet", ...stateDir],
      env: Object.assign({ DIGITALOCEAN_ACCESS_TOKEN_FILE: "/etc/docr/token" }, ...registry),
    },
  ],
});

describe("docr kubelet config", () => {
  it.each<Distribution>(["kubeadm", "k3s", "rke2", "kind"])(
    "prints a file that the kubelet accepts: %s",
    async (distribution) => {
      expect(parseProviderConfig(fileIn(await textFor({ for: distribution })))).toEqual(valid());
    },
  );

  it("prints a patch for Talos that contains such a file and the folders that the kubelet needs", async () => {
    const text = stepIn(await textFor({ for: "talos" }), "A patch")
      .split("\n")
      .slice(1)
      .join("\n");
    const { machine } = parse(text);
    const { providers, problems } = parseProviderConfig(
      JSON.stringify(machine.kubelet.credentialProviderConfig),
    );
    expect([problems, providers.length]).toEqual([[], 1]);
    expect(machine.kubelet.extraMounts.map(({ source }: { readonly source: string }) => source)).toEqual([
      "/var/etc/docr",
      "/var/lib/docr",
    ]);
    expect(machine.files[0]).toMatchObject({ path: "/var/etc/docr/token", permissions: 0o600 });
  });

  it("prints a file for kind whose patch kubeadm can read", async () => {
    const text = stepIn(await textFor({ for: "kind" }), "The cluster's file")
      .split("\n")
      .slice(1)
      .join("\n");
    const [node] = parse(text).nodes;
    expect(parse(node.kubeadmConfigPatches[0])).toMatchObject({
      kind: "InitConfiguration",
      nodeRegistration: {
        kubeletExtraArgs: { "image-credential-provider-config": "/etc/kubernetes/credential-providers.yaml" },
      },
    });
  });

  it("names the only registry and another state directory if they are given", async () => {
    const options = { for: "k3s", registry: "acme", stateDir: "/srv/docr" } as const;
    const text = fileIn(await textFor(options));
    expect(parseProviderConfig(text)).toEqual(
      valid([{ DOCR_REGISTRY: "acme" }], ["--state-dir", "/srv/docr"]),
    );
  });

  it.each(DISTRIBUTIONS)("has the same steps as JSON: %s", async (distribution) => {
    const { text, json } = await createCommandBench().run(kubeletConfigCommand, {
      for: distribution,
      json: true,
    });
    const { parts } = JSON.parse(JSON.stringify(json));
    expect(parts.length).toBeGreaterThan(2);
    for (const { what, content } of parts) expect(text).toContain(`${what}\n${content}\n`);
  });

  it.each([
    [{}, "--for is required"],
    [{ for: "kubeadm", registry: "Acme" }, "a registry name has"],
    [{ for: "kubeadm", stateDir: "state" }, "--state-dir must be an absolute path"],
  ] as const)("rejects %j", async (options, message) => {
    expect(await failureOf(() => textFor(options))).toEqual({
      code: "bad-arguments",
      message: expect.stringContaining(message),
    });
  });
});
