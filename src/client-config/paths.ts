/** Where docker and the containers tools (podman, skopeo, buildah) look for their configuration. */
import type { Machine } from "../core/machine.ts";

const SYSTEM_CONF = "/etc/containers/registries.conf";

/** The user's home directory, from the same variable that these clients read. Undefined if it is not set. */
export function homeOf({ env, platform }: Machine): string | undefined {
  return (platform === "win32" ? env["USERPROFILE"] : env["HOME"]) || undefined;
}

/** docker's folder: `DOCKER_CONFIG`, or else `~/.docker` (docker/cli, cli/config). Undefined without a home directory. */
export function dockerFolder(machine: Machine): string | undefined {
  const named = machine.env["DOCKER_CONFIG"];
  if (named) return named;
  const home = homeOf(machine);
  return home === undefined ? undefined : `${home}/.docker`;
}

/** The file that `docker login` writes and docker reads. Undefined without a home directory. */
export function dockerConfigPath(machine: Machine): string | undefined {
  const folder = dockerFolder(machine);
  return folder === undefined ? undefined : `${folder}/config.json`;
}

/**
 * The file that `podman login` writes (containers/image, pkg/docker/config; containers/common, pkg/auth):
 * `REGISTRY_AUTH_FILE`, or else docker's file if `DOCKER_CONFIG` is set, or else podman's own. Undefined without a home directory and
 * a user id.
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
 * The files in which podman looks for a login, in order: the one that it writes, its older place, docker's. If a variable names a
 * file, podman reads only that one (4.4 and later, containers/image#1751; earlier versions read it first).
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
  /** After the file, the tools read every `*.conf` in these folders, sorted by name. The last setting counts. */
  readonly folders: readonly string[];
}

/** The tools use only the first place whose file exists. If none exists, they use the last place. */
export function registriesConfPlaces(machine: Machine): readonly RegistriesConfPlace[] {
  const named = machine.env["CONTAINERS_REGISTRIES_CONF"];
  const own = registriesConfPath(machine);
  const ownFolders = own === undefined ? [] : [`${own}.d`];
  const shared = { file: named || SYSTEM_CONF, folders: [`${SYSTEM_CONF}.d`, ...ownFolders] };
  return named || own === undefined ? [shared] : [{ file: own, folders: ownFolders }, shared];
}

/**
 * The path of this user's own registries.conf, which may not exist. Its drop-ins are in the folder of the same name with `.d`
 * appended. Undefined without a home directory.
 */
export function registriesConfPath(machine: Machine): string | undefined {
  const home = homeOf(machine);
  return home === undefined ? undefined : `${home}/.config/containers/registries.conf`;
}

/** The path for display, with `~` for the home directory. */
export function pathLabel(path: string, machine: Machine): string {
  const home = homeOf(machine);
  return home !== undefined && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
