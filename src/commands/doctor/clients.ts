import { findSnapDocker, SNAP_FIX, snapReads, type SnapDocker } from "../../client-config/snap-docker.ts";
import { type ClientUse, settingOf } from "../../client-config/types.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import { hasProgram } from "../../system/executables.ts";
import type { CommandContext } from "../context.ts";
import { fail, type Finding, pass, warn } from "./finding.ts";

const CLIENTS = ["docker", "podman"] as const;

/** Checks whether the installed clients ask docr for DigitalOcean's registry. Names the file with the setting. */
export async function checkClients({
  machine,
  clients,
}: Pick<CommandContext, "machine" | "clients">): Promise<readonly Finding[]> {
  const { usedBy, shadowedBy, broken = [], warnings } = await (await clients()).usesOf(REGISTRY_HOST);
  const snap = findSnapDocker(machine);
  const findings = CLIENTS.flatMap((client): readonly Finding[] => {
    if (client === "docker" && snap?.isDefault) return [];
    const shadow = shadowedBy.find((use) => use.client === client);
    if (shadow) return [shadowed(shadow)];
    const use = usedBy.find((one) => one.client === client);
    if (use) return [pass(client, `asks docr for ${REGISTRY_HOST} (${use.setting} in ${use.source})`)];
    const isBroken = broken.some((one) => one.client === client);
    if (isBroken || !hasProgram(client, machine)) return [];
    return [warn(client, `does not ask docr for ${REGISTRY_HOST}`, "run docr configure")];
  });
  if (snap) findings.push(describeSnap(snap));
  const failures = new Set(broken.map(({ failure }) => failure.message));
  const skipped = warnings.filter((text) => !failures.has(text));
  const problems = skipped.map((text) => warn("clients", text, "fix that file"));
  if (findings.length > 0 || broken.length > 0) return [...findings, ...problems];
  return [warn("clients", "docker and podman are neither installed nor configured"), ...problems];
}

/** Reports each file that a client rejects, even if several clients read it. */
export async function checkClientFiles({
  clients,
}: Pick<CommandContext, "clients">): Promise<readonly Finding[]> {
  const { broken = [] } = await (await clients()).usesOf(REGISTRY_HOST);
  const files = new Map(broken.toReversed().map(({ client, failure }) => [failure.message, client]));
  return [...files].map(([text, client]) =>
    fail(`${client} config`, text, "correct that file, or move it away"),
  );
}

function describeSnap({ label, helpers }: SnapDocker): Finding {
  const name = "docker snap";
  const [helper] = helpers;
  if (helper !== undefined) {
    const what = `${label} names docker-credential-${helper}, which the docker snap cannot run`;
    return fail(name, what, "remove credsStore and credHelpers from that file, and log in again");
  }
  return warn(name, snapReads(label), SNAP_FIX);
}

/** Reports a login or helper that the client finds before docr. */
function shadowed(use: ClientUse): Finding {
  const { client } = use;
  const place = `${settingOf(use)} in ${use.source}`;
  if (use.kind === "file") {
    const what = `uses the login for ${REGISTRY_HOST} in ${use.source} and does not ask docr`;
    return warn(client, what, "run docr configure --migrate");
  }
  return warn(
    client,
    `asks docker-credential-${use.helper} for ${REGISTRY_HOST} before docr (${place})`,
    "run docr configure",
  );
}
