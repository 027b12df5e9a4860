import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { DOCR } from "../support/lab/executable.ts";
import { openMounts, type PrivateMounts } from "../support/lab/mounts.ts";
import { SYSTEM_PATH } from "../support/lab/parts.ts";
import { type Environment, type Outcome, run } from "../support/lab/run.ts";
import { HOST } from "../support/requests.ts";
import { inSandbox, type Sandbox, type SandboxOptions } from "./sandbox.ts";

/** A CI runner without a session and a login. Its shared folders are its own, so that no test changes the machine's. */
export interface Runner {
  /** The environment has nothing but the API token and what is added. */
  readonly get: (env?: Environment, as?: readonly string[]) => Promise<Outcome>;
  readonly docr: (
    args: readonly string[],
    stdin: string,
    env?: Environment,
    as?: readonly string[],
  ) => Promise<Outcome>;
  /** Returns what a shell on the runner prints. */
  readonly shell: (script: string) => Promise<string>;
}

export interface RunnerOptions extends SandboxOptions {
  /** Mount options of /dev/shm. */
  readonly memory?: string;
  /** More commands for the shell that prepares the runner. SANDBOX is the sandbox's folder, TMP the temporary directory. */
  readonly prepare?: string;
}

/** A user without an account, a home and a session. */
export const OTHER_USER = ["setpriv", "--reuid=4711", "--regid=4711", "--clear-groups"];

export function onRunner(
  options: RunnerOptions,
  body: (runner: Runner, sandbox: Sandbox) => Promise<void>,
): () => Promise<void> {
  return inSandbox(options, async (sandbox) => {
    const temporary = join(sandbox.folder, "tmp");
    mkdirSync(temporary);
    chmodSync(temporary, 0o1777);
    chmodSync(sandbox.folder, 0o755);
    const script = `
      SANDBOX=${sandbox.folder} TMP=${temporary}
      mount -t tmpfs -o mode=1777,${options.memory ?? "size=16m"} tmpfs /dev/shm
      # Other users may not be allowed to enter the project's folder.
      touch $SANDBOX/docr
      mount --bind ${DOCR} $SANDBOX/docr
      ${options.prepare ?? ""}`;
    const mounts: PrivateMounts = await openMounts(script);
    const executable = join(sandbox.folder, "docr");
    const base = {
      PATH: SYSTEM_PATH,
      TMPDIR: temporary,
      DIGITALOCEAN_ACCESS_TOKEN: sandbox.token,
      DIGITALOCEAN_API_URL: sandbox.standIn.url,
      DIGITALOCEAN_OAUTH_URL: sandbox.standIn.url,
    };
    const inside = (command: readonly string[], stdin: string, env: Environment = {}): Promise<Outcome> => {
      const [program, ...args] = mounts.wrap(command);
      return run(program, args, { env: { ...base, ...env }, stdin });
    };
    try {
      await body(
        {
          get: (env, as = []) => inside([...as, executable, "get"], HOST, env),
          docr: (args, stdin, env, as = []) => inside([...as, executable, ...args], stdin, env),
          shell: async (words) => (await inside(["sh", "-c", words], "")).stdout,
        },
        sandbox,
      );
    } finally {
      await mounts.close();
    }
  });
}
