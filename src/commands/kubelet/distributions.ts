/** What to put where on a node, by the way in which the node was made. */
import { Scalar, stringify } from "yaml";
import { REGISTRY_HOST } from "../../core/address.ts";
import { API_VERSIONS } from "../../kubelet/request.ts";
import { DEFAULT_STATE_DIR } from "../../kubelet/state-dir.ts";

export const DISTRIBUTIONS = ["kubeadm", "k3s", "rke2", "talos", "kind"] as const;
export type Distribution = (typeof DISTRIBUTIONS)[number];

export interface NodeChoice {
  /** The only registry that the node pulls from. */
  readonly registry: string | undefined;
  readonly stateDir: string;
}

/** One step for the user: a comment, and shell commands or a file to use. */
export interface Part {
  readonly what: string;
  readonly content: string;
}

/** Where the parts are on the node. */
interface Places {
  readonly binDir: string;
  readonly config: string;
  readonly tokenFile: string;
}

const TOKEN_FILE = "/etc/docr/token";
const RANCHER = "/var/lib/rancher/credentialprovider";

const PLACES: Readonly<Record<Distribution, Places>> = {
  kubeadm: {
    binDir: "/usr/local/lib/kubelet/credential-providers",
    config: "/etc/kubernetes/credential-providers.yaml",
    tokenFile: TOKEN_FILE,
  },
  // Both find the folder and the file by themselves.
  k3s: { binDir: `${RANCHER}/bin`, config: `${RANCHER}/config.yaml`, tokenFile: TOKEN_FILE },
  rke2: { binDir: `${RANCHER}/bin`, config: `${RANCHER}/config.yaml`, tokenFile: TOKEN_FILE },
  talos: {
    // The kubelet runs in a container, which mounts this folder of the host.
    binDir: "/usr/local/lib/kubelet/credentialproviders",
    config: "",
    tokenFile: "/var/etc/docr/token",
  },
  kind: {
    binDir: "/usr/local/lib/kubelet/credential-providers",
    config: "/etc/kubernetes/credential-providers.yaml",
    tokenFile: TOKEN_FILE,
  },
};

/** The steps in their order. */
export function partsFor(distribution: Distribution, choice: NodeChoice): readonly Part[] {
  const places = PLACES[distribution];
  switch (distribution) {
    case "kubeadm":
      return [
        ...filesOnNode(places, choice),
        {
          what: "Tell the kubelet, in /etc/default/kubelet (Debian) or /etc/sysconfig/kubelet (RPM).",
          content: kubeletArgs(places),
        },
        { what: "Start the kubelet again. It reads the file once.", content: "systemctl restart kubelet" },
        {
          what: "For nodes that join later: the same in the file for kubeadm.",
          content: kubeadmPatch(places),
        },
        check(places),
      ];
    case "k3s":
    case "rke2":
      return [
        ...filesOnNode(places, choice),
        { what: "Start the node again. It finds the file by itself.", content: restartOf(distribution) },
        check(places),
      ];
    case "talos":
      return talosParts(places, choice);
    case "kind":
      return kindParts(places, choice);
  }
}

function filesOnNode(places: Places, choice: NodeChoice): readonly Part[] {
  const { binDir, config, tokenFile } = places;
  const folder = config.slice(0, config.lastIndexOf("/"));
  return [
    {
      what: "The program. Its file name is the name of the provider.",
      content: `install -D -m 0755 docr ${binDir}/docr`,
    },
    {
      what: "An API token with the scope registry:read, in a file that only root can read.",
      content: `install -D -m 0600 token.txt ${tokenFile}`,
    },
    {
      what: "The configuration of the kubelet's providers. If there is a file already, add the provider to it.",
      content: `mkdir -p ${folder}\ncat > ${config} <<'EOF'\n${yamlOf(providerConfigOf(places, choice))}EOF`,
    },
  ];
}

/** The kubelet's CredentialProviderConfig. */
function providerConfigOf(
  { tokenFile }: Pick<Places, "tokenFile">,
  { registry, stateDir }: NodeChoice,
): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1",
    kind: "CredentialProviderConfig",
    providers: [
      {
        name: "docr",
        apiVersion: API_VERSIONS[0],
        matchImages: [REGISTRY_HOST],
        // docr tells the kubelet how long it may keep each login. Without that, it must not keep one.
        defaultCacheDuration: "0s",
        args: ["kubelet", ...(stateDir === DEFAULT_STATE_DIR ? [] : ["--state-dir", stateDir])],
        env: [
          { name: "DIGITALOCEAN_ACCESS_TOKEN_FILE", value: tokenFile },
          ...(registry === undefined ? [] : [{ name: "DOCR_REGISTRY", value: registry }]),
        ],
      },
    ],
  };
}

function flagsOf({ config, binDir }: Places): Readonly<Record<string, string>> {
  return { "image-credential-provider-config": config, "image-credential-provider-bin-dir": binDir };
}

function kubeletArgs(places: Places): string {
  const flags = Object.entries(flagsOf(places)).map(([name, value]) => `--${name}=${value}`);
  return `KUBELET_EXTRA_ARGS="${flags.join(" ")}"`;
}

function kubeadmPatch(places: Places): string {
  const kubeletExtraArgs = Object.entries(flagsOf(places)).map(([name, value]) => ({ name, value }));
  return yamlOf({
    apiVersion: "kubeadm.k8s.io/v1beta4",
    kind: "JoinConfiguration",
    nodeRegistration: { kubeletExtraArgs },
  }).trimEnd();
}

function restartOf(distribution: "k3s" | "rke2"): string {
  return distribution === "k3s"
    ? "systemctl restart k3s          # on an agent: k3s-agent"
    : "systemctl restart rke2-server  # on an agent: rke2-agent";
}

function talosParts(places: Places, choice: NodeChoice): readonly Part[] {
  const { stateDir } = choice;
  const tokenFolder = places.tokenFile.slice(0, places.tokenFile.lastIndexOf("/"));
  return [
    {
      what: "The program, in a system extension. Talos has no other way to put a program on a node.",
      content: `rootfs${places.binDir}/docr    # mode 0755, in the image of the extension`,
    },
    {
      what: "A patch for the machine configuration: the token, the folders that the kubelet's container needs, the provider.",
      content: yamlOf({
        machine: {
          files: [{ path: places.tokenFile, permissions: octal(0o600), op: "create", content: "dop_v1_…" }],
          kubelet: {
            extraMounts: [talosMount(tokenFolder, "ro"), talosMount(stateDir, "rw")],
            credentialProviderConfig: providerConfigOf(places, choice),
          },
        },
      }).trimEnd(),
    },
    {
      what: "Apply the patch. Talos 1.14 and later also accept the provider in a KubeCredentialProviderConfig document.",
      content: "talosctl patch machineconfig --patch @docr.yaml --nodes NODE",
    },
  ];
}

function kindParts(places: Places, choice: NodeChoice): readonly Part[] {
  const patch = yamlOf({
    kind: "InitConfiguration",
    nodeRegistration: { kubeletExtraArgs: flagsOf(places) },
  });
  return [
    {
      what: "An API token with the scope registry:read, in a file that only root can read.",
      content: `install -D -m 0600 token.txt ${places.tokenFile}`,
    },
    {
      what: "The configuration of the kubelet's providers, next to the cluster's file.",
      content: `cat > credential-providers.yaml <<'EOF'\n${yamlOf(providerConfigOf(places, choice))}EOF`,
    },
    {
      what: "The cluster's file. Each node needs the mounts and the patch; a worker's patch has the kind JoinConfiguration.",
      content: yamlOf({
        kind: "Cluster",
        apiVersion: "kind.x-k8s.io/v1alpha4",
        nodes: [
          {
            role: "control-plane",
            extraMounts: [
              kindMount("/usr/local/bin/docr", `${places.binDir}/docr`),
              kindMount("./credential-providers.yaml", places.config),
              kindMount(places.tokenFile, places.tokenFile),
            ],
            kubeadmConfigPatches: [patch],
          },
        ],
      }).trimEnd(),
    },
    { what: "Make the cluster.", content: "kind create cluster --config cluster.yaml" },
    check(places, "docker exec kind-control-plane "),
  ];
}

function check({ config, binDir }: Places, prefix = ""): Part {
  const image = `${REGISTRY_HOST}/REGISTRY/REPOSITORY:TAG`;
  const program = prefix === "" ? "docr" : `${prefix}${binDir}/docr`;
  return {
    what: "Check it, as the kubelet sees it.",
    content: `${program} kubelet check --config ${config} --bin-dir ${binDir} ${image}`,
  };
}

function talosMount(source: string, access: "ro" | "rw"): object {
  return { destination: source, type: "bind", source, options: ["bind", "rshared", access] };
}

function kindMount(hostPath: string, containerPath: string): object {
  return { hostPath, containerPath, readOnly: true };
}

/** Talos' documentation writes permissions in this form. */
function octal(value: number): Scalar {
  const scalar = new Scalar(value);
  scalar.format = "OCT";
  return scalar;
}

function yamlOf(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}
