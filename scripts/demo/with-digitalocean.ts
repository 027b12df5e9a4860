import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DOCR } from "../../test/support/lab/executable.ts";
import { type Environment, run } from "../../test/support/lab/run.ts";
import { isolate } from "./alone.ts";
import { insist, type Narrator } from "./narrator.ts";

const HOST = "registry.digitalocean.com";
const PASSED_ON = [
  "DIGITALOCEAN_ACCESS_TOKEN",
  "DIGITALOCEAN_API_URL",
  "DIGITALOCEAN_OAUTH_URL",
  "DOCR_REGISTRY",
  "DOCR_ACCESS",
];

interface Login {
  readonly Username: string;
  readonly Secret: string;
}

/** Mints one credential with the user's API token, shows it to DigitalOcean's registry, and revokes it. */
export async function showWithDigitalOcean(narrator: Narrator): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "docr-demo-"));
  try {
    const own = PASSED_ON.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    // The credential expires soon even if the demo is interrupted.
    const env = { ...isolate(folder), ...Object.fromEntries(own), DOCR_TTL: "600", DOCR_CACHE: "runtime" };
    await show(narrator, env);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function show(narrator: Narrator, env: Environment): Promise<void> {
  let login: Login | undefined;
  try {
    await narrator.step("docr", async () => {
      login = await get(env);
      return `get ${HOST}: minted a credential that expires in 10 minutes`;
    });
    await narrator.step("registry", async () => {
      insist((await askRegistry(login)) === 200, "the registry rejected the credential");
      return "accepts the credential";
    });
    await narrator.step("docr", async () => {
      const again = await get(env);
      insist(again.Secret === login?.Secret, "the second get minted another credential");
      return "get again: the same credential, from the cache";
    });
  } finally {
    if (login) await end(narrator, env, login);
  }
  narrator.say("\nIt works: one credential minted, used and revoked.");
}

async function end(narrator: Narrator, env: Environment, login: Login): Promise<void> {
  await narrator.step("docr", async () => {
    // On other platforms `erase` would remove the login from the user's own keychain.
    if (process.platform === "linux") {
      const outcome = await run(DOCR, ["erase"], { env, stdin: HOST });
      insist(outcome.code === 0 && outcome.stderr === "", outcome.stderr);
      return "erase: revoked the credential";
    }
    const base = env["DIGITALOCEAN_OAUTH_URL"] ?? "https://cloud.digitalocean.com";
    const answer = await fetch(`${base}/v1/oauth/revoke`, {
      method: "POST",
      headers: { authorization: `Bearer ${login.Secret}` },
      body: new URLSearchParams({ token: login.Secret }),
    });
    insist(answer.ok, `the revoke request failed with HTTP ${answer.status}`);
    return "revoked the credential (without erase, which would remove your own login)";
  });
  await narrator.step("registry", async () => {
    insist((await askRegistry(login)) === 401, "the registry still accepts the credential");
    return "rejects the credential now";
  });
}

async function get(env: Environment): Promise<Login> {
  const outcome = await run(DOCR, ["get"], { env, stdin: HOST });
  insist(outcome.code === 0, outcome.stderr);
  const answer: unknown = JSON.parse(outcome.stdout);
  if (isLogin(answer)) return answer;
  throw new Error("get did not print a login");
}

/** Returns the HTTP status of the registry's token endpoint for this login. */
async function askRegistry(login: Login | undefined): Promise<number> {
  const basic = Buffer.from(`${login?.Username}:${login?.Secret}`).toString("base64");
  const url = `https://api.digitalocean.com/v2/registry/auth?service=${HOST}`;
  return (await fetch(url, { headers: { authorization: `Basic ${basic}` } })).status;
}

function isLogin(value: unknown): value is Login {
  return typeof value === "object" && value !== null && "Username" in value && "Secret" in value;
}
