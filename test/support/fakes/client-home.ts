import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { type Clients, createClients } from "../../../src/client-config/resolve.ts";
import type { Environment, Machine } from "../../../src/core/machine.ts";
import type { HelperAnswer, RunHelper } from "../../../src/client-config/helper-client.ts";
import {
  type ClientLogin,
  helperOf,
  loginIn,
  type Resolved,
  settingOf,
} from "../../../src/client-config/types.ts";

/** A real home directory on Linux in a temporary folder, with helpers that respond from a table. */
export interface ClientHome {
  readonly home: string;
  readonly machine: Machine;
  /** Runs none of them: they answer from a table. */
  readonly runHelper: RunHelper;
  readonly clients: Clients;
  /** The requests to helpers, as `NAME ACTION INPUT`. */
  readonly asked: readonly string[];
  /** Writes a file in the home. A value that is not a string becomes JSON. */
  write(path: string, content: unknown): void;
  /** Writes ~/.docker/config.json. */
  docker(content: unknown): void;
  /** Writes ~/.config/containers/auth.json. */
  podman(content: unknown): void;
  /** Writes ~/.config/containers/registries.conf. */
  registries(content: string): void;
  /** Puts a program on the PATH, which is empty otherwise. */
  install(program: string): void;
}

export interface ClientHomeOptions {
  readonly env?: Environment;
  /** Whether there is a runtime directory: `run` in the home. */
  readonly runtime?: boolean;
  /** By `NAME KEY`. Any other question gets "not found". */
  readonly helpers?: Readonly<Record<string, string | HelperAnswer>>;
}

/** Removed at the end of the test. */
export function createClientHome(options: ClientHomeOptions = {}): ClientHome {
  const home = mkdtempSync(join(tmpdir(), "docr-home-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const bin = join(home, "bin");
  const { helpers = {} } = options;
  const runtime = options.runtime ? { XDG_RUNTIME_DIR: join(home, "run") } : {};
  const env = { HOME: home, PATH: bin, ...runtime, ...options.env };
  const machine: Machine = { env, platform: "linux", uid: 4242 };
  const asked: string[] = [];
  const runHelper = async (name: string, action: string, input: string): Promise<HelperAnswer> => {
    asked.push(`${name} ${action} ${input}`);
    const answer = helpers[`${name} ${input}`] ?? NOT_FOUND;
    return typeof answer === "string" ? { stdout: answer, exitCode: 0 } : answer;
  };
  const write = (path: string, content: unknown): void => {
    const full = join(home, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, typeof content === "string" ? content : JSON.stringify(content));
  };
  const registries = (content: string): void => write(".config/containers/registries.conf", content);
  // Without a file in the home, the clients would read the machine's registries.conf.
  registries("");
  return {
    home,
    machine,
    runHelper,
    clients: createClients(machine, runHelper),
    asked,
    write,
    docker: (content) => write(".docker/config.json", content),
    podman: (content) => write(".config/containers/auth.json", content),
    registries,
    install(program) {
      write(`bin/${program}`, "#!/bin/sh\n");
      chmodSync(join(bin, program), 0o755);
    },
  };
}

export const NOT_FOUND: HelperAnswer = { stdout: "credentials not found in native keychain\n", exitCode: 1 };

/** A helper's response to `get`. */
export const answerWith = (username: string, secret: string): string =>
  `${JSON.stringify({ ServerURL: "x", Username: username, Secret: secret })}\n`;

/** The value of `auth` in a file. */
export const authOf = (username: string, password: string): string =>
  Buffer.from(`${username}:${password}`).toString("base64");

/** The resolved setting, source, key and login as texts, for a comparison. */
export function opened(resolved: Resolved): readonly unknown[] {
  const { source, key } = resolved;
  const helper = helperOf(resolved);
  const login = loginIn(resolved);
  const texts = login && openedLogin(login);
  return [settingOf(resolved), source, key, ...(helper === undefined ? [] : [helper]), texts];
}

/** User name and password, or the kind of token and the token. */
function openedLogin(login: ClientLogin): readonly string[] {
  if (login.kind !== "password") return [login.kind, login.token.reveal()];
  const { username, secret } = login.credential;
  return [username.reveal(), secret.reveal()];
}
