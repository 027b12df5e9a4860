/** action.yml in a workflow, by act: a runner of GitHub's workflows that is not this project's own. */
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { isLive } from "../support/fakes/digitalocean-account.ts";
import { ACT, explainNoProgram } from "../support/engines/programs.ts";
import { describeUnless } from "../support/lab/describe.ts";
import { explainNoExecutable, PATH_WITH_DOCR } from "../support/lab/executable.ts";
import { type Environment, type Outcome, run, runWell } from "../support/lab/run.ts";
import { createMachine, type Machine, withMachine } from "../support/machine.ts";

const PROJECT = join(import.meta.dirname, "../..");

const WORKFLOW = `on: push
jobs:
  push:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: ./docr
        with:
          token: \${{ vars.TOKEN_PART }}\${{ secrets.TOKEN_REST }}
      - run: |
          echo registry.digitalocean.com | docker-credential-docr get > "$RESPONSE"
          cat "$RESPONSE"
          cat "$DOCKER_CONFIG/config.json"
      - run: exit 3
`;

describeUnless(explainNoProgram(ACT) ?? explainNoExecutable(), "a workflow that act runs", () => {
  it(
    "gets a credential, shows no secret, and revokes it after a failed step",
    withMachine(
      () => createMachine({ mintedPrefix: "doo_v1_", mintedUsername: "email" }),
      async (machine) => {
        const { code, stdout, stderr } = await runWorkflow(machine);
        const log = stdout + stderr;
        expect(log).toContain("revoked the registry credentials of this job");
        const { Secret: secret } = JSON.parse(readFileSync(join(machine.folder, "response"), "utf8"));
        const [minted] = machine.standIn.account.minted;
        expect(code).toBe(1);
        expect(minted?.secret === secret).toBe(true);
        expect(minted && isLive(minted)).toBe(false);
        expect([machine.token, secret].filter((text) => log.includes(text))).toEqual([]);
        expect(log).toContain('"registry.digitalocean.com": "docr"');
        expect(readdirSync(machine.home).filter((name) => name.startsWith(".docker"))).toEqual([]);
      },
    ),
  );
});

/** Runs the workflow in a repository of its own, with the action in a folder of it. act has no secret that is the whole token. */
async function runWorkflow(machine: Machine): Promise<Outcome> {
  const work = join(machine.folder, "work");
  mkdirSync(join(work, ".github", "workflows"), { recursive: true });
  mkdirSync(join(work, "docr", "scripts"), { recursive: true });
  writeFileSync(join(work, ".github", "workflows", "push.yml"), WORKFLOW);
  copyFileSync(join(PROJECT, "action.yml"), join(work, "docr", "action.yml"));
  cpSync(join(PROJECT, "scripts", "action"), join(work, "docr", "scripts", "action"), { recursive: true });
  const env: Environment = {
    ...machine.env,
    PATH: `${join(PROJECT, "node_modules", ".bin")}:${PATH_WITH_DOCR}`,
    XDG_CACHE_HOME: join(machine.folder, "cache"),
  };
  const git = (...args: readonly string[]) => runWell("git", ["-C", work, ...args], { env });
  await git("init", "-q");
  await git("add", "-A");
  await git("-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "-qm", "test");
  const half = machine.token.length / 2;
  const options: readonly (readonly [string, string])[] = [
    ["-P", "ubuntu-latest=-self-hosted"],
    ["--var", `TOKEN_PART=${machine.token.slice(0, half)}`],
    ["--secret", `TOKEN_REST=${machine.token.slice(half)}`],
    // act looks for an address of its own, which a namespace without a network does not have.
    ["--cache-server-addr", "127.0.0.1"],
    ["--artifact-server-addr", "127.0.0.1"],
    ["--env", `RESPONSE=${join(machine.folder, "response")}`],
    ["--env", `DIGITALOCEAN_API_URL=${machine.standIn.url}`],
    ["--env", `DIGITALOCEAN_OAUTH_URL=${machine.standIn.url}`],
  ];
  const args = ["push", ...options.flat()];
  return run(ACT.path, args, { env, cwd: work, timeoutSeconds: 120 });
}
