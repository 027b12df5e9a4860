import { isRegistryName } from "../../core/address.ts";
import { HelperError } from "../../core/errors.ts";
import { nodeFolder } from "../../kubelet/state-dir.ts";
import { defineCommand } from "../command.ts";
import { DISTRIBUTIONS, type Distribution, type Part, partsFor } from "./distributions.ts";
import { STATE_DIR_OPTION } from "./state-dir-option.ts";

export const kubeletConfigCommand = defineCommand({
  name: "kubelet config",
  summary: "Print what to put where, so that a node's kubelet asks docr",
  options: {
    for: {
      kind: "value",
      value: "distribution",
      description: "How the node was made",
      choices: DISTRIBUTIONS,
    },
    registry: {
      kind: "value",
      value: "registry",
      description: "The only registry that the node pulls from; the kubelet then asks once for all images",
    },
    stateDir: STATE_DIR_OPTION,
  },
  examples: [
    "docr kubelet config --for kubeadm",
    "docr kubelet config --for k3s --registry acme",
    "docr kubelet config --for talos --json",
  ],
  needs: [],
  async run({ options: { for: distribution, registry, stateDir } }) {
    if (distribution === undefined) {
      throw new HelperError("bad-arguments", `--for is required: ${DISTRIBUTIONS.join(", ")}`);
    }
    if (registry !== undefined && !isRegistryName(registry)) {
      throw new HelperError("bad-arguments", "a registry name has 1 to 63 characters of a-z, 0-9 and -");
    }
    nodeFolder(stateDir);
    const parts = partsFor(distribution, { registry, stateDir });
    return { text: describeParts(distribution, parts), json: { for: distribution, parts } };
  },
});

function describeParts(distribution: Distribution, parts: readonly Part[]): string {
  const texts = parts.map(({ what, content }, index) => `# ${index + 1}. ${what}\n${content}\n`);
  return [`# docr as the kubelet's image credential provider: ${distribution}\n`, ...texts].join("\n");
}
