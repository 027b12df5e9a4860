import { readConfigFile } from "../../config/config-file.ts";
import { readGeneralSettings, storeNameOf } from "../../config/general.ts";
import { REGISTRY_HOST } from "../../core/address.ts";
import { undefinedIfFailed } from "../../credentials/best-effort.ts";
import type { CommandContext } from "../context.ts";
import { checkClients } from "../doctor/clients.ts";

/** What still keeps clients from a credential after a login, one line each. */
export async function findMissingSetup(
  parts: Pick<CommandContext, "clients" | "general" | "machine">,
): Promise<readonly string[]> {
  return [...storeOfThisShell(parts), ...(await unconfiguredClients(parts))];
}

/** The store that DOCR_STORE names here, if docr takes another one without the variable. */
function storeOfThisShell({
  general,
  machine,
}: Pick<CommandContext, "general" | "machine">): readonly string[] {
  const here = general();
  const { DOCR_STORE: named, ...env } = machine.env;
  if (!named) return [];
  const elsewhere = readGeneralSettings(env, readConfigFile(machine));
  if (elsewhere.storeId === here.storeId) return [];
  return [
    `without DOCR_STORE=${named}, as in another shell, docr looks in ${storeNameOf(elsewhere)}; run docr config set store ${named}`,
  ];
}

async function unconfiguredClients(
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
