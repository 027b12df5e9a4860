import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { API_ADDRESS } from "../../lab/namespace.ts";
import { openMounts } from "../../lab/mounts.ts";
import { SYSTEM_PATH } from "../../lab/parts.ts";
import type { Environment } from "../../lab/run.ts";
import { startService, waitUntil } from "../../lab/service.ts";
import { NODE_KUBELET } from "../programs.ts";
import { startContainerd } from "./containerd.ts";

/** A Kubernetes node without an API server: its kubelet runs the pods that are files in a folder. */
export interface KubernetesNode {
  /** Adds a pod with one container, which sleeps. */
  addPod(name: string, image: string): void;
  /**
   * Waits for a state of the pod's container, which the kubelet reports, and returns it. Throws after four minutes, with the last state and
   * the end of the journal.
   */
  waitFor(name: string, isGood: (state: ContainerState) => boolean): Promise<ContainerState>;
  /** The kubelet's log, as journalctl shows it. */
  journal(): string;
  stop(): Promise<void>;
}

export interface ContainerState {
  readonly running?: object;
  readonly waiting?: { readonly reason: string; readonly message?: string };
}

export interface NodeOptions {
  /** For the node's files. Does not exist. */
  readonly folder: string;
  readonly rootTar: string;
  /** More flags of the kubelet. */
  readonly flags: readonly string[];
  /** The kubelet's environment. */
  readonly env?: Environment;
}

const READ_ONLY_PORT = 10_255;

/** What a kubelet changes outside of its folder, whatever its configuration says, and docr's state. */
const OUTSIDE = ["/var/lib", "/var/log"].map((path) => `mount -t tmpfs -o mode=755 tmpfs ${path}`).join("\n");

/** Needs a private network: the kubelet's ports are fixed. */
export async function startNode({ folder, rootTar, flags, env }: NodeOptions): Promise<KubernetesNode> {
  for (const path of ["", "pods", "logs", "plugins"]) mkdirSync(join(folder, path));
  const containerd = await startContainerd(join(folder, "c"), rootTar);
  const mounts = await openMounts(OUTSIDE);
  const config = join(folder, "kubelet.json");
  writeFileSync(config, JSON.stringify(kubeletConfig(folder, containerd.endpoint)));
  const own = [
    `--config=${config}`,
    `--root-dir=${folder}/root`,
    "--hostname-override=node",
    `--node-ip=${API_ADDRESS}`,
  ];
  const [program, ...args] = mounts.wrap([NODE_KUBELET.path, ...own, ...flags, "--v=2"]);
  const log = join(folder, "kubelet.log");
  const close = async (): Promise<void> => {
    await containerd.stop();
    await mounts.close();
  };
  try {
    const kubelet = await startService(program, args, {
      env: { PATH: SYSTEM_PATH, ...env },
      log,
      isReady: async () => (await readPods()) !== undefined,
      timeoutSeconds: 120,
    });
    return {
      addPod: (name, image) =>
        writeFileSync(join(folder, "pods", `${name}.json`), JSON.stringify(podOf(name, image))),
      async waitFor(name, isGood) {
        let state: ContainerState | undefined;
        const hasCome = await waitUntil(async () => {
          state = await stateOf(name);
          return state !== undefined && isGood(state);
        }, 240);
        if (hasCome && state) return state;
        throw new Error(`${JSON.stringify(state)}
${readFileSync(log, "utf8").slice(-4000)}`);
      },
      journal: () => readFileSync(log, "utf8"),
      async stop() {
        await kubelet.stop();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The state of the pod's container. Undefined before the kubelet reports one. */
async function stateOf(name: string): Promise<ContainerState | undefined> {
  const pod = (await readPods())?.items?.find(({ metadata }) => metadata.name === `${name}-node`);
  return pod?.status.containerStatuses?.[0]?.state;
}

interface PodList {
  readonly items?: readonly {
    readonly metadata: { readonly name: string };
    readonly status: { readonly containerStatuses?: readonly { readonly state: ContainerState }[] };
  }[];
}

/** Returns undefined if the kubelet does not answer. */
async function readPods(): Promise<PodList | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${READ_ONLY_PORT}/pods`);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the part of a PodList that is used here
    return answer.ok ? ((await answer.json()) as PodList) : undefined;
  } catch {
    return undefined;
  }
}

/** A KubeletConfiguration for a machine where root may have no cgroups of version 2 and little memory. */
function kubeletConfig(folder: string, endpoint: string): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    containerRuntimeEndpoint: endpoint,
    staticPodPath: join(folder, "pods"),
    podLogsDir: join(folder, "logs"),
    volumePluginDir: join(folder, "plugins"),
    fileCheckFrequency: "1s",
    address: "127.0.0.1",
    readOnlyPort: READ_ONLY_PORT,
    healthzPort: 0,
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: "AlwaysAllow" },
    failSwapOn: false,
    failCgroupV1: false,
    cgroupDriver: "cgroupfs",
    cgroupsPerQOS: false,
    enforceNodeAllocatable: [],
    localStorageCapacityIsolation: false,
    evictionHard: { "memory.available": "0%" },
    resolvConf: "",
    oomScoreAdj: 0,
  };
}

/** A pod in the node's network. The node has none of its own for pods. */
function podOf(name: string, image: string): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: {
      hostNetwork: true,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 0,
      containers: [
        { name: "main", image, imagePullPolicy: "Always", command: ["/bin/busybox", "sleep", "1000000"] },
      ],
    },
  };
}
