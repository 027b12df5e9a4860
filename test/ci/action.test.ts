import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isLive } from "../support/fakes/digitalocean-account.ts";
import { describeUnless, itUnless } from "../support/lab/describe.ts";
import { explainNoExecutable, PATH_WITH_DOCR } from "../support/lab/executable.ts";
import { explainMissing, SYSTEM_PATH } from "../support/lab/parts.ts";
import type { Environment } from "../support/lab/run.ts";
import { createMachine, type Machine, withMachine } from "../support/machine.ts";
import { secretOf } from "../support/requests.ts";
import { ACTION, type ActionsJob, createActionsJob } from "./actions-job.ts";

const GET = "printf registry.digitalocean.com | docker-credential-docr get";
const REVOKE = "/v1/oauth/revoke";

/** A job on the machine, with an API token of the stand-in's account. */
function startJob(
  machine: Machine,
  inputs: Readonly<Record<string, string>> = {},
  env: Environment = {},
): ActionsJob {
  return createActionsJob({
    folder: machine.folder,
    env: { PATH: PATH_WITH_DOCR, ...machine.env, ...env },
    inputs: { token: machine.token, ...inputs },
  });
}

const onMachine = (body: (machine: Machine) => Promise<void>) =>
  withMachine(() => createMachine({ mintedPrefix: "doo_v1_", mintedUsername: "email" }), body);

describe("action.yml", () => {
  it("runs on Node 24, with programs that exist and need no packages and no build", () => {
    expect(ACTION.runs.using).toBe("node24");
    for (const entry of [ACTION.runs.main, ACTION.runs.post]) {
      const text = readFileSync(join(import.meta.dirname, "../..", entry), "utf8");
      const imports = Array.from(text.matchAll(/ from "([^"]+)"/g), ([, from = ""]) => from);
      expect(imports.filter((from) => !from.startsWith("node:"))).toEqual([]);
    }
  });
});

describeUnless(explainNoExecutable(), "a job with the action", () => {
  it(
    "masks the API token before anything else is printed, and its first credential",
    onMachine(async (machine) => {
      const job = startJob(machine);
      const main = await job.main();
      expect(main.stdout.startsWith(`::add-mask::${machine.token}\n`)).toBe(true);
      const got = await job.step(GET);
      await job.step(
        `env; cat "$DOCKER_CONFIG"/*.json; ${GET}; cat "$(command -v docr)"; cat "$RUNNER_TEMP"/*/token`,
      );
      await job.post();
      const shown = job.log();
      expect(shown).toContain('"Secret":"***"');
      expect([machine.token, secretOf(got)].filter((secret) => shown.includes(secret))).toEqual([]);
    }),
  );

  it(
    "gives later steps a credential, and no API token to other programs",
    onMachine(async (machine) => {
      const job = startJob(machine);
      expect(await job.main()).toMatchObject({ code: 0, stderr: "" });
      expect(isLive(mintedBy(machine, await job.step(GET)))).toBe(true);
      expect(machine.standIn.account.minted.length).toBe(1);
      const { stdout } = await job.step("env");
      expect(stdout.includes(machine.token)).toBe(false);
      expect(stdout).toContain(`XDG_RUNTIME_DIR=${machine.env["XDG_RUNTIME_DIR"]}\n`);
      expect(stdout).toContain(`DOCKER_CONFIG=${job.output("docker-config")}\n`);
      await job.post();
    }),
  );

  it(
    "revokes its credential after a failed step, and leaves no file",
    onMachine(async (machine) => {
      const job = startJob(machine);
      await job.main();
      const got = await job.step(GET);
      expect((await job.step("exit 7")).code).toBe(7);
      expect(await job.post()).toMatchObject({ code: 0, stderr: "" });
      expect(isLive(mintedBy(machine, got))).toBe(false);
      expect(readdirSync(job.temporary)).toEqual([]);
      expect(readdirSync(machine.home)).toEqual([]);
      expect(existsSync(machine.privateFolder)).toBe(false);
    }),
  );

  it(
    "passes its inputs on to docr, whatever characters they contain",
    onMachine(async (machine) => {
      machine.standIn.account.registries = ["acme", "beta"];
      const job = startJob(machine, { registry: "beta", access: "read-only" });
      await job.main();
      expect(mintedBy(machine, await job.step(GET))).toMatchObject({ registry: "beta", access: "read-only" });
      await job.post();
      const odd = startJob(machine, { registry: `b'$(touch ${machine.home}/x)"` });
      expect((await odd.main()).code).toBe(1);
      expect(existsSync(join(machine.home, "x"))).toBe(false);
      await odd.post();
    }),
  );

  it(
    "uses the last API token if the job uses the action twice",
    onMachine(async (machine) => {
      const first = startJob(machine);
      await first.main();
      const [PATH = "", DOCKER_CONFIG = ""] = (
        await first.step('echo "$PATH"; echo "$DOCKER_CONFIG"')
      ).stdout.split("\n");
      machine.standIn.account.removeToken(machine.token);
      const token = machine.standIn.account.addToken();
      const second = startJob(machine, { token }, { PATH, DOCKER_CONFIG });
      expect((await second.main()).code).toBe(0);
      expect(isLive(mintedBy(machine, await second.step(GET)))).toBe(true);
      await second.post();
      await first.post();
      expect(machine.standIn.account.minted.filter(isLive)).toEqual([]);
    }),
  );

  it(
    "revokes a credential also if that takes DigitalOcean longer than the post step waits",
    onMachine(async (machine) => {
      const job = startJob(machine);
      await job.main();
      const got = await job.step(GET);
      machine.standIn.faults.add({ kind: "hang", path: REVOKE });
      const post = await job.post();
      expect(post.code).toBe(0);
      expect(post.stdout).toMatch(/^::warning::.*background/);
      await expect.poll(() => isLive(mintedBy(machine, got)), { timeout: 30_000 }).toBe(false);
    }),
  );

  it(
    "warns and does not fail if its credential cannot be revoked",
    onMachine(async (machine) => {
      const job = startJob(machine);
      await job.main();
      machine.standIn.faults.add({ kind: "answer", status: 403, path: REVOKE, times: 99 });
      const post = await job.post();
      expect(post.code).toBe(0);
      expect(post.stdout).toMatch(/^::warning::.*could not revoke/);
      expect(readdirSync(job.temporary)).toEqual([]);
    }),
  );

  it.each([
    ["without a token", { token: "" }, {}, "the input token is empty"],
    ["with two tokens", { token: "a\nb" }, {}, "the input token has more than one line"],
    ["with a token of another form", { token: "hunter2" }, {}, "DIGITALOCEAN_ACCESS_TOKEN"],
    ["with a registry that does not exist", { registry: "nope" }, {}, "nope"],
    ["without docr", {}, { PATH: SYSTEM_PATH }, "docker-credential-docr is not on the PATH"],
    ["outside a runner", {}, { RUNNER_TEMP: "" }, "RUNNER_TEMP is not set"],
  ])("%s fails in one line, and leaves nothing", async (_title, inputs, env, reason) => {
    await onMachine(async (machine) => {
      const job = startJob(machine, inputs, env);
      const main = await job.main();
      const lines = main.stdout.split("\n").filter((line) => line !== "" && !line.startsWith("::add-mask::"));
      expect({ code: main.code, stderr: main.stderr, lines: lines.length }).toEqual({
        code: 1,
        stderr: "",
        lines: 1,
      });
      expect(lines[0]).toMatch(/^::error::docr: /);
      expect(lines[0]).toContain(reason);
      expect(await job.post()).toMatchObject({ code: 0, stderr: "" });
      expect(readdirSync(job.temporary)).toEqual([]);
    })();
  });

  it(
    "names docker's configuration if that is damaged",
    onMachine(async (machine) => {
      writeDockerConfig(machine, "{");
      const { code, stdout } = await startJob(machine).main();
      expect(code).toBe(1);
      expect(stdout).toContain(`${machine.home}/.docker/config.json cannot be read: `);
    }),
  );

  it(
    "keeps docker's settings and other logins, and changes nothing in the home",
    onMachine(async (machine) => {
      const before = {
        auths: { "ghcr.io": { auth: "c2FtbXk6eA==" } },
        credHelpers: { "quay.io": "other" },
        proxies: { default: { httpProxy: "http://proxy.test" } },
      };
      writeDockerConfig(machine, JSON.stringify(before));
      mkdirSync(join(machine.home, ".docker", "buildx", "instances"), { recursive: true });
      writeFileSync(join(machine.home, ".docker", "buildx", "instances", "mine"), "{}");
      const job = startJob(machine);
      await job.main();
      const { stdout } = await job.step('cat "$DOCKER_CONFIG/config.json"');
      const credHelpers = { "quay.io": "other", "registry.digitalocean.com": "docr" };
      expect(JSON.parse(stdout)).toEqual({ ...before, credHelpers });
      // A builder that the job creates outlives it, as without the action.
      await job.step(
        'cat "$DOCKER_CONFIG/buildx/instances/mine"; touch "$DOCKER_CONFIG/buildx/instances/new"',
      );
      await job.post();
      expect(readFileSync(join(machine.home, ".docker", "config.json"), "utf8")).toBe(JSON.stringify(before));
      expect(readdirSync(join(machine.home, ".docker", "buildx", "instances"))).toEqual(["mine", "new"]);
    }),
  );

  itUnless(
    explainMissing(["docker"]),
    "lets docker see its contexts and CLI plugins",
    onMachine(async (machine) => {
      writeDockerConfig(machine, "{}");
      const plugins = join(machine.home, ".docker", "cli-plugins");
      mkdirSync(plugins);
      writeFileSync(join(plugins, "docker-greet"), PLUGIN);
      chmodSync(join(plugins, "docker-greet"), 0o755);
      const job = startJob(machine);
      const create = await job.step("docker context create work --docker host=unix:///nowhere/docker.sock");
      expect(create.code).toBe(0);
      await job.main();
      const { stdout } = await job.step("docker context ls --format '{{.Name}}'; docker greet");
      expect(stdout.split("\n")).toEqual(["default", "work", "hello", ""]);
      await job.post();
    }),
  );
});

describeUnless(explainNoExecutable(), "20 jobs at once with one home and one API token", () => {
  it(
    "log in and out without an effect on each other, and leave nothing",
    onMachine(async (machine) => {
      writeDockerConfig(machine, '{"auths":{}}');
      const jobs = Array.from({ length: 20 }, () => startJob(machine));
      const enter = async (job: ActionsJob) => {
        expect((await job.main()).code).toBe(0);
        return mintedBy(machine, await job.step(GET));
      };
      const minted = await Promise.all(jobs.map(enter));
      expect(new Set(minted.map(({ id }) => id)).size).toBe(20);
      // Half of them end while the others go on.
      await leave(jobs.slice(0, 10));
      expect(minted.map(isLive)).toEqual(minted.map((_, index) => index >= 10));
      const again = await Promise.all(jobs.slice(10).map((job) => job.step(GET)));
      expect(again.map((outcome) => mintedBy(machine, outcome).id)).toEqual(
        minted.slice(10).map(({ id }) => id),
      );
      await leave(jobs.slice(10));
      expect(minted.filter(isLive)).toEqual([]);
      expect(machine.standIn.account.minted.length).toBe(20);
      expect(jobs.flatMap((job) => readdirSync(job.temporary))).toEqual([]);
      expect(readdirSync(machine.home, { recursive: true })).toEqual([".docker", ".docker/config.json"]);
      expect(readFileSync(join(machine.home, ".docker", "config.json"), "utf8")).toBe('{"auths":{}}');
    }),
  );
});

async function leave(jobs: readonly ActionsJob[]): Promise<void> {
  const outcomes = await Promise.all(jobs.map((job) => job.post()));
  expect(outcomes.map(({ code, stderr }) => `${code}${stderr}`)).toEqual(jobs.map(() => "0"));
}

const PLUGIN = `#!/bin/sh
case $1 in
  docker-cli-plugin-metadata) echo '{"SchemaVersion":"0.1.0","Vendor":"test","Version":"1"}' ;;
  *) echo hello ;;
esac
`;

function writeDockerConfig(machine: Machine, text: string): void {
  mkdirSync(join(machine.home, ".docker"), { recursive: true });
  writeFileSync(join(machine.home, ".docker", "config.json"), text);
}

function mintedBy(machine: Machine, outcome: Parameters<typeof secretOf>[0]) {
  const minted = machine.standIn.account.findMinted(secretOf(outcome));
  if (!minted) throw new Error(`no credential: ${outcome.stderr}`);
  return minted;
}
