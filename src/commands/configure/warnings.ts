/** Creates warnings about the clients' files, one line each. */
import { hasSecret } from "../../client-config/auth-entry.ts";
import { parseSnapshot, withoutMark } from "../../client-config/client-file.ts";
import type { Files } from "../../client-config/edit/files.ts";
import { parseCredentialHelpers } from "../../client-config/registries-conf.ts";
import type { Clients } from "../../client-config/resolve.ts";
import { findSnapDocker, SNAP_FIX, snapReads } from "../../client-config/snap-docker.ts";
import { DOCR } from "../../client-config/uses.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import type { Machine } from "../../core/machine.ts";
import { printable } from "../../core/text.ts";
import { hasProgram } from "../../system/executables.ts";
import type { Finds } from "../migrate/found-logins.ts";
import type { PlannedEdit } from "./edit.ts";
import type { Places } from "./places.ts";

/** Warns about logins in the edited files that clients no longer read there. */
export function hiddenLoginWarnings(edits: readonly PlannedEdit[], files: Files): readonly string[] {
  return edits.flatMap(({ kind, file: { path } }) => {
    const file = files.open(path);
    if (kind === "whole-file" || file.text === undefined) return [];
    const { auths, credHelpers, credsStore } = parseSnapshot(file);
    const hidden = [...auths].filter(
      ([host, entry]) => hasSecret(entry) && (credHelpers.get(host) ?? credsStore) === DOCR,
    );
    if (hidden.length === 0) return [];
    const hosts = listHosts(hidden.map(([host]) => host));
    return [
      `${file.label} still holds the login for ${hosts}, which clients no longer read; run docr migrate to move it to docr's store`,
    ];
  });
}

/** For a dry run: warns about logins that clients would no longer find. */
export function lostLoginWarnings(
  { found, staying }: Finds,
  { willMigrate, store }: { readonly willMigrate: boolean; readonly store: string },
): readonly string[] {
  const start = "clients would no longer find the login for";
  const movable = willMigrate || found.length === 0 ? [] : [found.map(({ key }) => key)];
  return [
    ...staying.map(({ key, reason }) => `${start} ${printable(key)}, which cannot move: ${reason}`),
    ...movable.map((keys) => `${start} ${listHosts(keys)}; add --migrate to move it to ${store}`),
  ];
}

const MOST_HOSTS = 12;

/** Names the hosts in one line. If there are many, names only the first ones. */
export function listHosts(hosts: readonly string[]): string {
  const names = hosts.map(printable);
  const more = names.length - MOST_HOSTS;
  return more > 0 ? `${names.slice(0, MOST_HOSTS).join(", ")} and ${more} more` : names.join(", ");
}

/** After the edits: warns about what still prevents clients from asking docr. */
export async function followUpWarnings(
  edits: readonly PlannedEdit[],
  places: Places,
  machine: Machine,
  clients: Clients,
): Promise<readonly string[]> {
  const { shadowedBy } = await clients.usesOf(REGISTRY_HOST);
  const isSelected: Readonly<Record<string, boolean>> = {
    docker: places.docker !== undefined,
    podman: places.podman.length > 0,
  };
  const stored = shadowedBy.filter(({ kind, client }) => kind === "file" && isSelected[client]);
  return [
    ...markWarnings(edits),
    ...stored.map(
      ({ client, source }) =>
        `${client} uses the login for ${REGISTRY_HOST} in ${source} and does not ask docr for it`,
    ),
    ...snapWarnings(places, machine),
    ...pathWarnings(machine),
  ];
}

/** The same for a dry run. Does not check the clients' current logins, because the files will change. */
export function dryRunWarnings(
  edits: readonly PlannedEdit[],
  places: Places,
  machine: Machine,
): readonly string[] {
  return [...markWarnings(edits), ...snapWarnings(places, machine), ...pathWarnings(machine)];
}

function markWarnings(edits: readonly PlannedEdit[]): readonly string[] {
  return edits.flatMap(({ kind, file, text }) => {
    if (kind === "whole-file" || text === undefined || withoutMark(text) === text) return [];
    return [`docker and podman ignore ${file.label} because it begins with a byte order mark`];
  });
}

function snapWarnings({ docker }: Pick<Places, "docker">, machine: Machine): readonly string[] {
  const snap = docker === undefined ? undefined : findSnapDocker(machine);
  return snap ? [`${snapReads(snap.label)}; ${SNAP_FIX}`] : [];
}

function pathWarnings(machine: Machine): readonly string[] {
  const program = `docker-credential-${DOCR}`;
  return hasProgram(program, machine) ? [] : [`${program} is not on the PATH, so clients cannot find it`];
}

/** Warns about files that still name docr after `docr unconfigure`, which removes only what `docr configure` has set. */
export function remainingUseWarnings(edits: readonly PlannedEdit[]): readonly string[] {
  return edits.flatMap(({ kind, file, text }) => {
    if (text === undefined) return [];
    const { label } = file;
    if (kind === "whole-file") {
      const isNamed = parseCredentialHelpers(text, label)?.includes(DOCR) === true;
      return isNamed
        ? [`${label} has changed since docr configure and still names docr; remove docr from it by hand`]
        : [];
    }
    const { credHelpers } = parseSnapshot({ ...file, text });
    const hosts = [...credHelpers].filter(([, helper]) => helper === DOCR).map(([host]) => host);
    return hosts.length === 0 ? [] : [`${label} still names docr for ${hosts.join(", ")}`];
  });
}
