import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SYSTEM_PATH } from "./parts.ts";
import { run } from "./run.ts";
import { type Service, startService } from "./service.ts";

export interface DockerEngine {
  /** For DOCKER_HOST. */
  readonly host: string;
  stop(): Promise<void>;
}

/** Starts Debian's dockerd without systemd, bridge or firewall rules. Its files are in `folder`. */
export async function startDockerEngine(folder: string): Promise<DockerEngine> {
  for (const name of ["data", "exec", "home"]) mkdirSync(join(folder, name), { recursive: true });
  const config = join(folder, "daemon.json");
  // An empty configuration, so that dockerd does not read the machine's.
  writeFileSync(config, "{}");
  const host = `unix://${folder}/docker.sock`;
  const args = [
    `--config-file=${config}`,
    `--host=${host}`,
    `--data-root=${folder}/data`,
    `--exec-root=${folder}/exec`,
    `--pidfile=${folder}/docker.pid`,
    "--storage-driver=vfs",
    "--bridge=none",
    "--iptables=false",
    "--ip6tables=false",
    "--ip-forward=false",
    "--ip-masq=false",
    "--userland-proxy=false",
  ];
  const env = { PATH: SYSTEM_PATH, HOME: join(folder, "home"), DOCKER_HOST: host };
  const service: Service = await startService("dockerd", args, {
    env,
    log: join(folder, "dockerd.log"),
    timeoutSeconds: 60,
    isReady: async () => {
      const version = await run("docker", ["version", "-f", "{{.Server.Version}}"], {
        env,
        timeoutSeconds: 5,
      });
      return version.code === 0;
    },
  });
  return {
    host,
    stop: async () => {
      await service.stop();
      // In a chroot, dockerd leaves its data mounted on itself. Elsewhere this fails, which does no harm.
      await run("umount", [join(folder, "data")], { env });
    },
  };
}
