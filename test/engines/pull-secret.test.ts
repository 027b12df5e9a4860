/** The commands for DOKS in docs/kubernetes.md, with etcd, kube-apiserver and kubectl, and the stand-in for DigitalOcean's API. */
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ApiServer, startApiServer } from "../support/engines/cluster/api-server.ts";
import { ETCD, explainNoProgram, KUBE_APISERVER } from "../support/engines/programs.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { PATH_WITH_DOCR } from "../support/lab/executable.ts";
import { explainNoLab, type Lab, openLab } from "../support/lab/lab.ts";
import { runWell } from "../support/lab/run.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../docs/kubernetes.md"), "utf8");
const [, SECTION = ""] = PAGE.split("\n## DOKS\n");
const [REFRESH = "", PATCH = ""] = Array.from(
  SECTION.matchAll(/```sh\n([^]*?)```/g),
  ([, text = ""]) => text,
);
const NAMESPACES = ["web", "jobs"];

const reason = explainNoProgram(ETCD) ?? explainNoProgram(KUBE_APISERVER) ?? explainNoLab(["kubectl"]);

interface Secret {
  readonly uid: string;
  readonly password: string;
}

describeUnless(reason, "a pull secret that the documented commands renew", () => {
  let lab: Lab;
  let cluster: ApiServer;
  let folder: string;

  beforeAll(async () => {
    lab = await openLab({ registries: ["acme"] });
    folder = mkdtempSync(join(lab.folder, "k-"));
    cluster = await startApiServer(join(folder, "api"));
    for (const name of NAMESPACES) await cluster.kubectl(["create", "namespace", name]);
    // In a cluster, a controller does that for each namespace.
    await cluster.kubectl(["--namespace=web", "create", "serviceaccount", "default"]);
  });
  afterAll(async () => {
    await cluster?.stop();
    await lab?.close();
  });

  async function runSnippet(script: string): Promise<void> {
    const DIGITALOCEAN_ACCESS_TOKEN = lab.standIn.account.addToken();
    const env = {
      ...lab.user.env,
      PATH: PATH_WITH_DOCR,
      KUBECONFIG: cluster.kubeconfig,
      DIGITALOCEAN_ACCESS_TOKEN,
    };
    await runWell("sh", ["-eu", "-c", script], { cwd: folder, env });
  }

  async function secretIn(namespace: string): Promise<Secret> {
    const secret = Object(await cluster.get(`/api/v1/namespaces/${namespace}/secrets/docr-acme`));
    expect(secret.type).toBe("kubernetes.io/dockerconfigjson");
    const { auths } = JSON.parse(Buffer.from(secret.data[".dockerconfigjson"], "base64").toString());
    const login = Buffer.from(auths["registry.digitalocean.com"].auth, "base64").toString();
    return { uid: secret.metadata.uid, password: login.slice(login.indexOf(":") + 1) };
  }

  it("has one credential for all namespaces, and changes in place", async () => {
    await runSnippet(REFRESH);
    const first = await Promise.all(NAMESPACES.map(secretIn));
    await runSnippet(REFRESH);
    const second = await Promise.all(NAMESPACES.map(secretIn));
    const { minted } = lab.standIn.account;
    expect(minted).toMatchObject([
      { registry: "acme", access: "read-only" },
      { registry: "acme", access: "read-only" },
    ]);
    const [old, current] = minted.map(({ secret }) => secret);
    expect(first.map(({ password }) => password)).toEqual([old, old]);
    expect(second.map(({ password }) => password)).toEqual([current, current]);
    expect(second.map(({ uid }) => uid)).toEqual(first.map(({ uid }) => uid));
    expect(existsSync(join(folder, "docr-acme.yaml"))).toBe(false);
  });

  it("is the service account's after the documented patch", async () => {
    await runSnippet(PATCH);
    expect(await cluster.get("/api/v1/namespaces/web/serviceaccounts/default")).toMatchObject({
      imagePullSecrets: [{ name: "docr-acme" }],
    });
  });
});
