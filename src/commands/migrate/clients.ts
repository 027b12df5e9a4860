/** Which client looks for a login where it is now, and whether it would look for it with us. */
import { resolve } from "node:path";
import { type ClientFile, parseClientFile } from "../../client-config/client-file.ts";
import { withoutMark } from "../../client-config/client-file.ts";
import { readCredentialHelpers } from "../../client-config/registries-conf.ts";
import { podmanAuthPaths } from "../../client-config/paths.ts";
import type { FileSnapshot } from "../../client-config/edit/snapshot.ts";
import type { Files } from "../../client-config/edit/files.ts";
import type { VerbPorts } from "../ports.ts";
import type { Client, Places } from "../configure/places.ts";
import { OURSELVES } from "../configure/plan.ts";
import { type FoundLogin, isOurHost } from "./found-logins.ts";

export interface Situation {
  readonly ports: VerbPorts;
  readonly places: Places;
  readonly files: Files;
  readonly from: string | undefined;
  readonly willConfigure: boolean;
}

/**
 * Why docker would not look for it with us even where we have every registry: its file has something else for the host.
 * Our own host's setting is `configure`'s to change; podman asks us before it looks into its file.
 */
export function otherHelperFor(login: FoundLogin, { docker }: Places, files: Files): string | undefined {
  const { origin, serverUrl } = login;
  if (docker === undefined || isOurHost(login)) return undefined;
  if (origin.kind === "file" && origin.client === "podman") return undefined;
  const helper = helpersIn(files.open(docker)).credHelpers.get(serverUrl);
  if (helper === undefined || helper === OURSELVES) return undefined;
  return helper === ""
    ? "docker asks no helper for it, by credHelpers"
    : `docker asks docker-credential-${helper} for it, by credHelpers`;
}

/** Whether the client whose login it is would ask us for it. */
export function isAskedFor(
  { origin, serverUrl }: FoundLogin,
  { ports: { machine }, places, files }: Situation,
): boolean {
  const path = origin.kind === "file" ? origin.path : places.docker;
  if (path === undefined) return false;
  const { credHelpers, credsStore } = helpersIn(files.open(path));
  const ofHost = credHelpers.get(serverUrl);
  if (origin.kind === "file" && origin.client === "podman") {
    return ofHost === OURSELVES || readCredentialHelpers(machine).names.includes(OURSELVES);
  }
  return (ofHost ?? credsStore) === OURSELVES;
}

/** Whether podman, where it is meant, finds it in docker's file now, and would not find it with us. */
export function isLostByPodman(login: FoundLogin, { ports, places, files }: Situation): boolean {
  if (!isReadByPodman(login, ports, places) || readCredentialHelpers(ports.machine).names.includes(OURSELVES))
    return false;
  const paths = [...places.podman, ...(places.docker === undefined ? [] : [places.docker])];
  return !paths.some((path) => helpersIn(files.open(path)).credHelpers.get(login.serverUrl) === OURSELVES);
}

/** Whether it is docker's, and podman looks for it there, too. */
export function isReadByPodman({ origin }: FoundLogin, { machine }: VerbPorts, { dropIn }: Places): boolean {
  if (dropIn === undefined || origin.kind !== "file" || origin.client !== "docker") return false;
  return podmanAuthPaths(machine).some((path) => resolve(path) === origin.path);
}

/** The clients that look for these logins where they are now. */
export function clientsOf(logins: readonly FoundLogin[], { ports, places }: Situation): string {
  const clients = new Set<Client>();
  for (const login of logins) {
    clients.add(login.origin.kind === "file" ? login.origin.client : "docker");
    if (isReadByPodman(login, ports, places)) clients.add("podman");
  }
  return clients.size > 1 ? "all" : ([...clients][0] ?? "docker");
}

function helpersIn({ text = "", label }: FileSnapshot): ClientFile {
  return parseClientFile(withoutMark(text), label);
}
