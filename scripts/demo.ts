/**
 * Demonstrates docr. With DIGITALOCEAN_ACCESS_TOKEN set, it uses DigitalOcean's API. Otherwise, for root on Linux it runs real clients,
 * a registry and a keyring in a private network; for other users it runs docr alone.
 */
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { DOCR } from "../test/support/lab/executable.ts";
import { explainNoNamespace, runInNamespace } from "../test/support/lab/namespace.ts";
import { BUILD_PARTS, explainMissing, installMissing, type Part } from "../test/support/lab/parts.ts";
import { showAlone } from "./demo/alone.ts";
import { createNarrator, insist, StepFailure } from "./demo/narrator.ts";
import { showWithDigitalOcean } from "./demo/with-digitalocean.ts";
import { PROJECT } from "./steps.ts";

/** The lab needs all of these. It skips each client that is missing. */
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
      ? "docr with your API token and DigitalOcean's API\n"
      : "docr with a stand-in for DigitalOcean's API (set DIGITALOCEAN_ACCESS_TOKEN to use the real one)\n",
  );
  const say = (line: string): void => narrator.say(line);
  // The build installs nothing, and compiles the launcher only if clang, lld and musl are installed.
  installMissing([...BUILD_PARTS, ...(isReal ? [] : [...NEEDED, ...CLIENTS])], say);
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
  narrator.say("\nIt works, without real clients.");
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
  if (!(error instanceof StepFailure)) console.error(error);
  process.exitCode = 1;
}
