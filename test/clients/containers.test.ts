import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type Containers, createContainers } from "../support/lab/containers.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoLab, type Lab, openLab } from "../support/lab/lab.ts";
import type { UserRunOptions } from "../support/lab/user.ts";
import type { Outcome } from "../support/lab/run.ts";

const HOST = "registry.digitalocean.com";
const IMAGE = `${HOST}/acme/tiny:1`;

/** The two settings that make these clients use a helper. They ignore credsStore. */
const WAYS = [
  {
    way: "credHelpers in auth.json",
    arrange: (containers: Containers) => {
      containers.writeHelpers([]);
      containers.writeAuth({ credHelpers: { [HOST]: "docr" } });
    },
  },
  {
    way: "credential-helpers in registries.conf",
    arrange: (containers: Containers) => {
      containers.writeHelpers(["docr"]);
      containers.writeAuth({});
    },
  },
];

describeUnless(explainNoLab(["podman", "skopeo", "buildah"]), "podman, skopeo and buildah", () => {
  let lab: Lab;
  let containers: Containers;
  let token: string;

  beforeAll(async () => {
    lab = await openLab();
    token = lab.standIn.account.addToken();
    containers = createContainers(join(lab.user.folder, "c"), lab.user.env["HOME"] ?? "");
    const imported = await podman(["import", "-q", lab.rootTar, IMAGE]);
    if (imported.code !== 0) throw new Error(imported.stderr);
    WAYS[0]?.arrange(containers);
    // Every test needs an image to pull.
    await podman(["push", "-q", IMAGE], { env: ci() });
    lab.standIn.reset();
  });
  afterAll(() => lab.close());
  afterEach(async () => {
    await lab.user.docr("erase", { stdin: HOST });
    await lab.user.docr("erase", { stdin: HOST, env: ci() });
    lab.standIn.reset();
  });

  const ci = (): Record<string, string> => ({ DIGITALOCEAN_ACCESS_TOKEN: token });
  const client = (command: string, args: readonly string[], options: UserRunOptions = {}): Promise<Outcome> =>
    lab.user.run(command, args, { ...options, env: { ...containers.env, ...options.env } });
  const podman = (args: readonly string[], options?: UserRunOptions): Promise<Outcome> =>
    client("podman", [...containers.podman, ...args], options);
  const login = (command: "podman" | "skopeo"): Promise<Outcome> =>
    client(command, ["login", "-u", token, "--password-stdin", HOST], { stdin: token });

  for (const { way, arrange } of WAYS) {
    it(`podman logs in, pushes, pulls and logs out with one mint, through ${way}`, async () => {
      arrange(containers);
      expect((await login("podman")).stdout).toContain("Login Succeeded");
      expect((await podman(["push", "-q", IMAGE])).code).toBe(0);
      expect((await podman(["pull", "-q", IMAGE])).code).toBe(0);
      expect(lab.standIn.count("mint")).toBe(1);

      expect((await podman(["logout", HOST])).code).toBe(0);
      expect(lab.standIn.account.minted.at(-1)?.revoked).toBe(true);
      expect((await podman(["pull", "-q", IMAGE])).code).toBe(125);
    });

    it(`skopeo logs in, inspects, copies and logs out, through ${way}`, async () => {
      arrange(containers);
      expect((await login("skopeo")).stdout).toContain("Login Succeeded");
      const inspected = await client("skopeo", [
        "inspect",
        "-n",
        "--format",
        "{{.Digest}}",
        `docker://${IMAGE}`,
      ]);
      expect(inspected).toMatchObject({ code: 0, stderr: "" });
      expect(inspected.stdout).toMatch(/^sha256:[0-9a-f]{64}\n$/);
      const copied = await client("skopeo", [
        "copy",
        "-q",
        `docker://${IMAGE}`,
        `docker://${HOST}/acme/copy:1`,
      ]);
      expect(copied).toMatchObject({ code: 0, stderr: "" });
      expect(lab.standIn.count("mint")).toBe(1);

      expect((await client("skopeo", ["logout", HOST])).code).toBe(0);
      expect(lab.standIn.account.minted.at(-1)?.revoked).toBe(true);
      expect((await client("skopeo", ["inspect", "-n", `docker://${IMAGE}`])).code).toBe(1);
    });

    it(`buildah pulls and pushes in CI with only an API token, through ${way}`, async () => {
      arrange(containers);
      expect((await client("buildah", ["pull", "-q", IMAGE], { env: ci() })).code).toBe(0);
      const pushed = await client("buildah", ["push", "-q", IMAGE, `docker://${HOST}/acme/built:1`], {
        env: ci(),
      });
      expect(pushed).toMatchObject({ code: 0, stderr: "" });
      expect(lab.standIn.count("mint")).toBe(1);
    });
  }

  it("podman and skopeo find Docker Hub's login of docker, and docker logout docker.io forgets it", async () => {
    WAYS[1]?.arrange(containers);
    const hub = { ServerURL: "https://index.docker.io/v1/", Username: "sammy", Secret: "hub" };
    await lab.user.docr("store", { stdin: JSON.stringify(hub) });
    for (const command of ["podman", "skopeo"] as const) {
      const found = await client(command, ["login", "--get-login", "docker.io"]);
      expect([command, found.code, found.stdout]).toEqual([command, 0, "sammy\n"]);
    }
    lab.user.writeDockerConfig({ credsStore: "docr" });
    expect((await lab.user.run("docker", ["logout", "docker.io"])).code).toBe(0);
    expect((await client("skopeo", ["login", "--get-login", "docker.io"])).code).not.toBe(0);
  });

  it("a second podman logout changes nothing and does not crash", async () => {
    WAYS[0]?.arrange(containers);
    await login("podman");
    expect((await podman(["logout", HOST])).code).toBe(0);
    const again = await podman(["logout", HOST]);
    expect(again.signal).toBeNull();
    expect(again.code).not.toBe(2);
  });

  it("skopeo prints docr's error in one line if the API mints no credential", async () => {
    WAYS[0]?.arrange(containers);
    lab.standIn.faults.add({ kind: "answer", path: "/v2/*", status: 500, times: 99 });
    const outcome = await client("skopeo", ["inspect", "-n", `docker://${IMAGE}`], { env: ci() });
    expect(outcome.code).toBe(1);
    expect(outcome.stderr.split("\n").filter((line) => line.startsWith("docr: "))).toHaveLength(1);
    expect(outcome.stderr).not.toContain("not found in native keychain");
  });

  it("ten concurrent skopeo share one mint", async () => {
    WAYS[0]?.arrange(containers);
    const inspect = ["inspect", "-n", "--format", "{{.Digest}}", `docker://${IMAGE}`];
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => client("skopeo", inspect, { env: ci() })),
    );
    expect(outcomes.map(({ code }) => code)).toEqual(Array.from({ length: 10 }, () => 0));
    expect(new Set(outcomes.map(({ stdout }) => stdout)).size).toBe(1);
    expect(lab.standIn.count("mint")).toBe(1);
  });
});
