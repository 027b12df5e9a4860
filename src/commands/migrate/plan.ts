/** Which logins move, and what must be configured so that clients find them afterwards. */
import type { RunHelper } from "../../client-config/helper-client.ts";
import type { ClientName } from "../../client-config/types.ts";
import { DOCR } from "../../client-config/uses.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import { traitsOf } from "../../core/error-catalog.ts";
import { HelperError, isHelperError } from "../../core/errors.ts";
import { type ClientSetup, dockerStore, isAskedFor, isLostByPodman, otherHelperFor } from "./clients.ts";
import type { Destination } from "./destination.ts";
import {
  addressKeyOf,
  type Finds,
  type FoundLogin,
  isDigitalOceans,
  isSameCredential,
  loginsInFile,
  loginsOfHelper,
  type StayingLogin,
} from "./found-logins.ts";

/** The helper that answers for every other registry in docr's place. */
export interface Fallback {
  readonly name: string | undefined;
  /** Set by DOCR_FALLBACK, which docr cannot change. */
  readonly isFixed: boolean;
}

export interface Situation {
  readonly setup: ClientSetup;
  readonly fallback: Fallback;
  /** The other helper whose logins move. Undefined if only the files' logins do. */
  readonly from: string | undefined;
  readonly willConfigure: boolean;
}

const HELPER_SUFFIX = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** All logins, each once: of two for the same address, the first is the one that moves. */
export async function findLogins(
  { setup, from }: Situation,
  destination: Destination,
  runHelper: RunHelper,
): Promise<Finds> {
  const { files, places } = setup;
  const parts: Finds[] = [];
  if (places.docker !== undefined) parts.push(loginsInFile(files.open(places.docker), "docker"));
  for (const path of places.podman) {
    if (path !== places.docker) parts.push(loginsInFile(files.open(path), "podman"));
  }
  if (from !== undefined) parts.push(await loginsOfHelper(from, runHelper));
  const staying: StayingLogin[] = parts.flatMap((part) => part.staying);
  const found: FoundLogin[] = [];
  for (const login of parts.flatMap((part) => part.found)) {
    const reason = otherHelperFor(login, setup) ?? (await reasonToStay(login, found, destination));
    if (reason === undefined) found.push(login);
    else staying.push({ origin: login.origin, key: login.key, reason });
  }
  return { found, staying };
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
    // Without the API, docr cannot tell whether it is an API token. Any other failure concerns every login.
    if (!isHelperError(error) || traitsOf(error).family !== "api") throw error;
    return error.message;
  }
}

/**
 * The helper that `--from` means: the named one, or else docker's present helper or docr's fallback. Undefined without
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
 * Throws `client-config` if the logins could not be removed from their files, or if no client would find them in docr's
 * store: another helper is docr's fallback, or the clients do not ask docr. With `willConfigure`, the clients soon will.
 */
export function checkMove(logins: readonly FoundLogin[], situation: Situation): void {
  const { setup, willConfigure } = situation;
  const { files } = setup;
  for (const { origin } of logins) if (origin.kind === "file") files.checkWritable(files.open(origin.path));
  if (!logins.every(isDigitalOceans)) checkFallback(situation);
  if (willConfigure) return;
  const lost = logins.filter((login) => !isAskedFor(login, setup));
  const [first] = lost;
  if (first !== undefined) {
    throw notAsked(first.origin.kind === "file" ? first.origin.client : "docker", lost);
  }
  const lostByPodman = logins.filter((login) => isLostByPodman(login, setup));
  if (lostByPodman.length > 0) throw notAsked("podman", lostByPodman);
}

/** Throws if another helper than the one whose logins move answers for every other registry. */
function checkFallback({ setup, fallback, from, willConfigure }: Situation): void {
  const store = dockerStore(setup);
  // Configuring makes docker's present helper the fallback.
  const next = willConfigure && store !== undefined && store !== DOCR ? store : fallback.name;
  if (next === undefined || (next === from && !fallback.isFixed)) return;
  throw new HelperError("client-config", `docker-credential-${next} answers for all other registries`, {
    hint: fallback.isFixed
      ? "unset DOCR_FALLBACK first"
      : `move its logins too: docr migrate --from ${next}${willConfigure ? " --configure" : ""}`,
  });
}

function notAsked(client: ClientName, lost: readonly FoundLogin[]): HelperError {
  const isOne = lost.every(isDigitalOceans);
  const hosts = isOne ? REGISTRY_HOST : "every registry";
  return new HelperError(
    "client-config",
    `${client} would not find the logins: it does not ask docr for ${hosts}`,
    { hint: `run docr configure${isOne ? "" : " --global"} first, or add --configure` },
  );
}

/** Whether the helper whose logins move is docr's fallback, or is about to be. */
export function isFromFallback({ setup, fallback, from, willConfigure }: Situation): boolean {
  if (from === undefined) return false;
  return fallback.name === from || (willConfigure && dockerStore(setup) === from);
}
