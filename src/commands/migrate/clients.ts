/** Determines which client uses a login now, and whether it would ask docr for it. */
import { resolve } from "node:path";
import { parseSnapshot } from "../../client-config/client-file.ts";
import { dockerDefault } from "../../client-config/docker.ts";
import type { Files } from "../../client-config/edit/files.ts";
import { podmanAuthPaths } from "../../client-config/paths.ts";
import { readCredentialHelpers } from "../../client-config/registries-conf.ts";
import type { ClientName } from "../../client-config/types.ts";
import { DOCR } from "../../client-config/uses.ts";
import type { Machine } from "../../core/machine.ts";
import type { Places } from "../configure/places.ts";
import { helperAt, STORE_PATH } from "../configure/plan.ts";
import { type FoundLogin, isDigitalOceans } from "./found-logins.ts";

/** The clients' files on this machine. */
export interface ClientSetup {
  readonly machine: Machine;
  readonly files: Files;
  readonly places: Places;
}

/** The helper that docker uses for every registry without its own helper. */
export function dockerStore({ machine, files, places }: ClientSetup): string | undefined {
  if (places.docker === undefined) return undefined;
  const file = files.open(places.docker);
  return helperAt(file, STORE_PATH) ?? dockerDefault(file, machine);
}

/**
 * Returns the reason why docker would not ask docr for the login even if docr is its helper for every registry. There is none for
 * DigitalOcean's registry, because `docr configure` replaces its helper, and none for podman, which asks docr before it reads its file.
 */
export function otherHelperFor(login: FoundLogin, { files, places }: ClientSetup): string | undefined {
  const { origin, serverUrl } = login;
  if (places.docker === undefined || isDigitalOceans(login)) return undefined;
  if (origin.kind === "file" && origin.client === "podman") return undefined;
  const helper = parseSnapshot(files.open(places.docker)).credHelpers.get(serverUrl);
  if (helper === undefined || helper === DOCR) return undefined;
  return helper === ""
    ? "credHelpers stops docker from asking a helper for it"
    : `credHelpers makes docker ask docker-credential-${helper} for it`;
}

/** Whether the login's client asks docr for it. */
export function isAskedFor({ origin, serverUrl }: FoundLogin, setup: ClientSetup): boolean {
  const { files, places } = setup;
  const path = origin.kind === "file" ? origin.path : places.docker;
  if (path === undefined) return false;
  const { credHelpers, credsStore } = parseSnapshot(files.open(path));
  const hostHelper = credHelpers.get(serverUrl);
  if (origin.kind === "file" && origin.client === "podman") {
    return hostHelper === DOCR || podmanAsksDocr(setup);
  }
  return (hostHelper ?? credsStore) === DOCR;
}

/** Whether podman now reads the login in docker's file and would not ask docr for it. */
export function isLostByPodman(login: FoundLogin, setup: ClientSetup): boolean {
  if (!isReadByPodman(login, setup) || podmanAsksDocr(setup)) return false;
  const { files, places } = setup;
  const paths = [...places.podman, ...(places.docker === undefined ? [] : [places.docker])];
  return !paths.some((path) => parseSnapshot(files.open(path)).credHelpers.get(login.serverUrl) === DOCR);
}

/** Whether the login is in docker's file and podman reads it there too. */
export function isReadByPodman({ origin }: FoundLogin, { machine, places }: ClientSetup): boolean {
  if (places.dropIn === undefined || origin.kind !== "file" || origin.client !== "docker") return false;
  return podmanAuthPaths(machine).some((path) => resolve(path) === origin.path);
}

/** The clients that use these logins now. */
export function clientsOf(logins: readonly FoundLogin[], setup: ClientSetup): ClientName | "all" {
  const clients = new Set<ClientName>();
  for (const login of logins) {
    clients.add(login.origin.kind === "file" ? login.origin.client : "docker");
    if (isReadByPodman(login, setup)) clients.add("podman");
  }
  return clients.size > 1 ? "all" : ([...clients][0] ?? "docker");
}

function podmanAsksDocr({ machine }: ClientSetup): boolean {
  return readCredentialHelpers(machine).names.includes(DOCR);
}
