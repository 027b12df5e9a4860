import { chmodSync, chownSync, copyFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DOCR, explainNoExecutable, LAUNCHER } from "../support/lab/executable.ts";
import type { EnvironmentChanges } from "../support/fakes/test-machine.ts";
import { explainMissing, explainNotRoot } from "../support/lab/parts.ts";
import { type Environment, type Outcome, run } from "../support/lab/run.ts";
import { inSandbox, type Sandbox, type SandboxOptions } from "./sandbox.ts";

/** A user without an account. */
export const ORDINARY_UID = 4711;

/** A sandbox whose user is not root, so that modes and owners of files apply. */
export interface OrdinarySandbox extends Sandbox {
  /** Runs docr, or the launcher. */
  readonly call: (
    program: "docr" | "docker-credential-docr",
    args: readonly string[],
    options?: { readonly stdin?: string; readonly env?: EnvironmentChanges },
  ) => Promise<Outcome>;
  /** Gives everything in the home to the user. */
  readonly giveHome: () => void;
}

/** Returns why an ordinary user cannot be tested here, or undefined. */
export const explainNoOrdinaryUser = (): string | undefined =>
  explainNoExecutable() ?? explainNotRoot() ?? explainMissing(["setpriv"]);

/** A test in a sandbox of its own. The tests run as root and start the executables as another user. */
export function asOrdinaryUser(
  options: SandboxOptions,
  body: (sandbox: OrdinarySandbox) => Promise<void>,
): () => Promise<void> {
  return inSandbox(options, async (sandbox) => {
    const { folder, home } = sandbox;
    chmodSync(folder, 0o755);
    // Other users may not be allowed to enter the project's folder.
    for (const program of [DOCR, LAUNCHER]) copyFileSync(program, join(folder, nameOf(program)));
    const giveHome = (): void => {
      for (const path of [home, ...contentsOf(home)]) chownSync(path, ORDINARY_UID, ORDINARY_UID);
    };
    giveHome();
    chownSync(join(folder, "run"), ORDINARY_UID, ORDINARY_UID);
    const become = [`--reuid=${ORDINARY_UID}`, `--regid=${ORDINARY_UID}`, "--clear-groups"];
    await body({
      ...sandbox,
      giveHome,
      call: (program, args, { stdin = "", env = {} } = {}) =>
        run("setpriv", [...become, join(folder, program), ...args], {
          stdin,
          env: changed(sandbox.env, env),
        }),
    });
  });
}

const changed = (env: Environment, changes: EnvironmentChanges): Environment => {
  const both = Object.entries({ ...env, ...changes });
  return Object.fromEntries(both.filter((pair): pair is [string, string] => pair[1] !== undefined));
};

const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

function contentsOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));
}
