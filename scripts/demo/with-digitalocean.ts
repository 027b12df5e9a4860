import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DOCR } from "../../test/support/lab/executable.ts";
import { type Environment, run } from "../../test/support/lab/run.ts";
import { isolate } from "./alone.ts";
import { insist, type Narrator } from "./narrator.ts";

const HOST = "registry.digitalocean.com";
const TAKEN_OVER = [
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

/** With somebody's own API token: one credential, shown to the real registry, then ended. */
export async function showWithDigitalOcean(narrator: Narrator): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "docr-demo-"));
  try {
    const own = TAKEN_OVER.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    // Short-lived, so that even an interrupted demonstration leaves nothing for long.
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
      return `get ${HOST}: minted a credential that dies in 10 minutes`;
    });
    await narrator.step("registry", async () => {
      insist((await askRegistry(login)) === 200, "the registry refused it");
      return "the registry takes it";
    });
    await narrator.step("docr", async () => {
      const again = await get(env);
      insist(again.Secret === login?.Secret, "the second get minted again");
      return "get again: the same credential, from the cache";
    });
  } finally {
    if (login) await end(narrator, env, login);
  }
  narrator.say("\nIt works: one credential minted, used and revoked.");
}

async function end(narrator: Narrator, env: Environment, login: Login): Promise<void> {
  await narrator.step("docr", async () => {
    // Elsewhere than on Linux `erase` would reach the person's own keychain and forget their login.
    if (process.platform === "linux") {
      const outcome = await run(DOCR, ["erase"], { env, stdin: HOST });
      insist(outcome.code === 0 && outcome.stderr === "", outcome.stderr);
      return "erase: revoked it";
    }
    const base = env["DIGITALOCEAN_OAUTH_URL"] ?? "https://cloud.digitalocean.com";
    const answer = await fetch(`${base}/v1/oauth/revoke`, {
      method: "POST",
      headers: { authorization: `Bearer ${login.Secret}` },
      body: new URLSearchParams({ token: login.Secret }),
    });
    insist(answer.ok, `the revoke was answered with ${answer.status}`);
    return "revoked it (without erase, which would forget your own login too)";
  });
  await narrator.step("registry", async () => {
    insist((await askRegistry(login)) === 401, "the registry still takes it");
    return "the registry refuses it now";
  });
}

async function get(env: Environment): Promise<Login> {
  const outcome = await run(DOCR, ["get"], { env, stdin: HOST });
  insist(outcome.code === 0, outcome.stderr);
  const answer: unknown = JSON.parse(outcome.stdout);
  if (isLogin(answer)) return answer;
  throw new Error("get answered something else than a login");
}

/** The status of the registry's own token endpoint for this login. */
async function askRegistry(login: Login | undefined): Promise<number> {
  const basic = Buffer.from(`${login?.Username}:${login?.Secret}`).toString("base64");
  const url = `https://api.digitalocean.com/v2/registry/auth?service=${HOST}`;
  return (await fetch(url, { headers: { authorization: `Basic ${basic}` } })).status;
}

function isLogin(value: unknown): value is Login {
  return typeof value === "object" && value !== null && "Username" in value && "Secret" in value;
}
