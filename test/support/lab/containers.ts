import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "./run.ts";

/** Private storage and configuration for podman, skopeo and buildah. */
export interface Containers {
  readonly env: Environment;
  /** Arguments before podman's command. The namespace has no systemd and no journal. */
  readonly podman: readonly string[];
  /** Writes the auth.json that REGISTRY_AUTH_FILE names. */
  writeAuth(content: unknown): void;
  /** Writes registries.conf with credential helpers for every registry. */
  writeHelpers(names: readonly string[]): void;
}

/** `home` must be the clients' HOME. They read the signature policy there. */
export function createContainers(folder: string, home: string): Containers {
  const policies = join(home, ".config", "containers");
  for (const path of [folder, policies]) mkdirSync(path, { recursive: true, mode: 0o700 });
  const storage = join(folder, "storage.conf");
  const auth = join(folder, "auth.json");
  // In the home, because skopeo 1.9 ignores CONTAINERS_REGISTRIES_CONF.
  const registries = join(policies, "registries.conf");
  writeFileSync(
    storage,
    `[storage]\ndriver = "vfs"\ngraphroot = "${folder}/graph"\nrunroot = "${folder}/runroot"\n`,
  );
  writeFileSync(join(policies, "policy.json"), '{"default":[{"type":"insecureAcceptAnything"}]}');
  const writeHelpers = (names: readonly string[]): void => {
    const helpers = names.length === 0 ? "" : `credential-helpers = ${JSON.stringify(names)}\n`;
    writeFileSync(registries, `unqualified-search-registries = []\n${helpers}`);
  };
  writeHelpers([]);
  return {
    env: {
      CONTAINERS_STORAGE_CONF: storage,
      REGISTRY_AUTH_FILE: auth,
    },
    podman: ["--cgroup-manager=cgroupfs", "--events-backend=file"],
    writeAuth: (content) => writeFileSync(auth, JSON.stringify(content)),
    writeHelpers,
  };
}
