/** Runs every command as a user in the lab, and writes docs/commands.md with what the commands printed. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { COMMANDS } from "../../src/cli/commands.ts";
import { DIST } from "../../test/support/lab/executable.ts";
import { type Lab, openLab } from "../../test/support/lab/lab.ts";
import { writeOciLayout } from "../../test/support/lab/oci-layout.ts";
import { BASIC_LOGIN } from "../../test/support/lab/registry.ts";
import { PROJECT } from "../steps.ts";
import { API_VERSIONS, encodeRequest } from "../../src/kubelet/request.ts";
import { ERROR, renderCommandsPage } from "./commands-page.ts";

const HOST = "registry.digitalocean.com";
const BASIC_AUTH = base64(`${BASIC_LOGIN.username}:${BASIC_LOGIN.password}`);

const lab = await openLab({ basicRegistry: true, registries: ["acme"] });
try {
  const token = lab.standIn.account.addToken();
  const recordings = await recordAll(lab, token);
  const page = renderCommandsPage(COMMANDS, recordings);
  writeFileSync(join(PROJECT, "docs", "commands.md"), page);
  console.log(`wrote docs/commands.md with the output of ${recordings.size} commands`);
} finally {
  await lab.close();
}

async function recordAll({ user, folder, standIn }: Lab, token: string): Promise<Map<string, string>> {
  const home = user.env["HOME"] ?? "";
  const recordings = new Map<string, string>();
  const runShell = async (line: string): Promise<string> => {
    const { stdout, stderr } = await user.run("sh", ["-c", `cd && ${line}`]);
    return stdout + stderr;
  };
  const record = async (name: string, line: string): Promise<void> => {
    const output = await runShell(line);
    recordings.set(name, `$ ${line}\n${mask(output, secrets()).replaceAll(DIST, "/usr/local/bin")}`);
  };
  const secrets = (): readonly string[] => [token, ...standIn.account.minted.map(({ secret }) => secret)];
  writeFileSync(join(home, "token.txt"), token);
  writeFileSync(join(home, "password.txt"), BASIC_LOGIN.password);
  user.writeDockerConfig({ auths: { "basic.test": { auth: BASIC_AUTH } } });

  await record("configure", "docr configure --client docker");
  await record("login", "docr login --token-stdin < token.txt");
  await pushImage(folder, runShell);
  await record("status", "docr status");
  await runShell("docr login --context work --token-stdin < token.txt");
  await record("context list", "docr context list");
  await record("context use", "docr context use work");
  await record("context rename", "docr context rename work job");
  await runShell("docr logout --context job");
  await record("config set", "docr config set contexts.acme default");
  await record("config get", "docr config get contexts.acme");
  await record("config list", "docr config list");
  await record("config unset", "docr config unset context");
  await runShell("docr config unset contexts.acme");
  await record("resolve", `docr resolve ${HOST}/acme/app`);
  await record("check", `docr check ${HOST}/acme/app:v1`);
  await record("token", `docr token ${HOST}/acme/app --json`);
  await record("doctor", "docr doctor");
  await record("credentials", "docr credentials acme --format kubernetes-secret --expiry 30d");
  await runShell("docr credentials acme --expiry 30d --output config.json");
  await record("revoke", "docr revoke < config.json");
  await recordKubelet(home, record);
  await record("secret", "docr secret basic.test --format kubernetes-secret --name pull");
  standIn.account.registries = ["acme", "beta"];
  await record(ERROR, "docr credentials nosuch");
  standIn.account.registries = ["acme"];
  // A new login supersedes the credential in use.
  await runShell(`docr login --token-stdin < token.txt && echo ${HOST} | docker-credential-docr get`);
  await record("prune", "docr prune");
  await record("migrate", "docr migrate --configure --yes");
  await record("registry list", "docr registry list");
  await record("registry show", "docr registry show basic.test");
  await record("registry check", "docr registry check basic.test");
  const add = "docr registry add localhost:5000 --username sammy --password-stdin --no-check";
  await record("registry add", `${add} < password.txt`);
  await record("registry update", "docr registry update basic.test --password-stdin < password.txt");
  await record("registry remove", "docr registry remove localhost:5000 --yes");
  await record("unconfigure", "docr unconfigure --dry-run");
  await record("logout", "docr logout");
  await record("version", "docr version");
  await record("licenses", "docr licenses | head -6");
  await record("man", "docr man | head -4");
  await record("completion", "docr completion fish | head -3");
  return recordings;
}

/** As on a node: the API token is in a file, and the node's directory is in the user's home. */
async function recordKubelet(
  home: string,
  record: (name: string, line: string) => Promise<void>,
): Promise<void> {
  const image = `${HOST}/acme/app`;
  writeFileSync(join(home, "request.json"), encodeRequest({ apiVersion: API_VERSIONS[0], image }));
  const token = `DIGITALOCEAN_ACCESS_TOKEN_FILE=token.txt`;
  await record("kubelet", `${token} docr kubelet --state-dir ~/node < request.json`);
  await record("kubelet config", "docr kubelet config --for k3s --registry acme");
  await record("kubelet check", `${token} docr kubelet check --state-dir ~/node ${image}:v1`);
}

/** Copies an image for two platforms to the registry, with docr's credential. */
async function pushImage(folder: string, runShell: (line: string) => Promise<string>): Promise<void> {
  const image = join(folder, "image");
  writeOciLayout(image, "v1", ["linux/amd64", "linux/arm64"]);
  const copy = `skopeo copy -q --all --authfile "$DOCKER_CONFIG/config.json" oci:${image}:v1`;
  const output = await runShell(`${copy} docker://${HOST}/acme/app:v1`);
  if (output !== "") throw new Error(`the push failed: ${output}`);
}

/** Masks API tokens, passwords and their base64 forms. */
function mask(output: string, secrets: readonly string[]): string {
  const plain = [...secrets, BASIC_LOGIN.password];
  const encoded = [BASIC_AUTH, ...secrets.map((secret) => base64(`${secret}:${secret}`))];
  return (
    [...encoded, ...plain]
      .reduce((text, secret) => text.replaceAll(secret, "…"), output)
      .replace(/(?<=\.dockerconfigjson: ).*/g, "…")
      .replace(/(?<="token": ").*(?=")/g, "…")
      // Half of a lifetime, less a part that depends on the time.
      .replace(/\b\dh\d+m\d+s\b/g, "5h40m12s")
  );
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
