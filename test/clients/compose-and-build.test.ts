import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { describeUnless, itUnless } from "../support/lab/describe.ts";
import { explainNoLab, type Lab, openLab } from "../support/lab/lab.ts";
import type { UserRunOptions } from "../support/lab/user.ts";
import type { Outcome } from "../support/lab/run.ts";

const HOST = "registry.digitalocean.com";
const IMAGE = `${HOST}/acme/tiny:1`;
const SERVICES = ["a", "b", "c", "d", "e", "f"].map((name) => ({ name, image: `${HOST}/acme/${name}:1` }));

/** Debian's docker 20.10 includes BuildKit's client. Later versions need the buildx plugin, which Debian lacks. */
const DEBIAN_DOCKER = "/usr/bin/docker";

function explainNoBuildKit(): string | undefined {
  if (!existsSync(DEBIAN_DOCKER)) return `no ${DEBIAN_DOCKER}`;
  const { stdout } = spawnSync(DEBIAN_DOCKER, ["--version"], { encoding: "utf8" });
  return stdout.includes(" 20.10.") ? undefined : `${DEBIAN_DOCKER} is not 20.10`;
}

describeUnless(
  explainNoLab(["docker", "dockerd", "docker-compose"]),
  "docker-compose and docker build",
  () => {
    let lab: Lab;
    let token: string;

    beforeAll(async () => {
      lab = await openLab({ engine: true });
      token = lab.standIn.account.addToken();
      lab.user.writeDockerConfig({ credsStore: "docr" });
      await docker(["import", "-c", 'CMD ["/bin/echo","hi"]', lab.rootTar, IMAGE]);
      for (const image of [IMAGE, ...SERVICES.map((service) => service.image)]) {
        await docker(["tag", IMAGE, image]);
        await docker(["push", "-q", image], { env: ci() });
      }
      await lab.user.docr("erase", { stdin: HOST, env: ci() });
      lab.standIn.reset();
    });
    afterAll(() => lab.close());
    afterEach(async () => {
      await docker(["logout", HOST]);
      await lab.user.docr("erase", { stdin: HOST, env: ci() });
      lab.standIn.reset();
    });

    const as = (command: string, args: readonly string[], options: UserRunOptions = {}): Promise<Outcome> =>
      lab.user.run(command, args, {
        ...options,
        env: { DOCKER_HOST: lab.engine?.host ?? "", ...options.env },
      });
    const docker = (args: readonly string[], options?: UserRunOptions): Promise<Outcome> =>
      as("docker", args, options);
    const ci = (): Record<string, string> => ({ DIGITALOCEAN_ACCESS_TOKEN: token });
    const login = (): Promise<Outcome> =>
      docker(["login", "-u", token, "--password-stdin", HOST], { stdin: token });
    const createContext = (): string => {
      const context = join(lab.folder, "context");
      mkdirSync(context, { recursive: true });
      writeFileSync(join(context, "Dockerfile"), `FROM ${IMAGE}\nLABEL a=b\n`);
      return context;
    };
    const remove = (...images: readonly string[]): Promise<Outcome> => docker(["rmi", "-f", ...images]);

    it.each(["credsStore", "credHelpers"])(
      "docker-compose pulls six services concurrently with one mint, with %s",
      async (how) => {
        lab.user.writeDockerConfig(
          how === "credsStore" ? { credsStore: "docr" } : { credHelpers: { [HOST]: "docr" } },
        );
        await login();
        await remove(...SERVICES.map(({ image }) => image));
        const file = join(lab.folder, "compose.yml");
        const services = SERVICES.map(
          ({ name, image }) => `  ${name}: {image: "${image}", network_mode: none}\n`,
        );
        writeFileSync(file, `version: "3"\nservices:\n${services.join("")}`);
        const outcome = await as("docker-compose", ["-f", file, "pull", "-q"]);
        expect([outcome.code, outcome.stdout]).toEqual([0, ""]);
        expect(lab.standIn.count("mint")).toBe(1);
        const there = await docker(["image", "inspect", "-f", "ok", ...SERVICES.map(({ image }) => image)]);
        expect([there.code, there.stdout]).toEqual([0, "ok\n".repeat(SERVICES.length)]);
      },
    );

    it.each([
      ["an empty API token, as in a pull request of a fork", { DIGITALOCEAN_ACCESS_TOKEN: "" }],
      ["an API token that DigitalOcean rejects", { DIGITALOCEAN_ACCESS_TOKEN: `dop_v1_${"0".repeat(64)}` }],
    ])("docker-compose build, which needs every listed login, works with %s", async (_title, env) => {
      lab.user.writeDockerConfig({ credsStore: "docr" });
      const file = join(lab.folder, "compose-build.yml");
      writeFileSync(file, `version: "3"\nservices:\n  built: {build: "${createContext()}", image: built}\n`);
      // With docker-py, which lists the logins. By default docker-compose runs docker build.
      const own = { COMPOSE_DOCKER_CLI_BUILD: "0" };
      const outcome = await as("docker-compose", ["-f", file, "build", "-q"], { env: { ...own, ...env } });
      expect(outcome.stderr).not.toContain("docr");
      expect(outcome.code).toBe(0);
    });

    it("docker build pulls a private base image after a login", async () => {
      lab.user.writeDockerConfig({ credsStore: "docr" });
      await login();
      await remove(IMAGE);
      const build = await docker(["build", "-q", "--pull", createContext()], {
        env: { DOCKER_BUILDKIT: "0" },
      });
      expect(build.code).toBe(0);
      expect(build.stdout).toMatch(/^sha256:[0-9a-f]{64}\n$/);
      expect(lab.standIn.count("mint")).toBe(1);
    });

    it("docker build in CI needs only an API token and no login", async () => {
      lab.user.writeDockerConfig({ credsStore: "docr" });
      await remove(IMAGE);
      const build = await docker(["build", "-q", "--pull", "--no-cache", createContext()], {
        env: { DOCKER_BUILDKIT: "0", ...ci() },
      });
      expect(build.code).toBe(0);
      expect(lab.standIn.count("mint")).toBe(1);
    });

    itUnless(explainNoBuildKit(), "BuildKit pulls a private base image", async () => {
      lab.user.writeDockerConfig({ credsStore: "docr" });
      await remove(IMAGE);
      const build = await as(DEBIAN_DOCKER, ["build", "-q", "--pull", "--no-cache", createContext()], {
        env: { DOCKER_BUILDKIT: "1", ...ci() },
      });
      expect(build.code).toBe(0);
      expect(lab.standIn.count("mint")).toBe(1);
    });

    it("docker run pulls a missing image", async () => {
      lab.user.writeDockerConfig({ credHelpers: { [HOST]: "docr" } });
      await remove(IMAGE);
      const outcome = await docker(["run", "--rm", "--network", "none", IMAGE], { env: ci() });
      expect([outcome.code, outcome.stdout]).toEqual([0, "hi\n"]);
    });
  },
);
