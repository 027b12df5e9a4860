/** Where docker and the containers tools (podman, skopeo, buildah) look for their configuration. */
import type { Machine } from "../core/machine.ts";

const SYSTEM_CONF = "/etc/containers/registries.conf";

/** The user's home, as these clients read it from the environment. Undefined if it is not set. */
export function homeOf({ env, platform }: Machine): string | undefined {
  return (platform === "win32" ? env["USERPROFILE"] : env["HOME"]) || undefined;
}

/** docker's folder: `DOCKER_CONFIG`, else `.docker` in the home (docker/cli, cli/config). Undefined without a home. */
export function dockerFolder(machine: Machine): string | undefined {
  const named = machine.env["DOCKER_CONFIG"];
  if (named) return named;
  const home = homeOf(machine);
  return home === undefined ? undefined : `${home}/.docker`;
}

/** The file that `docker login` writes and docker reads. Undefined without a home. */
export function dockerConfigPath(machine: Machine): string | undefined {
  const folder = dockerFolder(machine);
  return folder === undefined ? undefined : `${folder}/config.json`;
}

/**
 * The file that `podman login` writes (containers/image, pkg/docker/config; containers/common, pkg/auth):
 * `REGISTRY_AUTH_FILE`, else docker's file if `DOCKER_CONFIG` is set, else podman's own. Undefined without a home and a user
 * id.
 */
export function podmanAuthPath(machine: Machine): string | undefined {
  const { env, platform, uid } = machine;
  const named = env["REGISTRY_AUTH_FILE"];
  if (named) return named;
  if (env["DOCKER_CONFIG"]) return dockerConfigPath(machine);
  const home = homeOf(machine);
  if (platform !== "linux") return home === undefined ? undefined : `${home}/.config/containers/auth.json`;
  const runtime = env["XDG_RUNTIME_DIR"];
  if (runtime) return `${runtime}/containers/auth.json`;
  return uid === undefined ? undefined : `/run/containers/${uid}/auth.json`;
}

/**
 * The files in which podman looks for a login, in order, each once: the one that it writes, its older place, docker's. A
 * file that a variable names is the only one (podman 4.4 and later, containers/image#1751; before, it was the first).
 */
export function podmanAuthPaths(machine: Machine): readonly string[] {
  const written = podmanAuthPath(machine);
  const { env } = machine;
  if (env["REGISTRY_AUTH_FILE"] || env["DOCKER_CONFIG"]) return written === undefined ? [] : [written];
  const home = homeOf(machine);
  const configs = env["XDG_CONFIG_HOME"] || (home === undefined ? undefined : `${home}/.config`);
  const older = configs === undefined ? undefined : `${configs}/containers/auth.json`;
  const paths = [written, older, dockerConfigPath(machine)];
  return [...new Set(paths)].filter((path) => path !== undefined);
}

/** A registries.conf of the containers tools and its drop-ins (containers/image, pkg/sysregistriesv2). */
export interface RegistriesConfPlace {
  readonly file: string;
  /** Every `*.conf` in them is read after the file, sorted by name. The last setting wins. */
  readonly folders: readonly string[];
}

/** The first place whose file exists is the only one that counts; the last place if no file exists. */
export function registriesConfPlaces(machine: Machine): readonly RegistriesConfPlace[] {
  const named = machine.env["CONTAINERS_REGISTRIES_CONF"];
  const own = registriesConfPath(machine);
  const ownFolders = own === undefined ? [] : [`${own}.d`];
  const shared = { file: named || SYSTEM_CONF, folders: [`${SYSTEM_CONF}.d`, ...ownFolders] };
  return named || own === undefined ? [shared] : [{ file: own, folders: ownFolders }, shared];
}

/**
 * The path of this user's own registries.conf, which may not exist. Its drop-ins are in the folder with this name and `.d`.
 * Undefined without a home.
 */
export function registriesConfPath(machine: Machine): string | undefined {
  const home = homeOf(machine);
  return home === undefined ? undefined : `${home}/.config/containers/registries.conf`;
}

/** The path as the user would write it: with `~` for the home. */
export function pathLabel(path: string, machine: Machine): string {
  const home = homeOf(machine);
  return home !== undefined && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
