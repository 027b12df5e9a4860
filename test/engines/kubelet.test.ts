/** docr and the kubelet's own code for credential providers. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { partsFor } from "../../src/commands/kubelet/distributions.ts";
import { checkPattern } from "../../src/kubelet/pattern-problems.ts";
import { parseProviderConfig } from "../../src/kubelet/provider-config.ts";
import { API_VERSIONS } from "../../src/kubelet/request.ts";
import { createStandIn, type StandIn } from "../support/fakes/digitalocean-api.ts";
import {
  ACCEPTED_FORMS,
  DOUBTFUL_PATTERNS,
  EMPTY_FORMS,
  INVALID_PATTERNS,
  PATTERN_CASES,
  REJECTED_FORMS,
} from "../support/kubelet-forms.ts";
import { type KubeletProcess, startKubelet } from "../support/engines/kubelet-process.ts";
import { explainNoProgram, KUBELET } from "../support/engines/programs.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { DOCR, explainNoExecutable } from "../support/lab/executable.ts";
import { type Environment, run } from "../support/lab/run.ts";
import { SYSTEM_PATH } from "../support/lab/parts.ts";
import { HOST } from "../support/requests.ts";

const IMAGE = `${HOST}/acme/app`;
const ENV = { PATH: SYSTEM_PATH };
const PROVIDER = {
  name: "docr",
  apiVersion: API_VERSIONS[0],
  matchImages: [HOST],
  defaultCacheDuration: "0s",
  args: ["kubelet"],
};

let folder: string;
let count = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "docr-e-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A folder of its own for each node. */
function newFolder(): string {
  const path = join(folder, String((count += 1)));
  mkdirSync(path);
  return path;
}

function writeConfig(path: string, providers: readonly object[]): string {
  const config = { apiVersion: "kubelet.config.k8s.io/v1", kind: "CredentialProviderConfig", providers };
  writeFileSync(join(path, "config.yaml"), JSON.stringify(config));
  return join(path, "config.yaml");
}

interface Node {
  readonly kubelet: KubeletProcess;
  readonly standIn: StandIn;
  readonly token: string;
  /** How many times the kubelet ran docr. */
  readonly runs: () => number;
  readonly close: () => Promise<void>;
}

/** A node whose kubelet runs docr, with changes to its configuration and to the environment of the kubelet. */
async function openNode(changes: object = {}, added: Environment = {}): Promise<Node> {
  const path = newFolder();
  const standIn = await createStandIn({ registries: ["acme", "beta"] });
  const token = standIn.account.addToken();
  const log = join(path, "runs");
  writeFileSync(log, "");
  writeFileSync(
    join(path, "docr"),
    `#!/bin/sh\necho >> ${log}\nexec ${DOCR} "$@" --state-dir ${path}/state\n`,
  );
  chmodSync(join(path, "docr"), 0o755);
  const config = writeConfig(path, [{ ...PROVIDER, ...changes }]);
  const env = { ...ENV, DIGITALOCEAN_ACCESS_TOKEN: token, DIGITALOCEAN_API_URL: standIn.url, ...added };
  const kubelet = await startKubelet({ config, binDir: path, env });
  return {
    kubelet,
    standIn,
    token,
    runs: () => readFileSync(log, "utf8").length,
    async close() {
      await kubelet.stop();
      await standIn.close();
    },
  };
}

/** The ids of the credentials that the kubelet would try for each image. */
async function idsFor(
  { kubelet, standIn }: Node,
  images: readonly string[],
  account?: string,
): Promise<readonly unknown[]> {
  const found = await kubelet.lookUp(images, account);
  return found.map(({ logins }) => logins.map(({ password }) => standIn.account.findMinted(password)?.id));
}

const reason = explainNoProgram(KUBELET) ?? explainNoExecutable();

describeUnless(reason, "the kubelet with docr as its provider", () => {
  it.each(API_VERSIONS)("gets a login in version %s, and keeps it", async (apiVersion) => {
    const node = await openNode({ apiVersion });
    expect(await idsFor(node, [IMAGE])).toEqual([[1]]);
    expect(await idsFor(node, [IMAGE])).toEqual([[1]]);
    expect([node.runs(), node.kubelet.journal()]).toEqual([1, ""]);
    await node.close();
  });

  it("asks once for each image, or once for the host if DOCR_REGISTRY names the only registry", async () => {
    const images = [`${HOST}/acme/a`, `${HOST}/acme/b`];
    const each = await openNode();
    for (const image of images) expect(await idsFor(each, [image])).toEqual([[1]]);
    const whole = await openNode({ env: [{ name: "DOCR_REGISTRY", value: "acme" }] });
    for (const image of images) expect(await idsFor(whole, [image])).toEqual([[1]]);
    expect([each.runs(), whole.runs()]).toEqual([2, 1]);
    await each.close();
    await whole.close();
  });

  it("gets each registry's own login, and none of a registry whose name starts alike", async () => {
    const node = await openNode();
    expect(await idsFor(node, [`${HOST}/acme/a`, `${HOST}/beta/a`, `${HOST}/acme-evil/a`])).toEqual([
      expect.arrayContaining([expect.any(Number)]),
      expect.arrayContaining([expect.any(Number)]),
      [],
    ]);
    expect(node.standIn.account.minted.map(({ registry }) => registry).toSorted()).toEqual(["acme", "beta"]);
    await node.close();
  });

  it("gets one credential for 50 images at the same time", async () => {
    const node = await openNode();
    const images = Array.from({ length: 50 }, (_, index) => `${HOST}/acme/app-${index}`);
    expect(new Set((await idsFor(node, images)).map(String))).toEqual(new Set(["1"]));
    expect(node.standIn.count()).toBe(1);
    await node.close();
  });

  it("pulls another registry's image without a login and without an error", async () => {
    const node = await openNode({ matchImages: ["*.*", "*.*.*"] });
    expect(await idsFor(node, ["quay.io/acme/app"])).toEqual([[]]);
    expect(node.kubelet.journal()).toBe("");
    await node.close();
  });

  it("writes a failure's reason to its journal in one line, without a secret", async () => {
    const token = `dop_v1_${"a".repeat(64)}`;
    const node = await openNode({}, { DIGITALOCEAN_ACCESS_TOKEN: token });
    expect(await idsFor(node, [IMAGE])).toEqual([[]]);
    const lines = node.kubelet.journal().trimEnd().split("\n");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/exit status 1: docr: DigitalOcean rejected the API token .*HTTP 401/);
    expect(lines[0]).not.toContain(token);
    await node.close();
  });

  it.each(["ServiceAccount", "Token"])(
    "may send a service account's token (cacheType %s)",
    async (cacheType) => {
      const tokenAttributes = { serviceAccountTokenAudience: "docr", cacheType, requireServiceAccount: true };
      const node = await openNode({ tokenAttributes });
      expect(await idsFor(node, [IMAGE], "puller")).toEqual([[1]]);
      expect(node.kubelet.journal()).not.toContain("service-account-token-of-the-test");
      await node.close();
    },
  );

  it("starts with what docr kubelet config prints", async () => {
    const [, , file] = partsFor("kubeadm", { registry: "acme", stateDir: "/var/lib/docr" });
    const path = newFolder();
    const [, text = ""] = /<<'EOF'\n([^]*)EOF$/.exec(file?.content ?? "") ?? [];
    writeFileSync(join(path, "config.yaml"), text);
    symlinkSync(DOCR, join(path, "docr"));
    const kubelet = await startKubelet({ config: join(path, "config.yaml"), binDir: path, env: ENV });
    expect(await kubelet.lookUp(["quay.io/acme/app"])).toEqual([{ image: "quay.io/acme/app", logins: [] }]);
    await kubelet.stop();
  });
});

/** The logins that the kubelet finds in a provider's response. */
async function loginsIn(text: string): Promise<readonly unknown[]> {
  const path = newFolder();
  writeFileSync(join(path, "response"), text);
  writeFileSync(join(path, "docr"), `#!/bin/sh\ncat > /dev/null\ncat ${path}/response\n`);
  chmodSync(join(path, "docr"), 0o755);
  const kubelet = await startKubelet({ config: writeConfig(path, [PROVIDER]), binDir: path, env: ENV });
  const [found] = await kubelet.lookUp([IMAGE]);
  await kubelet.stop();
  return found?.logins ?? [];
}

describeUnless(explainNoProgram(KUBELET), "docr and the kubelet agree", () => {
  it.each(ACCEPTED_FORMS)("that a response is accepted with $title", async ({ text }) => {
    expect(await loginsIn(text)).toEqual([{ username: "u", password: "p" }]);
  });

  it.each([...EMPTY_FORMS.map((text) => ({ title: text, text })), ...REJECTED_FORMS])(
    "that a response has no login: $title",
    async ({ text }) => {
      expect(await loginsIn(text)).toEqual([]);
    },
  );

  it.each(INVALID_PATTERNS)("that a kubelet does not start with the pattern %j", async (pattern) => {
    const path = newFolder();
    symlinkSync("/bin/false", join(path, "docr"));
    const config = writeConfig(path, [{ ...PROVIDER, matchImages: [pattern] }]);
    await expect(startKubelet({ config, binDir: path, env: ENV })).rejects.toThrow(/match image is invalid/);
    expect(checkPattern(pattern)).toEqual([expect.objectContaining({ severity: "error" })]);
  });

  it("which pattern matches which image", async () => {
    const kubelet = await startKubelet({ env: ENV });
    const wrong: string[] = [];
    for (const { pattern, image, matches } of PATTERN_CASES) {
      if ((await kubelet.matches(pattern, image)) !== matches) wrong.push(`${pattern} ${image}`);
    }
    await kubelet.stop();
    expect(wrong).toEqual([]);
  });

  it.each(DOUBTFUL_PATTERNS)("that the pattern %j is accepted and never matches", async (pattern) => {
    const path = newFolder();
    symlinkSync("/bin/false", join(path, "docr"));
    const config = writeConfig(path, [{ ...PROVIDER, matchImages: [pattern] }]);
    const kubelet = await startKubelet({ config, binDir: path, env: ENV });
    expect(await kubelet.lookUp([IMAGE])).toEqual([{ image: IMAGE, logins: [] }]);
    // The kubelet would have reported the provider's failure.
    expect(kubelet.journal()).toBe("");
    await kubelet.stop();
    expect(checkPattern(pattern)).toEqual([expect.objectContaining({ severity: "warning" })]);
  });

  const TOKEN = {
    serviceAccountTokenAudience: "docr",
    cacheType: "ServiceAccount",
    requireServiceAccount: true,
  };

  it.each([
    { name: "foo/../bar" },
    { name: "a b" },
    { name: ".." },
    { apiVersion: undefined },
    { apiVersion: "credentialprovider.kubelet.k8s.io/v2" },
    { matchImages: [] },
    { matchImages: ["%invalid%"] },
    { defaultCacheDuration: undefined },
    { defaultCacheDuration: "-1m" },
    { defaultCacheDuration: "1d" },
    { matchimages: ["quay.io"] },
    { args: [1] },
    { env: { A: "b" } },
    { tokenAttributes: TOKEN, apiVersion: API_VERSIONS[1] },
    { tokenAttributes: { ...TOKEN, cacheType: undefined } },
    { tokenAttributes: { ...TOKEN, serviceAccountTokenAudience: "" } },
    { tokenAttributes: { ...TOKEN, requireServiceAccount: undefined } },
    { tokenAttributes: { ...TOKEN, audience: "x" } },
  ])("that a kubelet does not start with %j", async (changes) => {
    const path = newFolder();
    symlinkSync(DOCR, join(path, "docr"));
    const config = writeConfig(path, [{ ...PROVIDER, ...changes }]);
    await expect(startKubelet({ config, binDir: path, env: ENV })).rejects.toThrow(/provider|decod/i);
    const { problems } = parseProviderConfig(readFileSync(config, "utf8"));
    expect(problems).toContainEqual(expect.objectContaining({ severity: "error" }));
  });

  it("that a kubelet starts with every other configuration of these tests", async () => {
    for (const changes of [{}, { tokenAttributes: TOKEN }, { env: [{ name: "A", value: "b" }] }]) {
      const path = newFolder();
      symlinkSync("/bin/false", join(path, "docr"));
      const config = writeConfig(path, [{ ...PROVIDER, ...changes }]);
      const kubelet = await startKubelet({ config, binDir: path, env: ENV });
      await kubelet.stop();
      expect(parseProviderConfig(readFileSync(config, "utf8")).problems).toEqual([]);
    }
  });
});

describeUnless(reason, "docr kubelet check", () => {
  describe("on a node", () => {
    it("passes where the kubelet starts, and names the mistake where it does not", async () => {
      const path = newFolder();
      symlinkSync(DOCR, join(path, "docr"));
      const check = (config: string) =>
        run(DOCR, ["kubelet", "check", "--config", config, "--bin-dir", path], {
          env: { ...ENV, DIGITALOCEAN_API_URL: "http://127.0.0.1:9" },
        });
      expect(await check(writeConfig(path, [PROVIDER]))).toMatchObject({ code: 0 });
      const wrong = await check(writeConfig(path, [{ ...PROVIDER, name: "docr-provider" }]));
      expect(wrong.code).toBe(1);
      expect(wrong.stdout).toMatch(/has no file named docr-provider[^]*set name: docr/);
    });
  });
});
