import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createStandIn, type StandIn, type StandInOptions } from "../support/fakes/digitalocean-api.ts";
import { DOCR, LAUNCHER } from "../support/lab/executable.ts";
import { type Keyring, startKeyring } from "../support/lab/keyring.ts";
import { SYSTEM_PATH } from "../support/lab/parts.ts";
import { type Environment, type Outcome, run } from "../support/lab/run.ts";
import { HOST, readTrace, secretOf, type TraceLine } from "../support/requests.ts";
import { type RunningCommand, startCommand } from "./running-command.ts";

export interface CallOptions {
  readonly stdin?: string;
  /** Added to the sandbox's own. */
  readonly env?: Environment;
}

/**
 * One user of one machine: a home, a runtime directory, and DigitalOcean's API on loopback. Runs the executables. Two
 * sandboxes share nothing, so that tests run at the same time.
 */
export interface Sandbox {
  readonly folder: string;
  readonly home: string;
  /** docr's private files in the runtime directory. */
  readonly privateFolder: string;
  readonly standIn: StandIn;
  /** An API token with every scope. */
  readonly token: string;
  /** With the API token in the environment, unless there is a keyring. */
  readonly env: Environment;
  /** Undefined without the option. */
  readonly keyring: Keyring | undefined;
  /** Runs the launcher. */
  docr(action: string, options?: CallOptions): Promise<Outcome>;
  /** Runs the launcher with just this environment. */
  run(
    args: readonly string[],
    options: { readonly stdin: string; readonly env: Environment },
  ): Promise<Outcome>;
  /** `get` of DigitalOcean's registry. */
  get(added?: Environment): Promise<Outcome>;
  /** The same by docr itself, so that a signal meets the process that does the work. */
  startGet(added?: Environment): RunningCommand;
  /** As many `get`s of DigitalOcean's registry at the same time. */
  getMany(count: number, added?: Environment): Promise<readonly Outcome[]>;
  /** The number of the credential that a `get` answers. Undefined if it is none of the stand-in's. */
  idOf(outcome: Outcome): number | undefined;
  /** Environment that traces to a file of this sandbox. */
  readonly traced: Environment;
  /** What was traced there. */
  trace(): readonly TraceLine[];
  close(): Promise<void>;
}

export interface SandboxOptions extends StandInOptions {
  readonly keyring?: boolean;
}

export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const folder = mkdtempSync(join(tmpdir(), "docr-s-"));
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
  const docr = (action: string, call: CallOptions = {}): Promise<Outcome> =>
    run(LAUNCHER, [action], { stdin: call.stdin ?? "", env: { ...env, ...call.env } });
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
    run: (args, call) => run(LAUNCHER, args, call),
    get,
    startGet: (added = {}) => startCommand(DOCR, ["get"], { env: { ...env, ...added }, stdin: HOST }),
    getMany: (count, added = {}) => Promise.all(Array.from({ length: count }, () => get(added))),
    idOf: (outcome) => standIn.account.findMinted(secretOf(outcome))?.id,
    traced: { DOCR_LOG: log },
    trace: () => (existsSync(log) ? readTrace(readFileSync(log, "utf8")) : []),
    close: async () => {
      await keyring?.stop();
      await standIn.close();
      // A background process may be writing its last file.
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** A test in a sandbox of its own, which is closed at the end. */
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
