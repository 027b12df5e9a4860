import { type ClientUse, settingOf } from "../../client-config/types.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import { hasProgram } from "../../system/executables.ts";
import type { CommandContext } from "../context.ts";
import { type Finding, pass, warn } from "./finding.ts";

const CLIENTS = ["docker", "podman"] as const;

/** Checks whether the installed clients ask docr for DigitalOcean's registry. Names the file with the setting. */
export async function checkClients({
  machine,
  clients,
}: Pick<CommandContext, "machine" | "clients">): Promise<readonly Finding[]> {
  const { usedBy, shadowedBy, warnings } = await (await clients()).usesOf(REGISTRY_HOST);
  const findings = CLIENTS.flatMap((client): readonly Finding[] => {
    const shadow = shadowedBy.find((use) => use.client === client);
    if (shadow) return [shadowed(shadow)];
    const use = usedBy.find((one) => one.client === client);
    if (use) return [pass(client, `asks docr for ${REGISTRY_HOST} (${use.setting} in ${use.source})`)];
    if (!hasProgram(client, machine)) return [];
    return [warn(client, `does not ask docr for ${REGISTRY_HOST}`, "run docr configure")];
  });
  const problems = warnings.map((text) => warn("clients", text, "fix that file"));
  if (findings.length > 0) return [...findings, ...problems];
  return [warn("clients", "docker and podman are neither installed nor configured"), ...problems];
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
