/** Finds the files that `docr configure` changes: docker's, podman's and docr's own. */
import { resolve } from "node:path";
import type { Files } from "../../client-config/edit/files.ts";
import {
  dockerConfigPath,
  podmanAuthPath,
  podmanAuthPaths,
  registriesConfPath,
} from "../../client-config/paths.ts";
import type { ClientName } from "../../client-config/types.ts";
import { HelperError } from "../../core/errors.ts";
import { configHome, type Machine } from "../../core/machine.ts";
import { hasProgram } from "../../system/executables.ts";

/** podman uses the setting of the last drop-in, so this name must sort after the others. */
const DROP_IN = "99-docr.conf";

/** The values of `--client`. */
export const CLIENT_CHOICES = ["docker", "podman", "all"] as const;
const CLIENTS: readonly ClientName[] = ["docker", "podman"];

export interface Places {
  /** docker's config.json. Undefined if docker is not selected. */
  readonly docker: string | undefined;
  /** podman's auth.json files. Empty if podman is not selected. */
  readonly podman: readonly string[];
  /** podman's drop-in for registries.conf. Undefined if podman is not selected. */
  readonly dropIn: string | undefined;
  /** docr/config.json. */
  readonly docrConfig: string;
  /** docr/configured.json. */
  readonly record: string;
}

/**
 * Finds the files of the named client. Without a name, finds those of the clients on this machine, or docker's if there are none.
 * Throws `client-config` without a home directory.
 */
export function findPlaces(machine: Machine, files: Files, client: ClientName | "all" | undefined): Places {
  const clients =
    client === "all" ? CLIENTS : client === undefined ? presentClients(machine, files) : [client];
  const home = configHome(machine);
  const docker = absolute(dockerConfigPath(machine));
  if (home === undefined || docker === undefined) {
    throw new HelperError("client-config", "the home directory is unknown", {
      hint: "set HOME",
    });
  }
  const isPodman = clients.includes("podman");
  const registries = registriesConfPath(machine);
  return {
    docker: clients.includes("docker") ? docker : undefined,
    podman: isPodman ? podmanFiles(machine, files).map((path) => resolve(path)) : [],
    dropIn: isPodman && registries !== undefined ? `${registries}.d/${DROP_IN}` : undefined,
    docrConfig: `${home}/docr/config.json`,
    record: `${home}/docr/configured.json`,
  };
}

/** Makes the path absolute: a variable may contain a relative path, and the next command may run in another directory. */
function absolute(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(path);
}

/** The clients that are installed on the PATH or have a file. */
function presentClients(machine: Machine, files: Files): readonly ClientName[] {
  const exists = (path: string): boolean => files.open(path).text !== undefined;
  const docker = dockerConfigPath(machine);
  const hasDocker = hasProgram("docker", machine) || (docker !== undefined && exists(docker));
  if (!hasPodman(machine, files)) return ["docker"];
  return hasDocker ? CLIENTS : ["podman"];
}

/** Whether podman, skopeo or buildah is on the PATH or has its own file. */
export function hasPodman(machine: Machine, files: Files): boolean {
  const docker = dockerConfigPath(machine);
  return (
    ["podman", "skopeo", "buildah"].some((name) => hasProgram(name, machine)) ||
    podmanAuthPaths(machine).some((path) => path !== docker && files.open(path).text !== undefined)
  );
}

/**
 * Returns every existing auth.json, because podman uses the first one with a login for the host. If none exists, returns the one that
 * outlives the session. Includes docker's file, which podman reads last, only if podman writes to it.
 */
function podmanFiles(machine: Machine, files: Files): readonly string[] {
  const written = podmanAuthPath(machine);
  if (machine.env["REGISTRY_AUTH_FILE"] && written !== undefined) return [written];
  const docker = dockerConfigPath(machine);
  const own = podmanAuthPaths(machine).filter((path) => path !== docker || path === written);
  const present = own.filter((path) => files.open(path).text !== undefined);
  return present.length > 0 ? present : own.slice(-1);
}
