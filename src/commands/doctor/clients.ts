import { type ClientUse, settingOf } from "../../client-config/types.ts";
import { hasProgram } from "../../system/executables.ts";
import type { VerbPorts } from "../ports.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import { pass, warn, type Line } from "./finding.ts";

const CLIENTS = ["docker", "podman"] as const;

/** Whether the clients that are here ask us for our host, and which of their files says so. */
export async function lookAtClients(ports: VerbPorts): Promise<readonly Line[]> {
  const clients = await ports.clients();
  const { usedBy, shadowedBy, warnings } = await clients.usesOf(REGISTRY_HOST);
  const lines = CLIENTS.flatMap((client): readonly Line[] => {
    const shadow = shadowedBy.find((use) => use.client === client);
    if (shadow) return [shadowed(client, shadow)];
    const use = usedBy.find((one) => one.client === client);
    if (use) return [pass(client, `asks docr for ${REGISTRY_HOST} (${settingOf(use)} in ${use.source})`)];
    if (!hasProgram(client, ports.machine)) return [];
    return [warn(client, `does not ask docr for ${REGISTRY_HOST}`, "docr configure")];
  });
  const problems = warnings.map((text) => warn("clients", text, "correct that file"));
  if (lines.length > 0) return [...lines, ...problems];
  return [warn("clients", "neither docker nor podman is on the PATH, nor is one configured"), ...problems];
}

function shadowed(client: string, use: ClientUse): Line {
  const place = `${settingOf(use)} in ${use.source}`;
  if (use.kind === "file") {
    const next = `${client} logout ${REGISTRY_HOST}, then docr configure`;
    return warn(client, `uses the login in ${place} for ${REGISTRY_HOST}, and never asks docr`, next);
  }
  return warn(
    client,
    `asks docker-credential-${use.helper} for ${REGISTRY_HOST} before docr (${place})`,
    "docr configure",
  );
}
