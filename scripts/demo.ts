/**
 * The main job, for real, in one go. With DIGITALOCEAN_ACCESS_TOKEN set: against DigitalOcean. Else, as root
 * on Linux: real clients, registry and keyring in a private network. Else: the executable by itself.
 */
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { DOCR } from "../test/support/lab/executable.ts";
import { explainNoNamespace, runInNamespace } from "../test/support/lab/namespace.ts";
import { explainMissing, installMissing, type Part } from "../test/support/lab/parts.ts";
import { showAlone } from "./demo/alone.ts";
import { createNarrator, insist } from "./demo/narrator.ts";
import { showWithDigitalOcean } from "./demo/with-digitalocean.ts";
import { PROJECT } from "./steps.ts";

/** Without these there is no lab at all; docker, podman and skopeo are left out one by one. */
const NEEDED: readonly Part[] = [
  "openssl",
  "docker-registry",
  "htpasswd",
  "busybox",
  "dbus-daemon",
  "gnome-keyring-daemon",
  "gdbus",
  "secret-tool",
  "update-ca-certificates",
  "unshare",
  "ip",
];
const CLIENTS: readonly Part[] = ["docker", "dockerd", "podman", "crun", "skopeo"];

const narrator = createNarrator(console.log);

async function main(): Promise<number> {
  const isReal = Boolean(process.env["DIGITALOCEAN_ACCESS_TOKEN"]);
  narrator.say(
    isReal
      ? "docker-credential-docr with your API token, against DigitalOcean itself\n"
      : "docker-credential-docr, with a stand-in for DigitalOcean's API (set DIGITALOCEAN_ACCESS_TOKEN to use the real one)\n",
  );
  const say = (line: string): void => narrator.say(line);
  // Before the build, which installs nothing: with clang it makes the native launcher too.
  installMissing(["strip", "clang-19", ...(isReal ? [] : [...NEEDED, ...CLIENTS])], say);
  await narrator.step("built", build);
  if (isReal) {
    await showWithDigitalOcean(narrator);
    return 0;
  }
  const reason = explainNoNamespace() ?? explainMissing(NEEDED);
  if (reason === undefined) {
    return runInNamespace([process.execPath, join(import.meta.dirname, "demo", "with-clients.ts")], {
      cwd: PROJECT,
      env: process.env,
    });
  }
  narrator.skip("clients", reason);
  await showAlone(narrator);
  narrator.say("\nIt works, as far as it can be shown here.");
  return 0;
}

async function build(): Promise<string> {
  const script = join(import.meta.dirname, "build.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], {
    cwd: PROJECT,
    encoding: "utf8",
  });
  insist(status === 0, `${stdout}${stderr}`);
  return `dist/docr, one executable of ${Math.round(statSync(DOCR).size / 1e6)} MB`;
}

try {
  process.exitCode = await main();
} catch (error) {
  // What failed in a step, the narrator has said; this says it of everything else.
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
