import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explainMissing, isRoot } from "./parts.ts";
import { createPki, describePki, type Pki } from "./pki.ts";

/** Set inside the namespace to the lab's folder. */
export const LAB_VARIABLE = "DOCR_LAB";

/** The real names, all on this machine: nothing in the namespace has a way out of it. */
export const REGISTRY_ADDRESS = "127.0.0.1";
export const BASIC_ADDRESS = "127.0.0.2";
export const API_ADDRESS = "127.0.0.4";
export const HUB_ADDRESS = "127.0.0.5";

const HOSTS = `127.0.0.1 localhost
${REGISTRY_ADDRESS} registry.digitalocean.com
${BASIC_ADDRESS} basic.test
${API_ADDRESS} api.digitalocean.com cloud.digitalocean.com
${HUB_ADDRESS} registry-1.docker.io auth.docker.io
`;

const SYSTEM_BUNDLE = "/etc/ssl/certs/ca-certificates.crt";

/**
 * Runs before the command, inside. The shell stays as the namespace's first process, so that orphans are
 * collected, and everything that is still running ends with it.
 */
const ENTER = `
ip link set lo up
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount --bind "$DOCR_LAB/hosts" /etc/hosts
mount --bind "$DOCR_LAB/bundle.crt" ${SYSTEM_BUNDLE}
"$@"`;

/** Why there can be no namespace here, or undefined where there can. */
export function explainNoNamespace(): string | undefined {
  if (process.platform !== "linux") return `no private namespace on ${process.platform}`;
  if (!isRoot()) return "a private namespace needs root";
  const missing = explainMissing(["unshare", "ip", "openssl"]);
  if (missing !== undefined) return missing;
  // Root in a container may still not be allowed to.
  const { status } = spawnSync("unshare", [...FLAGS, "mount", "--bind", "/etc/hosts", "/etc/hosts"], {
    stdio: "ignore",
  });
  return status === 0 ? undefined : "this machine does not let root make a private namespace";
}

const FLAGS = [
  "--mount",
  "--net",
  "--pid",
  "--fork",
  "--kill-child",
  "--mount-proc",
  "--propagation",
  "private",
];

export interface Inside {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/**
 * Runs a command in a private network and mount namespace where DigitalOcean's names are loopback addresses
 * and the system trusts the lab's CA. Nothing outside changes. Resolves to its exit code.
 */
export async function runInNamespace(command: readonly string[], inside: Inside): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "docr-lab-"));
  try {
    const pki = await createPki(join(folder, "pki"));
    writeFileSync(join(folder, "hosts"), HOSTS);
    writeFileSync(
      join(folder, "bundle.crt"),
      readFileSync(SYSTEM_BUNDLE, "utf8") + readFileSync(pki.ca, "utf8"),
    );
    return await new Promise((resolve, reject) => {
      const child = spawn("unshare", [...FLAGS, "sh", "-eu", "-c", ENTER, "sh", ...command], {
        cwd: inside.cwd,
        env: { ...inside.env, [LAB_VARIABLE]: folder },
        stdio: "inherit",
      });
      child.once("error", reject);
      child.once("exit", (code) => resolve(code ?? 1));
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The lab's folder, where this process runs inside the namespace. */
export function findLabFolder(): string | undefined {
  return process.env[LAB_VARIABLE];
}

export function findPki(labFolder: string): Pki {
  return describePki(join(labFolder, "pki"));
}
