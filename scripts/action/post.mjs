/**
 * The post step of action.yml: revokes the job's credentials, and removes its folder. It runs after a failed step, too, and never fails
 * the job: a credential that could not be revoked expires.
 */
import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Limits what a DigitalOcean that does not respond costs a job. */
const TIMEOUT_MS = 30_000;

const folder = process.env.STATE_folder ?? "";
const helper = join(folder, "bin", "docker-credential-docr");
if (folder !== "") {
  // Without it, the main step failed before it could create a credential.
  if (existsSync(helper)) revoke();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

function revoke() {
  const { status, stderr, error } = spawnSync(helper, ["erase"], {
    input: "registry.digitalocean.com",
    encoding: "utf8",
    timeout: TIMEOUT_MS,
    // The runner ends every process that has its own id here. docr may continue a slow revocation in the background.
    env: { ...process.env, RUNNER_TRACKING_ID: "" },
  });
  const text = (error?.message ?? stderr).trim();
  if (text !== "") warn(text);
  else if (status !== 0) warn(`docker-credential-docr erase ended with ${status}`);
  else console.log("revoked the registry credentials of this job");
}

function warn(text) {
  const escaped = text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  process.stdout.write(`::warning::${escaped}\n`);
}
