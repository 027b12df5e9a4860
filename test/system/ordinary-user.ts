import { chmodSync, chownSync, copyFileSync, linkSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DOCR, explainNoExecutable, LAUNCHER } from "../support/lab/executable.ts";
import type { EnvironmentChanges } from "../support/fakes/test-machine.ts";
import { explainMissing, explainNotRoot } from "../support/lab/parts.ts";
import { type Environment, type Outcome, run } from "../support/lab/run.ts";
import { inSandbox, type Sandbox, type SandboxOptions } from "./sandbox.ts";

/** A user without an account. */
export const ORDINARY_UID = 4711;

export interface OrdinaryCallOptions {
  readonly stdin?: string;
  readonly env?: EnvironmentChanges;
  /** A program and its arguments, which starts the program. */
  readonly before?: readonly string[];
}

/** A sandbox whose user is not root, so that modes and owners of files apply. */
export interface OrdinarySandbox extends Sandbox {
  /** Runs docr, or the launcher. */
  readonly call: (
    program: "docr" | "docker-credential-docr",
    args: readonly string[],
    options?: OrdinaryCallOptions,
  ) => Promise<Outcome>;
  /** Gives everything in the home to the user. */
  readonly giveHome: () => void;
}

/** Returns why an ordinary user cannot be tested here, or undefined. */
export const explainNoOrdinaryUser = (): string | undefined =>
  explainNoExecutable() ?? explainNotRoot() ?? explainMissing(["setpriv"]);

export interface OrdinaryUserOptions extends SandboxOptions {
  /** By default one that other tests use at the same time. */
  readonly uid?: number;
}

/** A test in a sandbox of its own. The tests run as root and start the executables as another user. */
export function asOrdinaryUser(
  { uid = ORDINARY_UID, ...options }: OrdinaryUserOptions,
  body: (sandbox: OrdinarySandbox) => Promise<void>,
): () => Promise<void> {
  return inSandbox(options, async (sandbox) => {
    const { folder, home } = sandbox;
    chmodSync(folder, 0o755);
    // Other users may not be allowed to enter the project's folder.
    for (const program of [DOCR, LAUNCHER]) provide(program, join(folder, nameOf(program)));
    const giveHome = (): void => {
      for (const path of [home, ...contentsOf(home)]) chownSync(path, uid, uid);
    };
    giveHome();
    chownSync(join(folder, "run"), uid, uid);
    const become = [`--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"];
    await body({
      ...sandbox,
      giveHome,
      call: (program, args, { stdin = "", env = {}, before = [] } = {}) =>
        run("setpriv", [...become, ...before, join(folder, program), ...args], {
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

/** docr has more than 100 MB. A link costs nothing, but both paths must be on one file system. */
function provide(program: string, path: string): void {
  try {
    linkSync(program, path);
  } catch {
    copyFileSync(program, path);
  }
}
