import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { API_ADDRESS } from "../../lab/namespace.ts";
import { SYSTEM_PATH } from "../../lab/parts.ts";
import { run, runWell } from "../../lab/run.ts";
import { type Service, startService } from "../../lab/service.ts";
import { ETCD, KUBE_APISERVER } from "../programs.ts";

/** Kubernetes' API with access control, and no controller but what a test adds. */
export interface ApiServer {
  readonly url: string;
  /** The certificate of its authority, as PEM. */
  readonly ca: string;
  /** The configuration file of a client that may do everything. */
  readonly kubeconfig: string;
  /** Runs kubectl with this input as the file `-`. Returns its output, and throws if it fails. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** Returns the resource at the path, or undefined. */
  get(path: string): Promise<unknown>;
  stop(): Promise<void>;
}

const ETCD_URL = "http://127.0.0.1:2379";
const URL = "https://127.0.0.1:6443";
const TOKEN = "token-of-the-test";

/** Needs a private network: the ports are fixed. `folder` does not exist. */
export async function startApiServer(folder: string): Promise<ApiServer> {
  for (const path of ["", "etcd", "certificates"]) mkdirSync(join(folder, path), { mode: 0o700 });
  const env = { PATH: SYSTEM_PATH };
  const etcd = await startService(
    ETCD.path,
    [`--data-dir=${folder}/etcd`, "--unsafe-no-fsync", "--log-level=error"],
    {
      env,
      log: join(folder, "etcd.log"),
      isReady: () => isGood(`${ETCD_URL}/readyz`),
      timeoutSeconds: 60,
    },
  );
  const kubeconfig = join(folder, "kubeconfig");
  const own = [`--kubeconfig=${kubeconfig}`, `--cache-dir=${folder}/cache`];
  const kubectl = (args: readonly string[], input?: string) =>
    runWell("kubectl", [...own, ...args], {
      env,
      ...(input === undefined ? {} : { stdin: input }),
    });
  let server: Service | undefined;
  const stop = async (): Promise<void> => {
    await server?.stop();
    await etcd.stop();
  };
  try {
    await runWell("openssl", ["genrsa", "-out", join(folder, "accounts.key"), "2048"], { env });
    writeFileSync(join(folder, "tokens.csv"), `${TOKEN},admin,admin,system:masters\n`, { mode: 0o600 });
    writeFileSync(kubeconfig, JSON.stringify(kubeconfigOf(join(folder, "certificates", "apiserver.crt"))), {
      mode: 0o600,
    });
    server = await startService(KUBE_APISERVER.path, flagsIn(folder), {
      env,
      log: join(folder, "apiserver.log"),
      isReady: async () => {
        return (await run("kubectl", [...own, "get", "--raw", "/readyz"], { env })).code === 0;
      },
      timeoutSeconds: 240,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: URL,
    ca: readFileSync(join(folder, "certificates", "apiserver.crt"), "utf8"),
    kubeconfig,
    kubectl: async (args, input) => (await kubectl(args, input)).stdout,
    async get(path) {
      const { code, stdout } = await run("kubectl", [...own, "get", "--raw", path], { env });
      return code === 0 ? JSON.parse(stdout) : undefined;
    },
    stop,
  };
}

function flagsIn(folder: string): readonly string[] {
  return [
    `--etcd-servers=${ETCD_URL}`,
    "--bind-address=127.0.0.1",
    // Without it, the server looks for a default route, which the network does not have.
    `--advertise-address=${API_ADDRESS}`,
    "--secure-port=6443",
    // It makes a certificate of its own there.
    `--cert-dir=${folder}/certificates`,
    `--token-auth-file=${folder}/tokens.csv`,
    "--authorization-mode=RBAC",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-signing-key-file=${folder}/accounts.key`,
    `--service-account-key-file=${folder}/accounts.key`,
    "--service-cluster-ip-range=10.96.0.0/24",
    "--endpoint-reconciler-type=none",
  ];
}

function kubeconfigOf(ca: string): object {
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server: URL, "certificate-authority": ca } }],
    users: [{ name: "test", user: { token: TOKEN } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    "current-context": "test",
  };
}

async function isGood(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
