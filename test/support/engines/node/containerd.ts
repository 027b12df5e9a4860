import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SYSTEM_PATH } from "../../lab/parts.ts";
import { run, runWell } from "../../lab/run.ts";
import { type Service, startService } from "../../lab/service.ts";
import { writeDockerArchive } from "./docker-archive.ts";

export interface Containerd {
  /** The address of its socket, for a kubelet. */
  readonly endpoint: string;
  /** Kills every container, then ends the service. */
  stop(): Promise<void>;
}

/** The mounts that containers leave, the inner ones first. */
function mountsBelow(folder: string): readonly string[] {
  const mounts = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ", 2)[1] ?? "");
  return mounts.filter((path) => path.startsWith(`${folder}/`)).toReversed();
}

/** The image of the container that holds a pod's namespaces. */
const PAUSE = "docr.test/pause:1";
/** The namespace of the kubelet's containers. */
const IN_KUBERNETES = ["--namespace", "k8s.io"];

/** Starts Debian's containerd. Its files are in `folder`. The images of its pods need /bin/busybox. */
export async function startContainerd(folder: string, rootTar: string): Promise<Containerd> {
  mkdirSync(folder);
  const socket = join(folder, "c.sock");
  const config = join(folder, "config.toml");
  writeFileSync(
    config,
    `version = 2
root = "${folder}/root"
state = "${folder}/state"
[grpc]
address = "${socket}"
[plugins."io.containerd.grpc.v1.cri"]
# Root in a container may not have CAP_SYS_RESOURCE.
restrict_oom_score_adj = true
sandbox_image = "${PAUSE}"
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "native"
`,
  );
  const env = { PATH: SYSTEM_PATH };
  const ctr = (...args: string[]) => run("ctr", ["--address", socket, ...IN_KUBERNETES, ...args], { env });
  const service: Service = await startService("containerd", ["--config", config], {
    env,
    log: join(folder, "containerd.log"),
    isReady: async () => (await ctr("version")).code === 0,
  });
  const stop = async (): Promise<void> => {
    const { stdout } = await ctr("tasks", "ls", "--quiet");
    for (const task of stdout.split("\n").filter(Boolean)) await ctr("tasks", "rm", "--force", task);
    await service.stop();
    for (const mount of mountsBelow(folder)) await run("umount", [mount], { env });
  };
  try {
    const archive = await writeDockerArchive(folder, PAUSE, rootTar);
    await runWell("ctr", ["--address", socket, ...IN_KUBERNETES, "images", "import", archive], { env });
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint: `unix://${socket}`, stop };
}
