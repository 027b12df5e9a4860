import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explainMissing, explainNotRoot, explainRefusal } from "./parts.ts";
import { createPki, describePki, type Pki } from "./pki.ts";

/** The variable that holds the lab's folder inside the namespace. */
export const LAB_VARIABLE = "DOCR_LAB";

/** The addresses of the real names. The namespace has no network but loopback. */
export const REGISTRY_ADDRESS = "127.0.0.1";
export const BASIC_ADDRESS = "127.0.0.2";
/** On the loopback interface too, but no loopback address: oras rejects a token service on one. */
export const API_ADDRESS = "10.98.0.4";
export const HUB_ADDRESS = "127.0.0.5";

const HOSTS = `127.0.0.1 localhost
${REGISTRY_ADDRESS} registry.digitalocean.com
${BASIC_ADDRESS} basic.test
${API_ADDRESS} api.digitalocean.com cloud.digitalocean.com
${HUB_ADDRESS} registry-1.docker.io auth.docker.io
`;

const SYSTEM_BUNDLE = "/etc/ssl/certs/ca-certificates.crt";
const SYSTEM_HOSTS = "/etc/hosts";

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

/** Separates what processes share: loopback, /dev/shm and the state of daemons in /run. */
const PREPARE = `
ip link set lo up
ip addr add ${API_ADDRESS}/32 dev lo
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t tmpfs -o mode=755 tmpfs /run
`;

/** Runs Node inside the namespace with another private network, /dev/shm and /run. */
const PRIVATE_NODE = `#!/bin/sh
exec unshare --net --mount --propagation private sh -eu -c '${PREPARE}
exec "${process.execPath}" "$@"' sh "$@"
`;

/**
 * Runs before the command, inside. The shell stays as the first process of the namespace: it reaps orphans, and
 * everything that still runs ends with it.
 */
const ENTER = `${PREPARE}
mount --bind "$DOCR_LAB/hosts" ${SYSTEM_HOSTS}
mount --bind "$DOCR_LAB/bundle.crt" ${SYSTEM_BUNDLE}
"$@"`;

/** Returns why a private namespace cannot be made here, or undefined. Root in a container may lack CAP_SYS_ADMIN. */
export function explainNoNamespace(): string | undefined {
  if (process.platform !== "linux") return `no private namespace on ${process.platform}`;
  const attempt = [...FLAGS, "sh", "-eu", "-c", `${PREPARE}mount --bind /dev/null /dev/null`];
  return (
    explainNotRoot() ??
    explainMissing(["unshare", "ip", "openssl", "update-ca-certificates"]) ??
    explainRefusal("a private namespace", "unshare", attempt)
  );
}

export interface Inside {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/**
 * Runs a command in a private network and mount namespace, where DigitalOcean's names are loopback addresses and the
 * system trusts the lab's CA. Changes nothing outside. Resolves to the exit code.
 */
export async function runInNamespace(command: readonly string[], inside: Inside): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "docr-lab-"));
  try {
    const pki = await createPki(join(folder, "pki"));
    // A bind mount needs a file to cover, which the smallest Debian lacks. An empty one means the same as none.
    if (!existsSync(SYSTEM_HOSTS)) writeFileSync(SYSTEM_HOSTS, "");
    writeFileSync(join(folder, "hosts"), HOSTS);
    writeFileSync(join(folder, "node"), PRIVATE_NODE, { mode: 0o755 });
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

/** Returns the lab's folder, or undefined outside the namespace. */
export function findLabFolder(): string | undefined {
  return process.env[LAB_VARIABLE];
}

/** Returns a program that runs Node for one test file, so that two labs can use the same addresses at once. */
export function findPrivateNode(): string | undefined {
  const folder = findLabFolder();
  return folder === undefined ? undefined : join(folder, "node");
}

export function findPki(labFolder: string): Pki {
  return describePki(join(labFolder, "pki"));
}
