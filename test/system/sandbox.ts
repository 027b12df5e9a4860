import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createStandIn, type StandIn, type StandInOptions } from "../support/fakes/digitalocean-api.ts";
import { DIST, DOCR } from "../support/lab/executable.ts";
import { SYSTEM_PATH } from "../support/lab/parts.ts";
import { type Keyring, startKeyring } from "../support/lab/keyring.ts";
import { type Environment, type Outcome, run } from "../support/lab/run.ts";
import { startCommand, type RunningCommand } from "./running-command.ts";

/** The name that clients call. */
export const HELPER = join(DIST, "docker-credential-docr");
export const HOST = "registry.digitalocean.com";
export const LIST = "/v2/registries";
export const MINT = "/v2/registries/acme/docker-credentials";
export const ALWAYS = 999;

export interface CallOptions {
  readonly stdin?: string;
  /** Added to the world's own. */
  readonly env?: Environment;
}

/**
 * One user of one machine as far as a credential's life goes: a home, a runtime directory, and DigitalOcean on
 * loopback. Two worlds share nothing, so tests run beside each other.
 */
export interface Sandbox {
  /** Of this world alone, for whatever a test needs. */
  readonly folder: string;
  readonly home: string;
  /** Where minted credentials are kept. */
  readonly privateFolder: string;
  readonly standIn: StandIn;
  /** An API token with every scope. */
  readonly token: string;
  /** With the API token in the environment, unless there is a keyring. */
  readonly env: Environment;
  /** Present where it was asked for. */
  readonly keyring: Keyring | undefined;
  docr(verb: string, options?: CallOptions): Promise<Outcome>;
  /** Runs our executable with just this environment. */
  run(
    args: readonly string[],
    options: { readonly stdin: string; readonly env: Environment },
  ): Promise<Outcome>;
  /** `get` of our host. */
  get(added?: Environment): Promise<Outcome>;
  /** The full program itself, so that a signal reaches who does the work. */
  startGet(added?: Environment): RunningCommand;
  /** So many `get`s of our host at once. */
  getMany(count: number, added?: Environment): Promise<readonly Outcome[]>;
  /** Which credential was answered, by its number at the stand-in; undefined where none was. */
  idOf(outcome: Outcome): number | undefined;
  /** What was traced to `log`. */
  trace(): readonly TraceLine[];
  /** Environment that traces to a file of this world. */
  readonly traced: Environment;
  close(): Promise<void>;
}

export interface TraceLine {
  readonly pid: number;
  readonly event: string;
  readonly [detail: string]: unknown;
}

export interface SandboxOptions extends StandInOptions {
  readonly keyring?: boolean;
}

export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const folder = mkdtempSync(join(tmpdir(), "docr-w-"));
  const standIn = await createStandIn(options);
  const token = standIn.account.addToken();
  const keyring = options.keyring ? await startKeyring(join(folder, "k")) : undefined;
  const api = { DIGITALOCEAN_API_URL: standIn.url, DIGITALOCEAN_OAUTH_URL: standIn.url };
  const home = keyring?.env["HOME"] ?? join(folder, "home");
  const runtime = keyring?.env["XDG_RUNTIME_DIR"] ?? join(folder, "run");
  for (const path of [home, runtime]) mkdirSync(path, { recursive: true, mode: 0o700 });
  const env: Environment = keyring
    ? { ...keyring.env, ...api }
    : { PATH: SYSTEM_PATH, HOME: home, XDG_RUNTIME_DIR: runtime, ...api, DIGITALOCEAN_ACCESS_TOKEN: token };
  const log = join(folder, "trace.jsonl");
  const docr = (verb: string, call: CallOptions = {}): Promise<Outcome> =>
    run(HELPER, [verb], { stdin: call.stdin ?? "", env: { ...env, ...call.env } });
  const get = (added: Environment = {}): Promise<Outcome> => docr("get", { stdin: HOST, env: added });
  return {
    folder,
    home,
    privateFolder: join(runtime, "docr"),
    standIn,
    token,
    env,
    keyring,
    docr,
    run: (args, call) => run(HELPER, args, call),
    get,
    startGet: (added = {}) => startCommand(DOCR, ["get"], { env: { ...env, ...added }, stdin: HOST }),
    getMany: (count, added = {}) => Promise.all(Array.from({ length: count }, () => get(added))),
    idOf: (outcome) => standIn.account.findMinted(secretOf(outcome))?.id,
    traced: { DOCR_LOG: log },
    trace: () => (existsSync(log) ? readTrace(readFileSync(log, "utf8")) : []),
    close: async () => {
      await keyring?.stop();
      await standIn.close();
      // A process in the background may be writing its last file.
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** A test in a world of its own, which ends with it. */
export function inSandbox(
  options: SandboxOptions,
  body: (sandbox: Sandbox) => Promise<void>,
): () => Promise<void> {
  return async () => {
    const sandbox = await createSandbox(options);
    try {
      await body(sandbox);
    } finally {
      await sandbox.close();
    }
  };
}

/** The secret that a `get` answered; "" where it answered none. Never print it. */
export function secretOf({ code, stdout }: Outcome): string {
  if (code !== 0) return "";
  const answer: unknown = JSON.parse(stdout);
  const isAnswer = typeof answer === "object" && answer !== null && "Secret" in answer;
  return isAnswer && typeof answer.Secret === "string" ? answer.Secret : "";
}

export function readTrace(text: string): TraceLine[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): TraceLine => JSON.parse(line));
}

/** What `store` is sent. */
export function loginFor(server: string, username = "somebody", secret = `pw-of-${server}`): string {
  return `${JSON.stringify({ ServerURL: server, Username: username, Secret: secret })}\n`;
}
