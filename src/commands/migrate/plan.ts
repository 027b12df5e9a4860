/** Plans which logins move, and what docr must configure so that clients find them afterwards. */
import { findInHelper, type RunHelper } from "../../client-config/helper-client.ts";
import type { ClientName } from "../../client-config/types.ts";
import { DOCR } from "../../client-config/uses.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import { traitsOf } from "../../core/error-catalog.ts";
import { HelperError, isHelperError } from "../../core/errors.ts";
import { printable } from "../../core/text.ts";
import { DIGITALOCEAN, type ConfigureScope } from "../configure/plan.ts";
import {
  type ClientSetup,
  dockerStore,
  isAskedFor,
  isLostByPodman,
  isReadByPodman,
  otherHelperFor,
} from "./clients.ts";
import type { Destination } from "./destination.ts";
import {
  addressKeyOf,
  type Finds,
  type FoundLogin,
  isDigitalOceans,
  isSameCredential,
  isSameHost,
  loginsInFile,
  loginsOfHelper,
  podmanHostFor,
  type StayingLogin,
} from "./found-logins.ts";

/** docr's fallback helper. */
interface Fallback {
  readonly name: string | undefined;
  /** Set by DOCR_FALLBACK, which docr cannot change. */
  readonly isFixed: boolean;
}

export interface Situation {
  readonly setup: ClientSetup;
  readonly fallback: Fallback;
  /** The other helper whose logins move. Undefined if only logins from files move. */
  readonly from: string | undefined;
  readonly willConfigure: boolean;
  /** The hosts that the user named. If empty, the logins of all hosts move. */
  readonly hosts: readonly string[];
}

const HELPER_SUFFIX = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * Finds all logins of the hosts. If there are several for the same address, the first one moves. Throws `no-login` if a host has none.
 */
export async function findLogins(
  situation: Situation,
  destination: Destination,
  runHelper: RunHelper,
): Promise<Finds> {
  const { setup, from, hosts } = situation;
  const { files, places } = setup;
  const parts: Finds[] = [];
  if (places.docker !== undefined) parts.push(loginsInFile(files.open(places.docker), "docker"));
  for (const path of places.podman) {
    if (path !== places.docker) parts.push(loginsInFile(files.open(path), "podman"));
  }
  if (from !== undefined) parts.push(await loginsOfHelper(from, runHelper));
  checkNamed(hosts, parts);
  const isWanted = ({ key }: Pick<FoundLogin, "key">): boolean =>
    hosts.length === 0 || hosts.some((host) => isSameHost(key, host));
  const staying = parts.flatMap((part) => part.staying).filter(isWanted);
  const found: FoundLogin[] = [];
  for (const login of parts.flatMap((part) => part.found).filter(isWanted)) {
    const reason =
      otherHelperFor(login, setup) ??
      (await reasonToStay(login, found, destination)) ??
      (await reasonOfFallback(login, situation, runHelper));
    if (reason === undefined) found.push(login);
    else staying.push({ origin: login.origin, key: login.key, reason });
  }
  return { found, staying };
}

function checkNamed(hosts: readonly string[], parts: readonly Finds[]): void {
  const keys = parts.flatMap(({ found, staying }) => [...found, ...staying]).map(({ key }) => key);
  const missing = hosts.filter((host) => !keys.some((key) => isSameHost(key, host)));
  if (missing.length === 0) return;
  throw new HelperError("no-login", `no login to move for ${missing.map(printable).join(", ")}`, {
    hint: "docr migrate --dry-run lists the logins; --from adds those of another helper",
  });
}

/** A login stays if the fallback helper has another one for it: docr asks the fallback helper first. */
async function reasonOfFallback(
  login: FoundLogin,
  situation: Situation,
  runHelper: RunHelper,
): Promise<string | undefined> {
  const name = nextFallback(situation);
  if (name === undefined || name === situation.from || isDigitalOceans(login)) return undefined;
  try {
    const theirs = await findInHelper(runHelper, name, login.serverUrl);
    if (theirs === undefined || isSameCredential(theirs, login.credential)) return undefined;
    return `docker-credential-${name} has another login for it`;
  } catch (error) {
    if (!isHelperError(error)) throw error;
    return error.message;
  }
}

/** The fallback helper after this command. Configuring for every registry makes docker's current helper the fallback. */
function nextFallback({ setup, fallback, willConfigure, hosts }: Situation): string | undefined {
  const store = dockerStore(setup);
  const isReplaced = willConfigure && hosts.length === 0 && store !== undefined && store !== DOCR;
  return isReplaced && !fallback.isFixed ? store : fallback.name;
}

async function reasonToStay(
  login: FoundLogin,
  earlier: readonly FoundLogin[],
  destination: Destination,
): Promise<string | undefined> {
  const key = addressKeyOf(login);
  const first = earlier.find((one) => addressKeyOf(one) === key);
  if (first !== undefined) {
    if (isSameCredential(first.credential, login.credential)) return undefined;
    return `${first.origin.label} has another login for it`;
  }
  try {
    return (await destination.hasAnother(login)) ? "docr stores another login for it" : undefined;
  } catch (error) {
    // If the API fails, docr cannot tell whether this is an API token. Any other error affects every login.
    if (!isHelperError(error) || traitsOf(error).family !== "api") throw error;
    return error.message;
  }
}

/**
 * Returns the helper for `--from`: the named one, or else docker's current helper or docr's fallback helper. Undefined without
 * `--from`. Throws `bad-arguments`.
 */
export function chooseHelper(
  from: string | true | undefined,
  setup: ClientSetup,
  fallback: string | undefined,
): string | undefined {
  if (from === undefined) return undefined;
  const store = dockerStore(setup);
  const name = from === true ? (store === DOCR ? fallback : (store ?? fallback)) : from;
  if (name === undefined) {
    throw new HelperError("bad-arguments", "no other helper is configured", {
      hint: "name the helper: docr migrate --from osxkeychain",
    });
  }
  if (HELPER_SUFFIX.test(name) && name !== DOCR) return name;
  throw new HelperError("bad-arguments", "--from needs the name of another helper", {
    hint: "for docker-credential-osxkeychain: docr migrate --from osxkeychain",
  });
}

/**
 * Moves only the logins that every client would find in docr's store afterwards; the others stay. Throws `client-config` if a file is
 * read-only, if clients ask docr for none of the logins, or if they do not ask docr for one that the user named.
 */
export function splitByClients({ found, staying }: Finds, situation: Situation): Finds {
  const { setup, hosts } = situation;
  const { files } = setup;
  for (const { origin } of found) if (origin.kind === "file") files.checkWritable(files.open(origin.path));
  const lost = found.flatMap((login) => {
    const client = clientWithout(login, situation);
    return client === undefined ? [] : [{ login, client }];
  });
  const [first] = lost;
  if (first === undefined) return { found, staying };
  if (lost.length === found.length || hosts.length > 0) {
    const logins = lost.map(({ login }) => login);
    throw notAsked(first.client, logins, hosts.length > 0);
  }
  const left = lost.map(({ login: { origin, key }, client }): StayingLogin => {
    return { origin, key, reason: `${client} does not ask docr for it; --configure changes that` };
  });
  return {
    found: found.filter((login) => !lost.some((one) => one.login === login)),
    staying: [...staying, ...left],
  };
}

/** Returns the client that finds the login now and would not ask docr for it. */
function clientWithout(login: FoundLogin, { setup, willConfigure }: Situation): ClientName | undefined {
  if (willConfigure) return undefined;
  if (!isAskedFor(login, setup)) return login.origin.kind === "file" ? login.origin.client : "docker";
  return isLostByPodman(login, setup) ? "podman" : undefined;
}

function notAsked(client: ClientName, lost: readonly FoundLogin[], isNamed: boolean): HelperError {
  const isOne = lost.every(isDigitalOceans);
  const named = lost.map(({ serverUrl }) => printable(serverUrl)).join(", ");
  const hosts = isOne ? REGISTRY_HOST : isNamed ? named : "every registry";
  const first = isOne ? "run docr configure first, or" : "run docr configure --global first, or";
  return new HelperError(
    "client-config",
    `${client} would not find the logins: it does not ask docr for ${hosts}`,
    { hint: `${isNamed ? "" : first} add --configure`.trim() },
  );
}

/** Returns the registries to configure, so that the clients ask docr for the logins. */
export function scopeFor(logins: readonly FoundLogin[], { setup, hosts }: Situation): ConfigureScope {
  if (logins.every(isDigitalOceans)) return DIGITALOCEAN;
  if (hosts.length === 0) return "every-registry";
  const docker = new Set<string>();
  const podman = new Set<string>();
  for (const login of logins) {
    const isPodmans = login.origin.kind === "file" && login.origin.client === "podman";
    if (!isPodmans) docker.add(login.serverUrl);
    const host = podmanHostFor(login.serverUrl);
    if (host !== undefined && (isPodmans || isReadByPodman(login, setup))) podman.add(host);
  }
  return { docker: [...docker], podman: [...podman] };
}

/** Whether the helper whose logins move is docr's fallback helper, or will be after this command. */
export function isFromFallback({ setup, fallback, from, willConfigure, hosts }: Situation): boolean {
  if (from === undefined || hosts.length > 0) return false;
  return fallback.name === from || (willConfigure && dockerStore(setup) === from);
}
