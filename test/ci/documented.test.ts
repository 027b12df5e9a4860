/** Runs the snippets of docs/ci.md with real docker. The shells of the CI systems are the test's; the commands are the document's. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { isLive } from "../support/fakes/digitalocean-account.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { PATH_WITH_DOCR } from "../support/lab/executable.ts";
import { explainNoLab, type Lab, openLab } from "../support/lab/lab.ts";
import { type Environment, type Outcome, run } from "../support/lab/run.ts";
import { ACTION, createActionsJob } from "./actions-job.ts";
import {
  BUILD,
  buildkiteJob,
  circleJob,
  type DocumentedJob,
  gitlabJob,
  jenkinsJob,
  snippetsIn,
  woodpeckerJob,
  yamlIn,
} from "./snippets.ts";

const IMAGE = `registry.digitalocean.com/acme/app:${BUILD}`;

/** On a runner that several jobs share, nothing may stay, and nothing may change in the home. */
const JOBS: readonly (readonly [system: string, job: DocumentedJob, isShared: boolean])[] = [
  ["GitLab CI", gitlabJob(), true],
  ["CircleCI", circleJob(), false],
  ["Jenkins", jenkinsJob(), true],
  ["Buildkite", buildkiteJob(), true],
  ["Woodpecker", woodpeckerJob(), false],
];

interface Workflow {
  readonly jobs: {
    readonly push: {
      readonly steps: readonly {
        readonly uses?: string;
        readonly with?: Environment;
        readonly run?: string;
      }[];
    };
  };
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the tests check what they use of it
const WORKFLOW = yamlIn("GitHub Actions") as Workflow;

describe("the workflow for GitHub Actions", () => {
  it("gives the action inputs that it has, and every required one", () => {
    const step = WORKFLOW.jobs.push.steps.find(({ uses }) => uses?.includes("/docker-credential-docr@"));
    const inputs = Object.entries(ACTION.inputs);
    const required = inputs.filter(([, { required: isRequired }]) => isRequired).map(([name]) => name);
    expect(Object.keys(step?.with ?? {})).toEqual(required);
  });
});

describeUnless(explainNoLab(["docker", "dockerd"]), "a documented job", () => {
  let lab: Lab;
  let folder: string;
  let env: Environment;

  beforeAll(async () => {
    lab = await openLab({ engine: true });
    const DOCKER_HOST = lab.engine?.host ?? "";
    await lab.user.run("docker", ["import", lab.rootTar, IMAGE], { env: { DOCKER_HOST } });
  });
  afterAll(() => lab.close());
  beforeEach(() => {
    folder = mkdtempSync(join(lab.folder, "ci-"));
    const HOME = join(folder, "home");
    mkdirSync(HOME);
    mkdirSync(join(folder, "builds"));
    lab.standIn.account.minted.length = 0;
    env = { PATH: PATH_WITH_DOCR, HOME, DOCKER_HOST: lab.engine?.host ?? "" };
  });

  /** Runs the job's shells as the CI system does. Returns the first failure, or the last outcome. */
  async function runJob({ env: own, shells }: DocumentedJob): Promise<Outcome> {
    const DIGITALOCEAN_ACCESS_TOKEN = lab.standIn.account.addToken();
    const all = { ...env, ...own(join(folder, "builds")), DIGITALOCEAN_ACCESS_TOKEN };
    let result: Outcome | undefined;
    for (const { program, script, isCleanup = false } of shells) {
      const hasFailed = result !== undefined && result.code !== 0;
      if (hasFailed && !isCleanup) continue;
      // Buildkite sources its hooks, and handles their failures itself.
      const options = script.includes("code=$?") ? ["-c"] : ["-e", "-c"];
      const outcome = await run(program, [...options, script], { env: all, cwd: join(folder, "builds") });
      if (!hasFailed) result = outcome;
    }
    if (!result) throw new Error("the job has no commands");
    return result;
  }

  const liveOnes = () => lab.standIn.account.minted.filter(isLive);

  describe.each(JOBS)("of %s", (_system, job, isShared) => {
    it("pushes with one credential, and revokes it", async () => {
      expect(await runJob(job)).toMatchObject({ code: 0 });
      expect(lab.standIn.account.minted).toMatchObject([{ registry: "acme", access: "read-write" }]);
      expect(liveOnes()).toEqual([]);
      if (!isShared) return;
      expect(readdirSync(env["HOME"] ?? "")).toEqual([]);
      expect(findFiles(join(folder, "builds"))).toEqual([]);
    });

    it("revokes its credential after a push that fails", async () => {
      const shells = job.shells.map((shell) => ({
        ...shell,
        script: shell.script.replace(/docker push \S+/, "$& && false"),
      }));
      expect((await runJob({ ...job, shells })).code).not.toBe(0);
      expect(lab.standIn.account.minted.length).toBe(1);
      expect(liveOnes()).toEqual([]);
    });
  });

  it("of GitHub Actions pushes with one credential, and revokes it", async () => {
    const job = createActionsJob({ folder, env, inputs: { token: lab.standIn.account.addToken() } });
    expect((await job.main()).code).toBe(0);
    for (const { run: script } of WORKFLOW.jobs.push.steps) {
      if (script === undefined) continue;
      expect(await job.step(script.replaceAll("${{ github.run_id }}", BUILD))).toMatchObject({ code: 0 });
    }
    expect((await job.post()).code).toBe(0);
    expect(lab.standIn.account.minted).toMatchObject([{ registry: "acme", access: "read-write" }]);
    expect(liveOnes()).toEqual([]);
  });

  it("of Nomad gets a login for DigitalOcean's registry and an empty one for others, as a map of texts", async () => {
    const [hcl = ""] = snippetsIn("Nomad", "hcl");
    const [, helper = ""] = /helper = "(\w+)"/.exec(hcl) ?? [];
    const [ini = ""] = snippetsIn("Nomad", "ini");
    const lines = ini.matchAll(/^(\w+)=(.*)$/gm);
    const agent = Object.fromEntries(Array.from(lines, ([, name = "", value = ""]) => [name, value]));
    expect(agent["DIGITALOCEAN_ACCESS_TOKEN_FILE"]).toBe("/etc/docr/token");
    const file = join(folder, "token");
    writeFileSync(file, lab.standIn.account.addToken(), { mode: 0o600 });
    // Nomad sends the host without a newline, and takes only texts.
    const get = async (host: string): Promise<unknown> => {
      const all = { ...env, ...agent, DIGITALOCEAN_ACCESS_TOKEN_FILE: file };
      const { code, stdout } = await run(`docker-credential-${helper}`, ["get"], { env: all, stdin: host });
      expect(code).toBe(0);
      return JSON.parse(stdout);
    };
    for (const host of ["docker.io", "ghcr.io", "registry.k8s.io"]) {
      expect(await get(host)).toEqual({ ServerURL: host, Username: "", Secret: "" });
    }
    const login = await get("registry.digitalocean.com");
    const [minted] = lab.standIn.account.minted;
    expect(login).toEqual({
      ServerURL: "registry.digitalocean.com",
      Username: minted?.username,
      Secret: minted?.secret,
    });
  });
});

/** The files in a folder, at any depth. Folders without a file do not count. */
function findFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
}
