import type { FileSnapshot } from "../../client-config/edit/snapshot.ts";
import { dockerConfigPath, podmanAuthPaths } from "../../client-config/paths.ts";
import { findSnapDocker } from "../../client-config/snap-docker.ts";
import type { ClientName } from "../../client-config/types.ts";
import { undefinedIfFailed } from "../../credentials/best-effort.ts";
import { listHosts } from "../configure/warnings.ts";
import type { CommandContext } from "../context.ts";
import { type FoundLogin, loginsInFile } from "../migrate/found-logins.ts";
import { type Finding, warn } from "./finding.ts";

/** With more hosts, the suggested command line would be too long. */
const MOST_ARGUMENTS = 3;
/** Text that is safe to paste into a shell. A key comes from a file and may contain any character. */
const PLAIN_WORD = /^[A-Za-z0-9:/._-]+$/;

/** Finds logins in plain text in the clients' files. */
export async function checkPlainLogins({
  machine,
  files,
}: Pick<CommandContext, "machine" | "files">): Promise<readonly Finding[]> {
  const clientFiles = await files();
  const docker = dockerConfigPath(machine);
  const snap = findSnapDocker(machine)?.path;
  const own = [docker, snap].filter((path) => path !== undefined);
  const paths = new Set([...own, ...podmanAuthPaths(machine)]);
  const findings: Finding[] = [];
  for (const path of paths) {
    // checkClients reports a file that cannot be read.
    const file = await undefinedIfFailed(async () => clientFiles.open(path));
    const client = own.includes(path) ? "docker" : "podman";
    // The snap could not read them in docr's store.
    if (file) findings.push(...(await findingsIn(file, client, path !== snap)));
  }
  return findings;
}

async function findingsIn(
  file: FileSnapshot,
  client: ClientName,
  canMove: boolean,
): Promise<readonly Finding[]> {
  const logins = await undefinedIfFailed(async () => loginsInFile(file, client));
  const { found = [], staying = [] } = logins ?? {};
  const keys = [...found, ...staying].map(({ key }) => key);
  if (keys.length === 0) return [];
  const what = `${file.label} holds the login for ${listHosts(keys)} in plain text`;
  return [warn("plain logins", what, canMove && found.length > 0 ? commandFor(found) : undefined)];
}

function commandFor(logins: readonly FoundLogin[]): string {
  const keys = logins.map(({ key }) => key);
  const canName = keys.length <= MOST_ARGUMENTS && keys.every((key) => PLAIN_WORD.test(key));
  return canName ? `run docr migrate ${keys.join(" ")} --configure` : "run docr migrate --dry-run";
}
