import { parseAddress } from "../core/address.ts";
import type { Credential } from "../core/credential.ts";
import type { Machine } from "../core/machine.ts";
import type { HelperError } from "../core/errors.ts";
import { isHelperError } from "../core/errors.ts";
import { clientKeyOf } from "../core/image.ts";
import { hasProgram } from "../system/executables.ts";
import { loginOf } from "./client-login.ts";
import { lookUpInDocker, lookUpInFile, readNamedFile } from "./docker.ts";
import { findInHelper, type RunHelper } from "./helper-client.ts";
import { homeOf, podmanAuthPath, pathLabel } from "./paths.ts";
import { podmanSteps } from "./podman.ts";
import {
  type ClientName,
  type ClientUses,
  type HelperStep,
  loginIn,
  type Resolved,
  type Step,
} from "./types.ts";
import { DOCR, findClientUses } from "./uses.ts";

export interface ResolveOptions {
  /** The image's repository. podman may have a login only for it, and docr takes the name of DigitalOcean's registry from it. */
  readonly repository?: string | undefined;
  /** The key of the login, if it is not the host's own. */
  readonly key?: string | undefined;
  /** The file to use instead of the client's own. */
  readonly authFile?: string | undefined;
}

/** The configurations of docker and podman. */
export interface Clients {
  /**
   * Finds the login that the client would use to pull from the host. Runs the helper that the configuration names.
   * Throws `client-config` if a file cannot be read or parsed, or if `authFile` is missing, and `other-helper` if the helper fails.
   */
  resolve(host: string, client: ClientName, options?: ResolveOptions): Promise<Resolved>;
  /** Which clients ask docr for the login under this key (`ghcr.io`, `https://index.docker.io/v1/`). Runs no helper. */
  usesOf(key: string): Promise<ClientUses>;
}

/** Returns the login that the named helper has, or undefined if it has none. Throws the helper's error. */
type AskHelper = (helper: string, serverUrl: string) => Promise<Credential | undefined>;

/**
 * Each call reads this machine's configuration again. For DigitalOcean's registry, `getFromDocr` replaces a run of docr as a program,
 * because its errors tell the reason. It throws `not-found`.
 */
export function createClients(
  machine: Machine,
  runHelper: RunHelper,
  getFromDocr?: (serverUrl: string) => Promise<Credential>,
): Clients {
  // If the program is not installed, the client fails, and docr must report that.
  const isInstalled = (): boolean => hasProgram(`docker-credential-${DOCR}`, machine);
  const ask: AskHelper = (helper, serverUrl) => {
    const isOwn = helper === DOCR && parseAddress(serverUrl).kind === "digitalocean";
    return isOwn && getFromDocr && isInstalled()
      ? undefinedIfNotFound(() => getFromDocr(serverUrl))
      : findInHelper(runHelper, helper, serverUrl);
  };
  return {
    resolve: (host, client, options = {}) =>
      client === "docker"
        ? resolveForDocker(machine, ask, host, options)
        : resolveForPodman(machine, ask, host, options),
    usesOf: async (key) => findClientUses(machine, key),
  };
}

async function undefinedIfNotFound(get: () => Promise<Credential>): Promise<Credential | undefined> {
  try {
    return await get();
  } catch (error) {
    if (isHelperError(error, "not-found")) return undefined;
    throw error;
  }
}

async function resolveForDocker(
  machine: Machine,
  ask: AskHelper,
  host: string,
  { repository, key: named, authFile }: ResolveOptions,
): Promise<Resolved> {
  const key = named ?? clientKeyOf(host);
  const { step, source, warnings } =
    authFile === undefined ? lookUpInDocker(machine, key) : lookUpInFile(machine, key, authFile);
  if (step === undefined) return { client: "docker", kind: "none", source, key, warnings };
  const imagePath = named === undefined ? repository : undefined;
  return { ...(await follow(step, "docker", imagePath, ask)), warnings };
}

/** Like podman, continues after a failed step. Throws the step's error only if no later step has a login. */
async function resolveForPodman(
  ownMachine: Machine,
  ask: AskHelper,
  host: string,
  { repository, key, authFile }: ResolveOptions,
): Promise<Resolved> {
  const machine = authFile === undefined ? ownMachine : withAuthFile(ownMachine, authFile);
  const question = { host: key ?? host, repository: key === undefined ? repository : undefined };
  let failure: HelperError | undefined;
  let asked: Resolved | undefined;
  for (const step of podmanSteps(machine, question)) {
    try {
      const resolved = await follow(step, "podman", question.repository, ask);
      if (loginIn(resolved)) return resolved;
      asked = resolved;
    } catch (error) {
      if (!isHelperError(error)) throw error;
      failure ??= error;
    }
  }
  if (failure) throw failure;
  if (asked) return asked;
  const path = podmanAuthPath(machine) ?? `${homeOf(machine) ?? "~"}/.config/containers/auth.json`;
  return {
    client: "podman",
    kind: "none",
    source: pathLabel(path, machine),
    key: question.host,
    warnings: [],
  };
}

/** Looks up the login like podman with `--authfile`. Throws `client-config` if the file is missing. */
function withAuthFile({ env, ...machine }: Machine, authFile: string): Machine {
  const named = { ...machine, env: { ...env, REGISTRY_AUTH_FILE: authFile } };
  readNamedFile(named, authFile);
  return named;
}

/** Returns the result of one step. Throws the error of a broken step or of its helper. */
async function follow(
  step: Step,
  client: ClientName,
  repository: string | undefined,
  ask: AskHelper,
): Promise<Resolved> {
  if (step.kind === "broken") throw step.failure;
  if (step.kind === "file") return { client, warnings: [], ...step };
  const credential = await ask(step.helper, serverUrlFor(step, repository));
  return { client, warnings: [], ...step, login: credential && loginOf(credential) };
}

/** Sends docr the path too, because DigitalOcean's host has several registries. Clients send only the host. */
function serverUrlFor({ helper, key }: HelperStep, repository: string | undefined): string {
  const isRegistryNamed = helper === DOCR && repository !== undefined;
  return isRegistryNamed && parseAddress(key).kind === "digitalocean" ? `${key}/${repository}` : key;
}
