import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DOCR, PATH_WITH_DOCR } from "./executable.ts";
import { type Keyring, startKeyring } from "./keyring.ts";
import { type Environment, type Outcome, run } from "./run.ts";

/** A user with a home, a runtime directory, a keyring and a docker configuration. */
export interface User {
  readonly folder: string;
  readonly keyring: Keyring;
  /** The whole environment of the user's commands. */
  readonly env: Environment;
  /** Replaces ~/.docker/config.json. */
  writeDockerConfig(content: unknown): void;
  readDockerConfig(): string;
  /** Runs the program that `createUser` was given. */
  docr(
    verb: string | readonly string[],
    options?: { readonly stdin?: string; readonly env?: Environment },
  ): Promise<Outcome>;
  /** Runs a command in the user's environment. */
  run(command: string, args: readonly string[], options?: UserRunOptions): Promise<Outcome>;
  close(): Promise<void>;
}

export interface UserRunOptions {
  readonly stdin?: string;
  readonly env?: Environment;
  readonly timeoutSeconds?: number;
}

/** `program` is docr or the launcher. Clients find docker-credential-docr on the PATH in either case. */
export async function createUser(folder: string, program = DOCR): Promise<User> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const keyring = await startKeyring(folder);
  const config = join(folder, "home", ".docker");
  mkdirSync(config, { recursive: true });
  const env = { ...keyring.env, PATH: PATH_WITH_DOCR, DOCKER_CONFIG: config, LANG: "C.UTF-8" };
  const runAs = (command: string, args: readonly string[], options: UserRunOptions = {}) =>
    run(command, args, { ...options, env: { ...env, ...options.env } });
  return {
    folder,
    keyring,
    env,
    writeDockerConfig: (content) => writeFileSync(join(config, "config.json"), JSON.stringify(content)),
    readDockerConfig: () => readFileSync(join(config, "config.json"), "utf8"),
    docr: (verb, options) => runAs(program, typeof verb === "string" ? [verb] : verb, options),
    run: runAs,
    close: async () => {
      await keyring.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
