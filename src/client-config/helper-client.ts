/** Asks another credential helper, as docker and podman do. */
import { spawn } from "node:child_process";
import type { Credential } from "../core/credential.ts";
import { HelperError } from "../core/errors.ts";
import { parseJson } from "../core/json.ts";
import type { Environment } from "../core/machine.ts";
import { Secret } from "../core/secret.ts";
import { entriesOf, parseFields } from "./go-fields.ts";

export interface HelperAnswer {
  readonly stdout: string;
  readonly exitCode: number;
}

/**
 * Runs `docker-credential-NAME ACTION` with `input` on stdin and captures its stdout; its stderr goes to the user.
 * Throws `other-helper` if there is no such program, or no answer in time.
 */
export type RunHelper = (name: string, action: string, input: string) => Promise<HelperAnswer>;

/** A helper may ask the user to unlock a keychain. Milliseconds. */
const HELPER_TIMEOUT_MS = 60_000;

export function createRunHelper(env: Environment, timeoutMs = HELPER_TIMEOUT_MS): RunHelper {
  return (name, action, input) => runHelper(`docker-credential-${name}`, action, input, env, timeoutMs);
}

async function runHelper(
  program: string,
  action: string,
  input: string,
  env: Environment,
  timeoutMs: number,
): Promise<HelperAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [action], {
      stdio: ["pipe", "pipe", "inherit"],
      env,
      timeout: timeoutMs,
      killSignal: "SIGKILL",
    });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stdin.on("error", () => undefined); // it may answer before it has read all
    child.stdin.end(input);
    child.on("error", (cause) => {
      const hint = "install it, or correct the configuration that names it";
      reject(new HelperError("other-helper", `${program} cannot be run`, { cause, hint }));
    });
    // A process that the helper started may outlive it and keep its stdout open.
    child.on("exit", (_code, signal) => void (signal !== null && child.stdout.destroy()));
    child.on("close", (code, signal) => {
      if (signal !== null) reject(new HelperError("other-helper", `${program} gave no answer`));
      else resolve({ stdout: Buffer.concat(chunks).toString("utf8"), exitCode: code ?? 1 });
    });
  });
}

/** The failure that means "no login" (docker/docker-credential-helpers, `credentials/error.go`). */
const NOT_FOUND = "credentials not found in native keychain";

/**
 * The helper's login for the key. Undefined if it has none. Throws `other-helper` if the helper fails or its answer is
 * not a login. docr itself may mint for it.
 */
export async function getFromHelper(
  run: RunHelper,
  name: string,
  key: string,
): Promise<Credential | undefined> {
  const { stdout, exitCode } = await run(name, "get", key);
  if (exitCode !== 0) {
    if (stdout.trim() === NOT_FOUND) return undefined;
    throw new HelperError("other-helper", `docker-credential-${name} failed with exit code ${exitCode}`, {
      hint: `to see why: echo ${shellWord(key)} | docker-credential-${name} get`,
    });
  }
  const credential = parseAnswer(stdout);
  if (credential) return credential;
  throw new HelperError("other-helper", `docker-credential-${name} answers get with no login`);
}

/** The keys that the helper has logins for. Throws `other-helper` if it gives no list. */
export async function listHelper(run: RunHelper, name: string): Promise<readonly string[]> {
  const { stdout, exitCode } = await run(name, "list", "unused");
  const logins = exitCode === 0 ? parseKeys(stdout) : undefined;
  if (logins) return logins;
  throw new HelperError("other-helper", `docker-credential-${name} does not list its logins`, {
    hint: `to see why: docker-credential-${name} list`,
  });
}

/** Returns whether the helper reports success. Throws `other-helper` if it cannot be run. */
export async function eraseFromHelper(run: RunHelper, name: string, key: string): Promise<boolean> {
  const { exitCode } = await run(name, "erase", key);
  return exitCode === 0;
}

/** The user name and password of an answer to `get`. Undefined if it is something else. */
export function parseAnswer(text: string): Credential | undefined {
  const fields = parseFields(text);
  const username = fields?.get("username") ?? "";
  const secret = fields?.get("secret") ?? "";
  if (!fields || typeof username !== "string" || typeof secret !== "string") return undefined;
  return { username: new Secret(username), secret: new Secret(secret) };
}

function parseKeys(text: string): readonly string[] | undefined {
  return entriesOf(parseJson(text)?.value ?? null)?.map(([key]) => key);
}

/** A key comes from a file and may hold anything; only plain ones may be pasted into a shell. */
function shellWord(text: string): string {
  return /^[A-Za-z0-9:/._-]+$/.test(text) ? text : "ADDRESS";
}
