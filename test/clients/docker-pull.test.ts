import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoLab, type Lab, openLab } from "../support/lab/lab.ts";
import type { UserRunOptions } from "../support/lab/user.ts";
import type { Outcome } from "../support/lab/run.ts";

const HOST = "registry.digitalocean.com";
const IMAGE = `${HOST}/acme/tiny:1`;

describeUnless(explainNoLab(["docker", "dockerd"]), "docker pull and push with a real engine", () => {
  let lab: Lab;
  let token: string;

  beforeAll(async () => {
    lab = await openLab({ engine: true });
    token = lab.standIn.account.addToken();
    lab.user.writeDockerConfig({ credHelpers: { [HOST]: "docr" } });
    await docker(["import", lab.rootTar, IMAGE]);
  });
  afterAll(() => lab.close());
  beforeEach(() => {
    lab.standIn.account.registries = ["acme"];
    lab.standIn.reset();
  });
  afterEach(async () => {
    await docker(["logout", HOST]);
    await lab.user.docr("erase", { stdin: HOST, env: ci() });
  });

  function docker(args: readonly string[], options: UserRunOptions = {}): Promise<Outcome> {
    const env = { DOCKER_HOST: lab.engine?.host ?? "", ...options.env };
    return lab.user.run("docker", args, { ...options, env });
  }
  const ci = (apiToken = token): Record<string, string> => ({ DIGITALOCEAN_ACCESS_TOKEN: apiToken });
  const login = (): Promise<Outcome> =>
    docker(["login", "-u", token, "--password-stdin", HOST], { stdin: token });

  it("pushes and pulls with one mint after docker login with an API token", async () => {
    expect((await login()).code).toBe(0);
    expect(await docker(["push", "-q", IMAGE])).toMatchObject({ code: 0, stderr: "" });
    expect(await docker(["pull", "-q", IMAGE])).toMatchObject({ code: 0, stderr: "" });
    expect(lab.standIn.count("mint")).toBe(1);
    expect(lab.standIn.account.minted.at(-1)).toMatchObject({ registry: "acme", access: "read-write" });
  });

  it("works in CI with only DIGITALOCEAN_ACCESS_TOKEN, without a login", async () => {
    expect(await docker(["push", "-q", IMAGE], { env: ci() })).toMatchObject({ code: 0, stderr: "" });
    expect(await docker(["pull", "-q", IMAGE], { env: ci() })).toMatchObject({ code: 0, stderr: "" });
    expect(lab.standIn.count("mint")).toBe(1);
  });

  it("calls the API for the first pull but not for the second", async () => {
    await docker(["pull", "-q", IMAGE], { env: ci() });
    expect(lab.standIn.count()).toBe(2);
    lab.standIn.reset();
    expect((await docker(["pull", "-q", IMAGE], { env: ci() })).code).toBe(0);
    expect(lab.standIn.count()).toBe(0);
    expect(lab.standIn.count("registry-auth")).toBeGreaterThan(0);
  });

  it("mints with an expiry of one hour", async () => {
    await docker(["pull", "-q", IMAGE], { env: ci() });
    const minted = lab.standIn.account.minted.at(-1);
    expect((minted?.expiresAt ?? 0) - (minted?.mintedAt ?? 0)).toBe(3_600_000);
  });

  it("cannot pull with a revoked or expired credential, because the registry checks it", async () => {
    for (const end of ["revoked", "expired"]) {
      await docker(["pull", "-q", IMAGE], { env: ci() });
      const minted = lab.standIn.account.minted.at(-1);
      if (!minted) throw new Error("nothing was minted");
      if (end === "revoked") minted.revoked = true;
      else minted.expiresAt = Date.now() - 1;
      const outcome = await docker(["pull", "-q", IMAGE], { env: ci() });
      expect([outcome.code, outcome.stderr]).toEqual([1, expect.stringContaining("unauthorized")]);
      await lab.user.docr("erase", { stdin: HOST, env: ci() });
    }
  });

  it("cannot pull after a logout", async () => {
    await login();
    expect((await docker(["pull", "-q", IMAGE])).code).toBe(0);
    await docker(["logout", HOST]);
    const outcome = await docker(["pull", "-q", IMAGE]);
    expect([outcome.code, outcome.stderr]).toEqual([1, expect.stringContaining("unauthorized")]);
  });

  it("pulls with a read-only API token, warns once, and cannot push", async () => {
    const env = ci(lab.standIn.account.addToken(["registry:read"]));
    const first = await docker(["pull", "-q", IMAGE], { env });
    expect(first.code).toBe(0);
    expect(first.stderr).toMatch(/^docr: [^\n]*registry:update[^\n]*\n$/);
    expect(lab.standIn.account.minted.at(-1)?.access).toBe("read-only");

    const second = await docker(["pull", "-q", IMAGE], { env });
    expect(second).toMatchObject({ code: 0, stderr: "" });
    const push = await docker(["push", "-q", IMAGE], { env });
    expect([push.code, push.stderr]).toEqual([1, expect.stringMatching(/denied|unauthorized/)]);
    await lab.user.docr("erase", { stdin: HOST, env });
  });

  it("mints for the registry in DOCR_REGISTRY if the account has several", async () => {
    lab.standIn.account.registries = ["acme-staging", "acme"];
    const without = await docker(["pull", "-q", IMAGE], { env: ci() });
    expect(without.code).toBe(1);
    expect(without.stderr).toMatch(/docr: [^\n]*acme-staging[^\n]*acme/);

    const env = { ...ci(), DOCR_REGISTRY: "acme" };
    expect(await docker(["pull", "-q", IMAGE], { env })).toMatchObject({ code: 0, stderr: "" });
    expect(lab.standIn.account.minted.at(-1)?.registry).toBe("acme");
    await lab.user.docr("erase", { stdin: HOST, env });
  });

  it("mints for the registry in the address, which go-containerregistry sends", async () => {
    lab.standIn.account.registries = ["acme-staging", "acme"];
    const outcome = await lab.user.docr("get", { stdin: `${HOST}/acme/tiny`, env: ci() });
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(outcome.stdout)).toMatchObject({ ServerURL: `${HOST}/acme/tiny` });
    expect(lab.standIn.account.minted.at(-1)?.registry).toBe("acme");
  });

  it("prints one line with the reason if there is no credential", async () => {
    const outcome = await docker(["pull", "-q", IMAGE], { env: ci(`dop_v1_${"0".repeat(64)}`) });
    expect(outcome.code).toBe(1);
    expect(outcome.stderr.split("\n").filter((line) => line.startsWith("docr: "))).toHaveLength(1);
  });
});
