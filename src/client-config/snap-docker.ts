/** docker installed as a snap. It is confined: it has its own configuration and cannot run credential helpers. */
import type { Machine } from "../core/machine.ts";
import { isHelperError } from "../core/errors.ts";
import { findProgram } from "../system/executables.ts";
import { readClientFile } from "./client-file.ts";
import { homeOf, pathLabel } from "./paths.ts";

export interface SnapDocker {
  /** The config.json that it reads and writes instead of `~/.docker/config.json`. It may not exist. */
  readonly path: string;
  /** The path for display, with `~` for the home directory. */
  readonly label: string;
  /** Whether `docker` on the PATH is this one. */
  readonly isDefault: boolean;
  /** The helpers that its file names. It cannot run them (canonical/docker-snap#10). */
  readonly helpers: readonly string[];
}

/** Warns that the snap does not ask docr. `label` is that of its file. */
export function snapReads(label: string): string {
  return `the docker snap reads ${label} and cannot run credential helpers, so it does not ask docr`;
}
export const SNAP_FIX =
  "install docker as a package, or put a login into that file: docr credentials --format docker-config";

/** Returns undefined if docker is not installed as a snap. Returns no helpers if docker would reject the file. */
export function findSnapDocker(machine: Machine): SnapDocker | undefined {
  const home = homeOf(machine);
  if (machine.platform !== "linux" || home === undefined) return undefined;
  const path = `${home}/snap/docker/current/.docker/config.json`;
  const label = pathLabel(path, machine);
  const isDefault = findProgram("docker", machine)?.endsWith("/snap/bin/docker") === true;
  const helpers = readHelpers(path, label);
  return isDefault || helpers !== undefined ? { path, label, isDefault, helpers: helpers ?? [] } : undefined;
}

/** Returns undefined if the file is missing. */
function readHelpers(path: string, label: string): readonly string[] | undefined {
  try {
    const file = readClientFile(path, label);
    if (!file) return undefined;
    const names = [file.credsStore, ...file.credHelpers.values()];
    return [...new Set(names.filter((name) => name !== undefined && name !== ""))].map(String);
  } catch (error) {
    if (isHelperError(error)) return [];
    throw error;
  }
}
