import { readConfigFile } from "../../config/config-file.ts";
import { readGeneralSettings, storeNameOf } from "../../config/general.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import { undefinedIfFailed } from "../../credentials/best-effort.ts";
import type { CommandContext } from "../context.ts";
import { checkClients } from "../doctor/clients.ts";

/** Lists what is still missing after a login before clients get credentials, one line each. */
export async function findMissingSetup(
  parts: Pick<CommandContext, "clients" | "general" | "machine">,
): Promise<readonly string[]> {
  return [...findShellOnlyStore(parts), ...(await findUnconfiguredClients(parts))];
}

/** Tells if docr uses this store only because DOCR_STORE is set in this shell. */
function findShellOnlyStore({
  general,
  machine,
}: Pick<CommandContext, "general" | "machine">): readonly string[] {
  const here = general();
  const { DOCR_STORE: named, ...env } = machine.env;
  if (!named) return [];
  const elsewhere = readGeneralSettings(env, readConfigFile(machine));
  if (elsewhere.storeId === here.storeId) return [];
  return [
    `where DOCR_STORE=${named} is not set, such as in another shell, docr looks in ${storeNameOf(elsewhere)}; run docr config set store ${named}`,
  ];
}

async function findUnconfiguredClients(
  parts: Pick<CommandContext, "clients" | "machine">,
): Promise<readonly string[]> {
  // Best effort: the login itself has succeeded.
  const findings = (await undefinedIfFailed(() => checkClients(parts))) ?? [];
  if (findings.some(({ outcome, next }) => outcome === "pass" || next !== undefined)) {
    return findings
      .filter(({ outcome }) => outcome !== "pass")
      .map(({ name, what, next }) => {
        const problem = name === "clients" ? what : `${name} ${what}`;
        return next === undefined ? problem : `${problem}; ${next}`;
      });
  }
  return [`no client asks docr for ${REGISTRY_HOST}; run docr configure`];
}
