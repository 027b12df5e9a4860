/**
 * A real pull on a node: the whole kubelet with docr as its provider, Debian's containerd and docker-registry as registry.digitalocean.com.
 * The kubelet runs pods from files, because that needs no API server. With one, it would take the same way to the image.
 */
import { cpSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { partsFor } from "../../src/commands/kubelet/distributions.ts";
import { DEFAULT_STATE_DIR } from "../../src/kubelet/state-dir.ts";
import { type KubernetesNode, startNode } from "../support/engines/node/node.ts";
import { explainNoProgram, NODE_KUBELET } from "../support/engines/programs.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR } from "../support/lab/executable.ts";
import { explainNoLab, type Lab, openLab } from "../support/lab/lab.ts";
import { explainNoMounts } from "../support/lab/mounts.ts";
import { SYSTEM_PATH } from "../support/lab/parts.ts";
import { runWell } from "../support/lab/run.ts";
import { HOST } from "../support/requests.ts";

const IMAGES = [`${HOST}/acme/app:v1`, `${HOST}/acme/worker:v1`] as const;

const reason =
  explainNoProgram(NODE_KUBELET) ?? explainNoMounts() ?? explainNoLab(["containerd", "runc", "skopeo"]);

describeUnless(reason, "a node with docr as the kubelet's provider", () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await openLab({ registries: ["acme"] });
    lab.user.writeDockerConfig({ credHelpers: { [HOST]: "docr" } });
    const env = { ...lab.user.env, DIGITALOCEAN_ACCESS_TOKEN: lab.standIn.account.addToken() };
    for (const image of IMAGES) {
      await runWell("skopeo", ["copy", "--insecure-policy", `tarball:${lab.rootTar}`, `docker://${image}`], {
        env,
      });
    }
  });
  afterAll(() => lab.close());
  beforeEach(() => {
    lab.standIn.reset();
    lab.standIn.account.minted.length = 0;
    lab.standIn.account.registryLogins.length = 0;
  });

  /** Sets the node up with the commands that docr prints for a user. The paths are in a folder of the test. */
  async function openNode(token: string): Promise<KubernetesNode> {
    const folder = mkdtempSync(join(lab.folder, "n-"));
    cpSync(DOCR, join(folder, "docr"));
    writeFileSync(join(folder, "token.txt"), `${token}\n`);
    const [program, tokenFile, config, flags] = partsFor("kubeadm", {
      registry: "acme",
      stateDir: DEFAULT_STATE_DIR,
    }).map(({ content }) => content.replaceAll(/\/(?:etc|usr)\//g, `${folder}$&`));
    for (const script of [program, tokenFile, config]) {
      await runWell("sh", ["-eu", "-c", script ?? ""], { cwd: folder, env: { PATH: SYSTEM_PATH } });
    }
    return startNode({
      folder: join(folder, "node"),
      rootTar: lab.rootTar,
      flags: (flags ?? "").match(/--[^" ]+/g) ?? [],
    });
  }

  it("runs pods with private images, after one mint", async () => {
    const node = await openNode(lab.standIn.account.addToken());
    try {
      IMAGES.forEach((image, index) => node.addPod(`good-${index}`, image));
      for (const index of IMAGES.keys()) {
        await node.waitFor(`good-${index}`, ({ running }) => running !== undefined);
      }
      const [minted, ...more] = lab.standIn.account.minted;
      expect(more).toEqual([]);
      expect(minted).toMatchObject({ registry: "acme", access: "read-only" });
      expect(new Set(lab.standIn.account.registryLogins)).toEqual(new Set([minted?.id]));
      expect(node.journal()).not.toContain(minted?.secret);
    } finally {
      await node.stop();
    }
  });

  it("does not run the pod if docr fails, and its journal has docr's reason", async () => {
    const token = `dop_v1_${"a".repeat(64)}`;
    const node = await openNode(token);
    try {
      node.addPod("bad", IMAGES[0]);
      const { waiting } = await node.waitFor("bad", (state) =>
        /ErrImagePull|ImagePullBackOff/.test(state.waiting?.reason ?? ""),
      );
      // The pod itself shows only what the registry said to the pull without a login.
      expect(waiting?.message).toMatch(/failed to authorize|401|anonymous/);
      expect(waiting?.message).not.toContain("docr:");
      expect(node.journal()).toMatch(
        /exit status 1: docr: DigitalOcean rejected the API token [^\n]*HTTP 401/,
      );
      expect(node.journal()).not.toContain(token);
      expect(lab.standIn.count("mint")).toBeGreaterThan(0);
      expect(lab.standIn.account.registryLogins).toEqual([]);
    } finally {
      await node.stop();
    }
  });
});
