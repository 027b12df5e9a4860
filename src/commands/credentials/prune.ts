import { takeInventory } from "../../credentials/inventory/inventory.ts";
import { defineCommand, type Result } from "../command.ts";
import type { VerbPorts } from "../ports.ts";
import { describeLiveCredentials, jsonOfLiveCredentials } from "./live-table.ts";

interface PruneOptions {
  readonly dryRun?: boolean;
}

export const pruneCommand = defineCommand({
  name: "prune",
  summary: "revoke the credentials that were replaced, and show those that live",
  options: { dryRun: { kind: "flag", description: "show what would be revoked, and revoke nothing" } },
  examples: ["docr prune", "docr prune --dry-run", "docr prune --json"],
  needs: ["legacy"],
  run: async ({ options }, { legacy }) => prune(legacy, options),
});

/**
 * Revokes every replaced credential, and exits with 1 where one may be left. Those in use stay, and those that were given to a person on purpose: they end by
 * their expiry, or in DigitalOcean's control panel.
 */
export async function prune(ports: VerbPorts, { dryRun = false }: PruneOptions): Promise<Result> {
  const { domain, helper, terminal } = ports;
  const revoked = dryRun ? 0 : await terminal.spin("revoking", () => helper.prune());
  const { credentials, failures } = await takeInventory(domain);
  for (const { message } of failures) {
    terminal.remark(`${message}: what is kept there is not shown, and was not revoked`);
  }
  const replaced = credentials.filter(({ use }) => use === "replaced").length;
  const left = replaced === 0 ? "" : `, ${replaced} could not be revoked`;
  const outcome = dryRun ? `would revoke ${replaced}\n` : `revoked ${revoked}${left}\n`;
  const table = describeLiveCredentials(credentials, domain.clock.read());
  return {
    text: outcome + (table === "" ? "" : `\n${table}`),
    json: {
      ...(dryRun ? { wouldRevoke: replaced } : { revoked, notRevoked: replaced }),
      credentials: jsonOfLiveCredentials(credentials),
    },
    exitCode: !dryRun && replaced + failures.length > 0 ? 1 : 0,
  };
}
