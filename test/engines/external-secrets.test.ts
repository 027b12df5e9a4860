/**
 * The recipe for External Secrets in docs/kubernetes.md, with its real controller, etcd and kube-apiserver, and the stand-in for DigitalOcean's
 * API. The test replaces the token, the address of Kubernetes' API and the times of the recipe.
 */
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ApiServer, startApiServer } from "../support/engines/cluster/api-server.ts";
import { ETCD, explainNoProgram, EXTERNAL_SECRETS, KUBE_APISERVER } from "../support/engines/programs.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoLab, type Lab, openLab } from "../support/lab/lab.ts";
import { SYSTEM_PATH } from "../support/lab/parts.ts";
import { run } from "../support/lab/run.ts";
import { type Service, startService, waitUntil } from "../support/lab/service.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../docs/kubernetes.md"), "utf8");
const [, RECIPE = ""] = /## External Secrets\n[^]*?```yaml\n([^]*?)```/.exec(PAGE) ?? [];
const NAMESPACES = Array.from({ length: 42 }, (_, index) => `team-${index}`);
const SECRET = "docr-acme";

const reason =
  [ETCD, KUBE_APISERVER, EXTERNAL_SECRETS].map(explainNoProgram).find((text) => text !== undefined) ??
  explainNoLab(["kubectl"]);

describeUnless(reason, "External Secrets with the documented recipe", () => {
  let lab: Lab;
  let cluster: ApiServer;
  let controller: Service;

  beforeAll(async () => {
    lab = await openLab({ registries: ["acme"] });
    const folder = mkdtempSync(join(lab.folder, "k-"));
    cluster = await startApiServer(join(folder, "api"));
    const definitions = await run(EXTERNAL_SECRETS.path, ["crds"], { env: {} });
    await apply(definitions.stdout);
    await cluster.kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=120s"]);
    const log = join(folder, "controller.log");
    controller = await startService(
      EXTERNAL_SECRETS.path,
      ["--metrics-addr=127.0.0.1:8080", "--concurrent=4"],
      {
        env: { PATH: SYSTEM_PATH, HOME: folder, KUBECONFIG: cluster.kubeconfig },
        log,
        isReady: async () => readFileSync(log, "utf8").includes("Starting workers"),
        timeoutSeconds: 120,
      },
    );
  });
  afterAll(async () => {
    await controller?.stop();
    await cluster?.stop();
    await lab?.close();
  });

  async function apply(text: string): Promise<void> {
    await cluster.kubectl(["apply", "--server-side", "--validate=false", "-f", "-"], text);
  }

  async function addNamespace(name: string): Promise<void> {
    const metadata = { name, labels: { "docr/pull": "enabled" } };
    await apply(JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata }));
  }

  /** The password in the pull secret of each namespace that has one. */
  async function passwords(): Promise<ReadonlyMap<string, string>> {
    const { items } = Object(await cluster.get(`/api/v1/secrets?fieldSelector=metadata.name%3D${SECRET}`));
    return new Map(
      Array.from(items, (item) => {
        const { metadata, type, data } = Object(item);
        expect(type).toBe("kubernetes.io/dockerconfigjson");
        const { auths } = JSON.parse(Buffer.from(data[".dockerconfigjson"], "base64").toString());
        const login = Buffer.from(auths["registry.digitalocean.com"].auth, "base64").toString();
        return [metadata.namespace, login.slice(login.indexOf(":") + 1)];
      }),
    );
  }

  /** Waits until each of the namespaces has the newest credential. */
  async function waitForNewest(namespaces: readonly string[]): Promise<void> {
    let found: ReadonlyMap<string, string> = new Map();
    const hasAll = await waitUntil(async () => {
      found = await passwords();
      const newest = lab.standIn.account.minted.at(-1)?.secret;
      return newest !== undefined && namespaces.every((name) => found.get(name) === newest);
    }, 240);
    if (!hasAll) throw new Error(`only these have a secret: ${[...found.keys()].join(", ")}`);
  }

  it("gives 42 namespaces one credential, a new one at each refresh, and serves a new namespace", async () => {
    for (const name of NAMESPACES) await addNamespace(name);
    const recipe = RECIPE.replace("token: TOKEN", `token: ${lab.standIn.account.addToken()}`)
      .replace("https://kubernetes.default.svc", cluster.url)
      .replace("refreshTime: 1m", "refreshTime: 5s")
      .replace("refreshInterval: 5m", "refreshInterval: 5s");
    const [namespace = "", ...rest] = recipe.split("---\n");
    await apply(namespace);
    // In a cluster, a controller does that for each namespace.
    const data = { "ca.crt": cluster.ca };
    const metadata = { name: "kube-root-ca.crt", namespace: "docr" };
    await apply(JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata, data }));
    await apply(rest.join("---\n"));
    await waitForNewest(NAMESPACES);
    expect(lab.standIn.count("mint")).toBe(1);
    expect(lab.standIn.account.minted).toMatchObject([{ registry: "acme", access: "read-only" }]);
    await addNamespace("late");
    await waitForNewest(["late"]);
    expect(lab.standIn.count("mint")).toBe(1);
    // This is how a user refreshes an external secret at once.
    await cluster.kubectl([
      "-n",
      "docr",
      "annotate",
      "externalsecret",
      SECRET,
      "force-sync=1",
      "--overwrite",
    ]);
    expect(await waitUntil(async () => lab.standIn.count("mint") === 2, 60)).toBe(true);
    await waitForNewest([...NAMESPACES, "late"]);
    expect(lab.standIn.count("mint")).toBe(2);
  });
});
