/** Which logins would move, and what must be in place for clients to find them afterwards. */
import { HelperError, isHelperError } from "../../core/errors.ts";
import type { HelperPorts } from "../../credentials/ports.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import type { Machine } from "../../core/machine.ts";
import { dockerDefault } from "../../client-config/docker.ts";
import type { Files } from "../../client-config/edit/files.ts";
import type { VerbPorts } from "../ports.ts";
import { helperAt, OURSELVES, STORE_PATH } from "../configure/plan.ts";
import type { Client, Places } from "../configure/places.ts";
import { fallbackOf } from "../fallback.ts";
import { isAskedFor, isLostByPodman, otherHelperFor, type Situation } from "./clients.ts";
import { isTaken } from "./destination.ts";
import {
  addressKeyOf,
  type Finds,
  type FoundLogin,
  isOurHost,
  isSameCredential,
  loginsInFile,
  loginsOfHelper,
  type StayingLogin,
} from "./found-logins.ts";

const OTHER_HELPER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** All logins that there are, each once: the first of two for the same address is the one that counts. */
export async function findLogins(
  ports: VerbPorts,
  files: Files,
  places: Places,
  from: string | undefined,
): Promise<Finds> {
  const parts: Finds[] = [];
  if (places.docker !== undefined) parts.push(loginsInFile(files.open(places.docker), "docker"));
  for (const path of places.podman) {
    if (path !== places.docker) parts.push(loginsInFile(files.open(path), "podman"));
  }
  if (from !== undefined) parts.push(await loginsOfHelper(from, ports));
  const staying: StayingLogin[] = parts.flatMap((part) => part.staying);
  const found: FoundLogin[] = [];
  for (const login of parts.flatMap((part) => part.found)) {
    const reason = otherHelperFor(login, places, files) ?? (await reasonToStay(ports.domain, login, found));
    if (reason === undefined) found.push(login);
    else staying.push({ origin: login.origin, key: login.key, reason });
  }
  return { found, staying };
}

async function reasonToStay(
  domain: HelperPorts,
  login: FoundLogin,
  earlier: readonly FoundLogin[],
): Promise<string | undefined> {
  const key = addressKeyOf(login);
  const first = earlier.find((one) => addressKeyOf(one) === key);
  if (first !== undefined) {
    if (isSameCredential(first.credential, login.credential)) return undefined;
    return `${first.origin.label} has another login for it`;
  }
  try {
    return (await isTaken(domain, login)) ? "docr keeps another login for it" : undefined;
  } catch (error) {
    // Offline, nobody can tell whether it is an API token; without a keychain nothing can move at all.
    if (!isHelperError(error) || !error.code.startsWith("api-")) throw error;
    return error.message;
  }
}

/** The helper that `--from` means: the named one, else the one that docker has now or that stands behind us. Throws `bad-arguments`. */
export function chooseHelper(
  from: string | boolean | undefined,
  places: Places,
  files: Files,
  fallback: string | undefined,
  machine: Machine,
): string | undefined {
  if (from === undefined || from === false) return undefined;
  const store = dockerStore(places, files, machine);
  const name = typeof from === "string" ? from : store === OURSELVES ? fallback : (store ?? fallback);
  if (name === undefined) {
    throw new HelperError("bad-arguments", "no other helper is configured", {
      hint: "name the one that has the logins: docr migrate --from osxkeychain",
    });
  }
  if (OTHER_HELPER.test(name) && name !== OURSELVES) return name;
  throw new HelperError("bad-arguments", "--from takes the last part of another helper's name", {
    hint: "for docker-credential-osxkeychain: docr migrate --from osxkeychain",
  });
}

function dockerStore({ docker }: Places, files: Files, machine: Machine): string | undefined {
  if (docker === undefined) return undefined;
  const file = files.open(docker);
  return helperAt(file, STORE_PATH) ?? dockerDefault(file, machine);
}

/**
 * Throws where the logins could not be taken out of their files, and where they would be in our keychain and nobody would
 * look for them there: another helper stands behind us for their hosts, or the clients do not ask us. With
 * `willConfigure` the last is about to be mended.
 */
export function checkFound(logins: readonly FoundLogin[], situation: Situation): void {
  const { places, files, ports, from, willConfigure } = situation;
  for (const { origin } of logins) if (origin.kind === "file") files.checkWritable(files.open(origin.path));
  const others = logins.filter((login) => !isOurHost(login));
  const store = dockerStore(places, files, ports.machine);
  const fallback = fallbackOf(ports);
  // Configuring puts the helper that is there now behind us.
  const behind = willConfigure && store !== undefined && store !== OURSELVES ? store : fallback.name;
  if (others.length > 0 && behind !== undefined && (behind !== from || fallback.isFixed)) {
    throw new HelperError("client-config", `docker-credential-${behind} answers for every other registry`, {
      hint: fallback.isFixed
        ? "unset DOCR_FALLBACK first"
        : `move its logins, too: docr migrate --from ${behind}${willConfigure ? " --configure" : ""}`,
    });
  }
  if (willConfigure) return;
  const lost = logins.filter((login) => !isAskedFor(login, situation));
  const [first] = lost;
  if (first !== undefined) {
    throw notAsked(first.origin.kind === "file" ? first.origin.client : "docker", lost);
  }
  const lostByPodman = logins.filter((login) => isLostByPodman(login, situation));
  if (lostByPodman.length > 0) throw notAsked("podman", lostByPodman);
}

function notAsked(client: Client, lost: readonly FoundLogin[]): HelperError {
  const isOne = lost.every(isOurHost);
  const hosts = isOne ? REGISTRY_HOST : "every registry";
  return new HelperError(
    "client-config",
    `${client} does not ask docr for ${hosts} yet, and would not find the logins there`,
    { hint: `run docr configure${isOne ? "" : " --global"} first, or add --configure` },
  );
}

/** Whether the helper whose logins move is the one that is asked in our place, or about to be. */
export function standsBehind({ ports, places, files, from, willConfigure }: Situation): boolean {
  if (from === undefined) return false;
  return (
    fallbackOf(ports).name === from || (willConfigure && dockerStore(places, files, ports.machine) === from)
  );
}
