import type { StandInOptions } from "../support/fakes/digitalocean-api.ts";
import { DOCR, LAUNCHER } from "../support/lab/executable.ts";
import { type Keyring, startKeyring } from "../support/lab/keyring.ts";
import { SYSTEM_PATH } from "../support/lab/parts.ts";
import { type Environment, type Outcome, run } from "../support/lab/run.ts";
import { createMachine, type Machine, withMachine } from "../support/machine.ts";
import { HOST } from "../support/requests.ts";
import { type RunningCommand, startCommand } from "./running-command.ts";

export interface CallOptions {
  readonly stdin?: string;
  /** Added to the sandbox's own. */
  readonly env?: Environment;
}

/** A machine that runs the executables. The API token is in the environment, unless there is a keyring. */
export interface Sandbox extends Machine {
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
}

export interface SandboxOptions extends StandInOptions {
  readonly keyring?: boolean;
}

export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const machine = await createMachine(options);
  const keyring = options.keyring ? await startKeyring(machine.folder) : undefined;
  const env: Environment = {
    ...(keyring ? keyring.env : { PATH: SYSTEM_PATH, DIGITALOCEAN_ACCESS_TOKEN: machine.token }),
    ...machine.env,
  };
  const docr = (action: string, call: CallOptions = {}): Promise<Outcome> =>
    run(LAUNCHER, [action], { stdin: call.stdin ?? "", env: { ...env, ...call.env } });
  const get = (added: Environment = {}): Promise<Outcome> => docr("get", { stdin: HOST, env: added });
  return {
    ...machine,
    env,
    keyring,
    docr,
    run: (args, call) => run(LAUNCHER, args, call),
    get,
    startGet: (added = {}) => startCommand(DOCR, ["get"], { env: { ...env, ...added }, stdin: HOST }),
    getMany: (count, added = {}) => Promise.all(Array.from({ length: count }, () => get(added))),
    async close() {
      await keyring?.stop();
      await machine.close();
    },
  };
}

/** A test in a sandbox of its own, which is closed at the end. */
export function inSandbox(
  options: SandboxOptions,
  body: (sandbox: Sandbox) => Promise<void>,
): () => Promise<void> {
  return withMachine(() => createSandbox(options), body);
}
