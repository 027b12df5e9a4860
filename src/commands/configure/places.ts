/** The files that configuring is about: docker's, podman's, and our own beside them. */
import { resolve } from "node:path";
import {
  dockerConfigPath,
  podmanAuthPath,
  podmanAuthPaths,
  registriesConfPath,
} from "../../client-config/paths.ts";
import { configHome, type Machine } from "../../core/machine.ts";
import { HelperError } from "../../core/errors.ts";
import { hasProgram } from "../../system/executables.ts";
import type { Files } from "../../client-config/edit/files.ts";

export type Client = "docker" | "podman";

/** Ours sorts behind others' drop-ins, because the last one that is read wins. */
const DROP_IN = "99-docr.conf";

export interface Places {
  /** Undefined where docker is not meant. */
  readonly docker: string | undefined;
  /** podman's auth.json files; empty where podman is not meant. */
  readonly podman: readonly string[];
  /** podman's drop-in for registries.conf; undefined where podman is not meant. */
  readonly dropIn: string | undefined;
  /** docr/config.json. */
  readonly ours: string;
  /** docr/configured.json. */
  readonly record: string;
}

/**
 * Of the clients that were named; where none was, of those that are on this machine, and of docker where none is. Throws
 * `bad-arguments` for another client's name, and `client-config` without a home.
 */
export function findPlaces(machine: Machine, files: Files, client: string | undefined): Places {
  const clients = clientsOf(machine, files, client);
  const home = configHome(machine);
  const docker = absolute(dockerConfigPath(machine));
  if (home === undefined || docker === undefined) {
    throw new HelperError("client-config", "there is no home directory to look for configurations in", {
      hint: "set HOME",
    });
  }
  const isPodman = clients.includes("podman");
  const registries = registriesConfPath(machine);
  return {
    docker: clients.includes("docker") ? docker : undefined,
    podman: isPodman ? podmanFiles(machine, files).map((path) => resolve(path)) : [],
    dropIn: isPodman && registries !== undefined ? `${registries}.d/${DROP_IN}` : undefined,
    ours: `${home}/docr/config.json`,
    record: `${home}/docr/configured.json`,
  };
}

/** A variable may name a place beside the working directory, which is another one the next time. */
function absolute(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(path);
}

function clientsOf(machine: Machine, files: Files, named: string | undefined): readonly Client[] {
  switch (named) {
    case "docker":
    case "podman":
      return [named];
    case "all":
      return ["docker", "podman"];
    case undefined: {
      const isThere = (path: string | undefined): boolean =>
        path !== undefined && files.open(path).text !== undefined;
      const docker = dockerConfigPath(machine);
      const hasDocker = hasProgram("docker", machine) || isThere(docker);
      const hasPodman =
        ["podman", "skopeo", "buildah"].some((name) => hasProgram(name, machine)) ||
        podmanAuthPaths(machine).some((path) => path !== docker && isThere(path));
      if (!hasPodman) return ["docker"];
      return hasDocker ? ["docker", "podman"] : ["podman"];
    }
    default:
      throw new HelperError("bad-arguments", "--client takes docker, podman or all");
  }
}

/**
 * Each auth.json that is there, because the first that has a login for the host wins; where there is none, the one that
 * outlives the session. docker's own file, which podman reads last, is docker's business, unless it stands in the place
 * of podman's.
 */
function podmanFiles(machine: Machine, files: Files): readonly string[] {
  const written = podmanAuthPath(machine);
  if (machine.env["REGISTRY_AUTH_FILE"] && written !== undefined) return [written];
  const docker = dockerConfigPath(machine);
  const own = podmanAuthPaths(machine).filter((path) => path !== docker || path === written);
  const present = own.filter((path) => files.open(path).text !== undefined);
  return present.length > 0 ? present : own.slice(-1);
}
