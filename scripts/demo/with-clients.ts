/**
 * Runs inside the private namespace: docr with real clients, a real registry and a real keyring. Only DigitalOcean's API is
 * a stand-in.
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Containers, createContainers } from "../../test/support/lab/containers.ts";
import { explainMissing } from "../../test/support/lab/parts.ts";
import { type Lab, openLab } from "../../test/support/lab/lab.ts";
import type { Outcome } from "../../test/support/lab/run.ts";
import { createNarrator, insist, type Narrator, StepFailure } from "./narrator.ts";

const HOST = "registry.digitalocean.com";
const IMAGE = `${HOST}/acme/hello:1`;

interface Scene {
  readonly lab: Lab;
  readonly narrator: Narrator;
  readonly containers: Containers;
  readonly apiToken: string;
  readonly run: (name: string, args: readonly string[], stdin?: string) => Promise<Outcome>;
}

async function main(): Promise<void> {
  const narrator = createNarrator(console.log);
  const withoutDocker = explainMissing(["docker", "dockerd"]);
  let opened: Lab | undefined;
  try {
    await narrator.step("started", async () => {
      opened = await openLab({ engine: withoutDocker === undefined });
      const engine = opened.engine ? ", docker engine" : "";
      return `${HOST}, keyring${engine}, API stand-in: in a private network`;
    });
    if (opened) await play(setScene(opened, narrator), withoutDocker);
  } finally {
    await opened?.close();
  }
}

function setScene(lab: Lab, narrator: Narrator): Scene {
  const { user, engine, standIn } = lab;
  const containers = createContainers(join(user.folder, "c"), user.env["HOME"] ?? "");
  // podman and skopeo read this file; `docr configure` edits docker's.
  containers.writeAuth({ credHelpers: { [HOST]: "docr" } });
  const env = { ...containers.env, DOCKER_HOST: engine?.host ?? "" };
  return {
    lab,
    narrator,
    containers,
    apiToken: standIn.account.addToken(),
    run: (name, args, stdin) => user.run(name, args, { env, ...(stdin === undefined ? {} : { stdin }) }),
  };
}

async function play(scene: Scene, withoutDocker: string | undefined): Promise<void> {
  const { narrator, lab } = scene;
  const client = withoutDocker === undefined ? "docker" : "podman";
  if (withoutDocker !== undefined) narrator.skip("docker", withoutDocker);
  const without = { podman: explainMissing(["podman"]), skopeo: explainMissing(["skopeo"]) };
  insist(client === "docker" || without.podman === undefined, "neither docker nor podman is installed");

  await configure(scene);
  await logIn(scene, client);
  await pushFirst(scene, client);
  await showCache(scene);
  await pullAgain(scene, client);
  if (client === "docker" && without.podman === undefined) await pullAgain(scene, "podman");
  if (without.podman !== undefined) narrator.skip("podman", without.podman);
  if (without.skopeo === undefined) await inspectWithSkopeo(scene);
  else narrator.skip("skopeo", without.skopeo);
  await checkWithDocr(scene);
  await logOut(scene, client);
  const { minted } = lab.standIn.account;
  narrator.say(
    `\nIt works: credentials minted: ${minted.length}, revoked: ${minted.filter(({ revoked }) => revoked).length}.`,
  );
}

type Client = "docker" | "podman";

/** Returns the arguments after those that the client needs before its command. */
function complete({ containers }: Scene, client: Client, args: readonly string[]): readonly string[] {
  return client === "podman" ? [...containers.podman, ...args] : args;
}

async function configure({ narrator, lab }: Scene): Promise<void> {
  await narrator.step("docr", async () => {
    const outcome = await lab.user.docr(["configure", "--client", "docker"]);
    insist(outcome.code === 0, outcome.stderr);
    insist(
      lab.user.readDockerConfig().includes(`"${HOST}": "docr"`),
      "docker's config.json does not name docr",
    );
    return "configure: docker's config.json names docr for the registry";
  });
}

async function logIn(scene: Scene, client: Client): Promise<void> {
  const { narrator, lab, apiToken, run } = scene;
  await narrator.step(client, async () => {
    const args = ["login", "-u", apiToken, "--password-stdin", HOST];
    const outcome = await run(client, complete(scene, client, args), apiToken);
    insist(outcome.code === 0, outcome.stderr);
    insist(
      (await lab.user.keyring.dump("docker-credential-docr")).includes(apiToken),
      "the API token is not in the keyring",
    );
    insist(!lab.user.readDockerConfig().includes(apiToken), "the API token is in docker's config.json");
    return "login with an API token: stored in the keyring and in no file";
  });
}

async function pushFirst(scene: Scene, client: Client): Promise<void> {
  const { narrator, lab, run } = scene;
  await narrator.step(client, async () => {
    const imported = await run(client, complete(scene, client, ["import", lab.rootTar, IMAGE]));
    insist(imported.code === 0, imported.stderr);
    lab.standIn.reset();
    const pushed = await run(client, complete(scene, client, ["push", "-q", IMAGE]));
    insist(pushed.code === 0, pushed.stderr);
    return `push ${IMAGE}`;
  });
  const { standIn } = lab;
  const minted = standIn.account.minted.at(-1);
  insist(standIn.count("mint") === 1 && minted !== undefined, "the push minted no credential");
  const minutes = Math.round(((minted?.expiresAt ?? 0) - (minted?.mintedAt ?? 0)) / 60_000);
  narrator.say(
    `            API: ${standIn.count("list")} list, ${standIn.count("mint")} mint: ${minted?.access} for "${minted?.registry}", expires in ${minutes} min`,
  );
}

async function showCache(scene: Scene): Promise<void> {
  const { narrator, lab } = scene;
  await narrator.step("docr", async () => {
    lab.standIn.reset();
    const outcome = await lab.user.docr("get", { stdin: HOST });
    insist(outcome.code === 0, outcome.stderr);
    insist(lab.standIn.count() === 0, "docr called the API");
    const folder = join(lab.user.env["XDG_RUNTIME_DIR"] ?? "", "docr");
    const modes = readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777);
    insist(modes.length > 0 && modes.every((mode) => mode === 0o600), "other users may read the cache");
    return "get: from a file in the runtime directory that only you can read, 0 API calls";
  });
}

async function pullAgain(scene: Scene, client: Client): Promise<void> {
  const { narrator, lab, run } = scene;
  await run(client, complete(scene, client, ["rmi", "-f", IMAGE]));
  lab.standIn.reset();
  await narrator.step(client, async () => {
    const outcome = await run(client, complete(scene, client, ["pull", "-q", IMAGE]));
    insist(outcome.code === 0, outcome.stderr);
    insist(lab.standIn.count() === 0, "docr called the API");
    return `pull ${IMAGE}: 0 API calls`;
  });
}

async function inspectWithSkopeo({ narrator, lab, run }: Scene): Promise<void> {
  lab.standIn.reset();
  await narrator.step("skopeo", async () => {
    const outcome = await run("skopeo", ["inspect", "-n", "--format", "{{.Digest}}", `docker://${IMAGE}`]);
    insist(outcome.code === 0, outcome.stderr);
    insist(lab.standIn.count() === 0, "docr called the API");
    return `inspect: ${outcome.stdout.trim().slice(0, 23)}…: 0 API calls`;
  });
}

async function checkWithDocr({ narrator, lab }: Scene): Promise<void> {
  await narrator.step("docr", async () => {
    lab.standIn.reset();
    const outcome = await lab.user.docr(["check", IMAGE, "--json"]);
    insist(outcome.code === 0, outcome.stderr);
    const { digest }: { readonly digest?: unknown } = Object(JSON.parse(outcome.stdout));
    insist(typeof digest === "string", "docr printed no digest");
    return `check ${IMAGE}: ${String(digest).slice(0, 23)}…`;
  });
}

async function logOut(scene: Scene, client: Client): Promise<void> {
  const { narrator, lab, run } = scene;
  await narrator.step(client, async () => {
    lab.standIn.reset();
    const outcome = await run(client, complete(scene, client, ["logout", HOST]));
    insist(outcome.code === 0, outcome.stderr);
    insist(
      lab.standIn.account.minted.every(({ revoked }) => revoked),
      "a credential was not revoked",
    );
    return `logout: API token removed, credential revoked (API: ${lab.standIn.count("revoke")} revoke)`;
  });
  await narrator.step(client, async () => {
    await run(client, complete(scene, client, ["rmi", "-f", IMAGE]));
    const outcome = await run(client, complete(scene, client, ["pull", "-q", IMAGE]));
    insist(outcome.code !== 0 && /unauthorized/.test(outcome.stderr), "the pull succeeded");
    return "pull again: rejected, as expected (unauthorized)";
  });
}

try {
  await main();
} catch (error) {
  if (!(error instanceof StepFailure)) console.error(error);
  process.exitCode = 1;
}
